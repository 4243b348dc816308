import type { DeviceKind } from '../shared/device.js';
import { abortedError, EpsError, throwIfAborted } from '../shared/errors.js';
import type { FinishedRun, RunEvent } from '../shared/protocol.js';
import {
  costRequestOf,
  type CostRequest,
  type ImageSize,
  type PageTask,
  type RestoreRequest,
  type TaskRequest,
} from '../shared/requests.js';
import { blursOfPhoto, findBlurs } from './blur-search.js';
import type { BlurEstimate, BlurOptions } from './blur.js';
import { copySeconds } from './copy-time.js';
import { weightsSource } from './default-weights.js';
import { fillParts, runParts, type TaskParts } from './fill-parts.js';
import { blurRequest, blurToRemove, measured } from './found-blur.js';
import { LoadReporter } from './load-reporter.js';
import type { CheckedLoadOptions } from './options.js';
import { ParallelRun } from './parallel-run.js';
import type { PhotoSource } from './photo.js';
import type { Estimate } from './progress.js';
import { resultOf, type Result } from './result.js';
import type { RunHooks } from './run-hooks.js';
import { isNoiseUnknown, type RunInput } from './run-input.js';
import { RunObserver } from './run-observer.js';
import { keepCore, sharingCore } from './shared-core.js';
import { sharedWeights } from './shared-weights.js';
import { browserPlatform } from './weights.js';
import type { Layout } from './windows/layout.js';
import { mayNeedWindows, planOf, requireWithin, type Plan } from './windows/plan.js';
import { importWindows } from './windows/restore-import.js';
import { WorkerLink, errorOf, type Outcome } from './worker-link.js';
import { WorkerPool } from './worker-pool.js';
import { workersOf } from './worker-shares.js';

/** What of a request is not measured. */
export type Sampling = Pick<RestoreRequest, 'samples' | 'sampler' | 'refine' | 'seed' | 'inspect'>;

/** How a run ended, and where it ran: undefined if it did not start. */
interface EndedRun {
  readonly outcome: Outcome<'restore'>;
  readonly device: DeviceKind | undefined;
}

/** A run that has ended well. */
interface Restored {
  readonly run: FinishedRun;
  readonly device: DeviceKind | undefined;
}

/** A restoration of which only the photo's size is known, and its task perhaps undecided. */
export type EstimateRequest = Omit<CostRequest, 'task'> & { readonly task: PageTask };

/**
 * The part of a restorer that pages fetch only when they load one: its workers, and the runs in
 * them.
 */
export class Session {
  readonly pool: WorkerPool;
  readonly #memoryLimit: number;
  /** Whether the weights are this package's, for which intervals are calibrated. */
  readonly #isCalibrated: boolean;

  constructor(options: CheckedLoadOptions) {
    this.pool = new WorkerPool(options);
    this.#memoryLimit = options.memoryLimit;
    this.#isCalibrated = options.modelUrl === undefined;
  }

  /**
   * Reads the weights and starts the workers.
   *
   * @param stop ends the download when it is aborted. What `onProgress` throws aborts it.
   * @throws EpsError as `Restorer.load` does, and what `onProgress` throws.
   */
  async load(options: CheckedLoadOptions, stop: AbortController): Promise<void> {
    await reporting(options, stop, (reporter) =>
      this.pool.start(
        () => weightsFor(options, stop.signal, reporter),
        ({ stage, fraction, device }) => reporter.report(stage, fraction, { device }),
      ),
    );
  }

  /** What a restoration takes. */
  async estimate({ task, ...rest }: EstimateRequest): Promise<Estimate> {
    const { tasks } = await this.#parts(task, rest.noise);
    const estimates = [...tasks].map(async (part): Promise<Estimate> => {
      const { cost, windows } = await this.#plan({ ...rest, task: part });
      const { width, height, evaluations, tiles, bytes, gpuBytes } = cost;
      const seconds =
        part.kind === 'copy'
          ? copySeconds(part, rest.samples + 1)
          : this.pool.expectedSeconds(cost, rest.samples);
      return { seconds, evaluations, tiles, windows, bytes, gpuBytes, width, height };
    });
    const all = await Promise.all(estimates);
    this.pool.throwIfDisposed();
    // Only the last run of several evaluates the network.
    return all.reduce((earlier, last) => ({
      ...last,
      seconds: earlier.seconds + last.seconds,
      bytes: Math.max(earlier.bytes, last.bytes),
    }));
  }

  /**
   * Restores what was read. What is left to be found, a blur or what fills which hole, is found
   * first.
   *
   * @throws EpsError as `Restorer.restore` does, and what a callback throws.
   */
  async run(
    input: RunInput,
    sampling: Sampling,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<Result> {
    const blur = input.isBlurUnknown ? await this.#blurOf(input, signal) : undefined;
    const { task, ...known } = measured(input, blur);
    const parts = await this.#parts(task, known.noise);
    throwIfAborted(signal);
    let device: DeviceKind | undefined;
    const { colorSpace } = input;
    const own = inSpace(hooks, colorSpace);
    const answer = await runParts(parts, { ...known, ...sampling }, own, {
      run: async (request, ofPart) => {
        const restored = await this.#restored(request, signal, ofPart);
        ({ device } = restored);
        return restored.run;
      },
      seconds: async (request) => {
        const lead = await this.pool.lead();
        const cost = await lead.ask('cost', costRequestOf(request));
        return this.pool.expectedSeconds(cost, request.samples);
      },
    });
    const { seed } = sampling;
    const calibrated = this.#isCalibrated ? task : undefined;
    const ended = { seed, blur, fill: parts.holes, calibrated, colorSpace };
    return resultOf(answer, { ...ended, device: this.#device(device) });
  }

  /** What is to be done for a task: of a fill, by the holes of its mask. */
  async #parts(task: PageTask, noise: CostRequest['noise']): Promise<TaskParts> {
    if (task.kind !== 'fill') return { tasks: [task] };
    const { mask, avoid } = task;
    const split = async (): Promise<Outcome<'split'>> => {
      const lead = await this.pool.lead();
      return lead.call('split', { mask, ...(avoid && { avoid }) });
    };
    let outcome = await split();
    // As for a run: a worker that fails here had failed earlier.
    if (!outcome.ok && outcome.failure.fatal) outcome = await split();
    if (!outcome.ok) throw errorOf(outcome.failure);
    return fillParts(task, outcome.answer, noise);
  }

  /** Restores a photo: the whole if that fits into memory, else window by window. */
  async #restored(
    request: RestoreRequest,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<Restored> {
    const cost = costRequestOf(request);
    // Where the whole fits in any case, the worker is not asked.
    const { device } = this.pool.engine;
    if (!mayNeedWindows(cost, this.#memoryLimit, device))
      return this.#whole(request, signal, hooks);
    const plan = await this.#plan(cost);
    throwIfAborted(signal);
    requireWithin(this.#memoryLimit, plan);
    return plan.layout
      ? this.#inWindows(plan.layout, request, signal, hooks)
      : this.#whole(request, signal, hooks);
  }

  /** What a run takes, and its windows where the whole does not fit into memory. */
  async #plan(request: CostRequest): Promise<Plan> {
    const lead = await this.pool.lead();
    return planOf(request, this.#memoryLimit, (part) => lead.call('cost', part));
  }

  async #inWindows(
    layout: Layout,
    request: RestoreRequest,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<Restored> {
    const known = await this.#withKnownNoise(request);
    const { restoreInWindows } = await importWindows();
    throwIfAborted(signal);
    let device: DeviceKind | undefined;
    const run = await restoreInWindows(layout, known, signal, hooks, {
      restore: async (part, own) => {
        const restored = await this.#whole(part, signal, own);
        ({ device } = restored);
        return restored.run;
      },
      unlessAborted: () => throwIfAborted(signal),
      allocate: imageBytes,
      partsOf: async (file, areas) => (await this.pool.lead()).ask('parts', { file, areas }),
    });
    return { run, device };
  }

  /**
   * The request with the noise of the whole photo, where it is to be estimated: windows that
   * estimated their own would differ where they meet. A photo that is best restored by the
   * coefficients of its JPEG file becomes a request of these.
   */
  async #withKnownNoise(request: RestoreRequest): Promise<RestoreRequest> {
    const { image, task, file, noise, ...sampling } = request;
    if (!isNoiseUnknown(task.kind, noise, file !== undefined)) return request;
    const lead = await this.pool.lead();
    const measurement = { image, task, ...(file && { file }) };
    const before = file && (await lead.ask('suit', measurement));
    if (file && before !== undefined) {
      const reduced = task.kind === 'superResolve' ? { reduced: reductionOf(task) } : {};
      const suited = { kind: 'jpeg', file, ...reduced } as const;
      return { ...sampling, image, task: suited, ...(before > 0 && { noise: before }) };
    }
    return { ...sampling, image, task, noise: await lead.ask('noise', measurement) };
  }

  async #whole(
    request: RestoreRequest,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<Restored> {
    let { outcome, device } = await this.#attempt(request, signal, hooks);
    // A worker that fails before the run starts had failed earlier, for example by the loss of its
    // GPU. A new worker then gets the run.
    if (!outcome.ok && outcome.failure.fatal && !device)
      ({ outcome, device } = await this.#attempt(request, signal, hooks));
    if (!outcome.ok)
      throw outcome.failure.code === 'aborted' ? abortedError(signal) : errorOf(outcome.failure);
    return { run: outcome.answer, device };
  }

  /** The blurs that a photo may have: see `Restorer.estimateBlur`. */
  blurs(photo: PhotoSource, options: BlurOptions): Promise<BlurEstimate[]> {
    return blursOfPhoto(this.pool, photo, options);
  }

  /** The blur that `deblur('auto')` removes. */
  async #blurOf(input: RunInput, signal: AbortSignal | undefined): Promise<BlurEstimate> {
    return blurToRemove(await findBlurs(this.pool, blurRequest(input), { signal }));
  }

  /** Runs the request on the workers in use, and reports its steps. */
  async #attempt(
    request: RestoreRequest,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<EndedRun> {
    const { pool } = this;
    const lead = await pool.lead();
    throwIfAborted(signal);
    pool.throwIfDisposed();
    const shares = await pool.sharesForRun(lead, request);
    throwIfAborted(signal);
    pool.throwIfDisposed();
    const workers = workersOf(shares);
    const observer = new RunObserver(hooks, pool.evaluationTimes, workers);
    const onEvent = (event: RunEvent): void => {
      if (!signal?.aborted && !observer.report(event)) run.cancel();
    };
    const onShared = (count: number): void => observer.setWorkers(count);
    const { credit } = hooks;
    const { drawers } = shares;
    const helpers = pool.helpers(workers - 1);
    const run =
      helpers.length === 0
        ? lead.startRun({ request, credit }, onEvent)
        : new ParallelRun({ lead, helpers, drawers, request, credit, onEvent, onShared });
    const cancel = (): void => run.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    hooks.onStart?.(run);
    const outcome = await run.outcome;
    signal?.removeEventListener('abort', cancel);
    observer.rethrow();
    const device = observer.started?.device;
    if (outcome.ok && device === pool.engine.device) observer.recordTimes(outcome.answer);
    return { outcome, device };
  }

  /** The device of a run, as its result states it. */
  #device(ran: DeviceKind | undefined): Result['device'] {
    const { device, adapter } = this.pool.engine;
    const kind = ran ?? device;
    return { kind, adapter: kind === device ? adapter : '' };
  }
}

/** @throws EpsError `image-too-large` if the page has no memory for the image. */
function imageBytes({ width, height }: ImageSize): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(4 * width * height);
  } catch (cause) {
    const message = `This browser has no memory for a result of ${width} × ${height} pixels.`;
    throw new EpsError('image-too-large', message, { cause });
  }
}

/** How a photo that is enlarged was made small. */
function reductionOf({
  factor,
  reduction,
}: Extract<TaskRequest, { readonly kind: 'superResolve' }>): NonNullable<
  Extract<TaskRequest, { readonly kind: 'jpeg' }>['reduced']
> {
  return { factor, ...(reduction !== undefined && { reduction }) };
}

/** Hooks that are shown previews in the photo's colour space. */
function inSpace(hooks: RunHooks, colorSpace: PredefinedColorSpace): RunHooks {
  if (colorSpace === 'srgb') return hooks;
  return {
    ...hooks,
    onStep: (step) => {
      const { data, width, height } = step.preview;
      const preview = new ImageData(data, width, height, { colorSpace });
      hooks.onStep({ ...step, preview });
    },
  };
}

/**
 * Fetches the weights into the cache, and the core, compiled, into this page.
 *
 * @param stop as of {@link Session.load}.
 * @throws EpsError as `Restorer.load` does, and what `onProgress` throws.
 */
export async function preload(options: CheckedLoadOptions, stop: AbortController): Promise<void> {
  await reporting(options, stop, (reporter) =>
    Promise.all([weightsFor(options, stop.signal, reporter), compileCore(options, stop.signal)]),
  );
}

/** A worker finds the core's address, wherever a bundler has put it, and ends with it compiled. */
async function compileCore(options: CheckedLoadOptions, signal: AbortSignal): Promise<void> {
  const link = new WorkerLink(options);
  const end = (): void => link.terminate(abortedError(signal));
  signal.addEventListener('abort', end);
  const start = async (core: WebAssembly.Module | undefined): Promise<WebAssembly.Module> => {
    if (core) return core;
    const outcome = await link.start(options.wasmUrl);
    if (!outcome.ok) throw errorOf(outcome.failure);
    return outcome.answer.module;
  };
  try {
    keepCore(await sharingCore(options, start));
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** The weights of these options, with the progress of their download. */
function weightsFor(
  { modelUrl, sha256, modelRequest, stallMs }: CheckedLoadOptions,
  signal: AbortSignal,
  reporter: LoadReporter,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = weightsSource(modelUrl, sha256, modelRequest);
  return sharedWeights(source, browserPlatform(stallMs), signal, (progress) => {
    const { loadedBytes, totalBytes } = progress;
    reporter.report('weights', totalBytes ? loadedBytes / totalBytes : 0, progress);
  });
}

/** Does `work` with a reporter. What `onProgress` throws ends it. */
async function reporting(
  { onProgress }: CheckedLoadOptions,
  stop: AbortController,
  work: (reporter: LoadReporter) => Promise<unknown>,
): Promise<void> {
  let onThrow: (error: unknown) => void = () => undefined;
  const thrown = new Promise<never>((_, reject) => (onThrow = reject));
  const reporter = new LoadReporter(onProgress, stop.signal, (error) => {
    onThrow(error);
    stop.abort();
  });
  await Promise.race([thrown, work(reporter)]);
}
