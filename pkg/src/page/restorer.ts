import type { DeviceKind, Precision } from '../shared/device.js';
import { EpsError, abortedError, throwIfAborted } from '../shared/errors.js';
import type { FinishedRun, RunEvent } from '../shared/protocol.js';
import type { ImageSize, RestoreRequest } from '../shared/requests.js';
import { AsyncQueue } from './async-queue.js';
import type { BlurEstimate } from './blur.js';
import { copySeconds } from './copy-time.js';
import { weightsSource } from './default-weights.js';
import { jpegBytes } from './jpeg-file.js';
import { LoadReporter } from './load-reporter.js';
import {
  checkedLoadOptions,
  checkedRestoreOptions,
  type CheckedLoadOptions,
  type CheckedRestoreOptions,
  type LoadOptions,
  type RestoreOptions,
} from './options.js';
import { ParallelRun } from './parallel-run.js';
import { decodePhoto, type PhotoSource } from './photo.js';
import type { Estimate, RestoreStep } from './progress.js';
import { resultOf, type Result } from './result.js';
import { readInput, type RunInput } from './run-input.js';
import { RunObserver, type RunCallbacks } from './run-observer.js';
import { requireFitting, sizeOf, taskRequest } from './task-request.js';
import type { Task } from './task-types.js';
import { checkedTask } from './tasks.js';
import { browserPlatform, readWeights } from './weights.js';
import { errorOf, type Outcome, type RunHandle } from './worker-link.js';
import { WorkerPool } from './worker-pool.js';
import { workersOf } from './worker-shares.js';

/** Steps that a stream's run may be ahead of its reader, who still draws the last one. */
const STREAM_CREDIT = 2;

/** How a run reports to its caller. */
interface RunHooks extends RunCallbacks {
  /** Steps that the run may take before it needs a `more` for each further one. */
  readonly credit: number;
  readonly onStart?: (run: RunHandle) => void;
}

/** How a run ended, and where it ran: undefined if it did not start. */
interface EndedRun {
  readonly outcome: Outcome<'restore'>;
  readonly device: DeviceKind | undefined;
}

/**
 * Restores photos. It holds a worker with the network on one device. On the CPU it holds further
 * workers once a run is long enough to gain from them. Make one with {@link Restorer.load}, use it
 * for any number of photos and tasks, one at a time, and {@link Restorer.dispose} of it at the end.
 *
 * Nothing that it is given leaves the machine.
 *
 * @example
 * ```ts
 * const restorer = await Restorer.load();
 * const { samples, mean, deviation } = await restorer.restore(photo, inpaint(mask), {
 *   samples: 4,
 * });
 * restorer.dispose();
 * ```
 */
export class Restorer {
  readonly #pool: WorkerPool;
  /** The run in progress. Once it is aborted another may begin. */
  #current: { readonly signal: AbortSignal | undefined } | undefined;

  private constructor(pool: WorkerPool) {
    // Callers without types can reach this.
    if (!((pool as unknown) instanceof WorkerPool))
      throw new EpsError('invalid-option', 'Make a Restorer with await Restorer.load().');
    this.#pool = pool;
  }

  /**
   * Starts the worker, reads the weights (from the cache of an earlier visit, else from their
   * address), chooses the device and warms it up.
   *
   * @param options all optional: see {@link LoadOptions}.
   * @throws EpsError `invalid-option`, `download-failed`, `weights-corrupt`, `invalid-weights`,
   *   `insecure-context`, `unsupported-device`, `device-lost`, `device-failed`, `worker-failed` or
   *   `aborted`. What `onProgress` throws ends the load and comes out of it as it is.
   * @example
   * ```ts
   * const restorer = await Restorer.load({
   *   onProgress: ({ fraction }) => (bar.value = fraction),
   * });
   * ```
   */
  static async load(options: LoadOptions = {}): Promise<Restorer> {
    const checked = checkedLoadOptions(options);
    throwIfAborted(checked.signal);
    const restorer = new Restorer(new WorkerPool(checked));
    // Ends what is still under way, such as the download, when any part has failed.
    const stop = new AbortController();
    try {
      await untilAborted(restorer.#load(checked, stop), checked.signal);
      return restorer;
    } catch (error) {
      stop.abort();
      restorer.dispose();
      throw error;
    }
  }

  /** The device that the network runs on. It may change after the loss of a GPU. */
  get device(): DeviceKind {
    return this.#pool.engine.device;
  }

  /** How the network's feature maps and weights are stored; `'f32'` on the CPU. */
  get precision(): Precision {
    return this.#pool.engine.precision;
  }

  /** The WebGPU adapter's name; empty on the CPU. */
  get adapter(): string {
    return this.#pool.engine.adapter;
  }

  /** Why this device was chosen: one sentence for people. */
  get deviceReason(): string {
    return this.#pool.engine.reason;
  }

  /**
   * Restores a photo: samples of p(x | y), their mean, and how much they differ.
   *
   * @param photo the measurement y.
   * @param task what was done to it: the linear operator A of y = A x + noise.
   * @param options all optional: see {@link RestoreOptions}.
   * @returns images of the photo's size (`superResolve`: `factor` times as wide and high).
   * @throws EpsError `invalid-*`, `undecodable-image`, `image-too-large`, `not-converged`,
   *   `unsupported-device`, `device-*`, `worker-failed`, `aborted`, `busy`, `disposed` or
   *   `internal`. Except after `disposed`, the restorer stays usable. The photo is never changed.
   * @example
   * ```ts
   * const result = await restorer.restore(photo, superResolve(4), { samples: 2, seed: 1 });
   * context.putImageData(result.samples[0], 0, 0);
   * ```
   */
  async restore(photo: PhotoSource, task: Task, options: RestoreOptions = {}): Promise<Result> {
    const checked = checkedRestoreOptions(options);
    return this.#run(
      deferred(() => readInput(photo, task, checked.file)),
      checked,
      {
        credit: Infinity,
        onStep: (step) => checked.onStep?.(step),
        onProgress: (progress) => checked.onProgress?.(progress),
      },
    );
  }

  /**
   * Restores a photo step by step. The generator yields each step and returns the result. Leaving
   * the loop cancels the run; a reader that pauses pauses it. The photo is read by this call, and
   * the run begins with the first `next()`.
   *
   * @param photo as for {@link Restorer.restore}, and so are the other parameters.
   * @throws EpsError as {@link Restorer.restore} does, from `next()`.
   * @example
   * ```ts
   * for await (const step of restorer.stream(photo, denoise()))
   *   context.putImageData(step.preview, 0, 0);
   * ```
   */
  stream(
    photo: PhotoSource,
    task: Task,
    options: RestoreOptions = {},
  ): AsyncGenerator<RestoreStep, Result, void> {
    let file: Blob | undefined;
    const checked = deferred(() => {
      const restoration = checkedRestoreOptions(options);
      ({ file } = restoration);
      return restoration;
    });
    const input = deferred(() => readInput(photo, task, file));
    return this.#stream(input, checked);
  }

  /**
   * What a restoration will take, from the times of the warm-up and of every run since.
   *
   * @param photo the photo, or its size in pixels; the file for the task `jpeg`.
   * @param task what was done to it.
   * @param options as for the restoration.
   * @throws EpsError as {@link Restorer.restore} does for bad input.
   * @example
   * ```ts
   * const { seconds, bytes } = await restorer.estimate({ width: 640, height: 480 }, denoise());
   * ```
   */
  async estimate(
    photo: PhotoSource | ImageSize,
    task: Task,
    options: RestoreOptions = {},
  ): Promise<Estimate> {
    this.#pool.throwIfDisposed();
    const { samples, sampler, refine, file: source } = checkedRestoreOptions(options);
    const checked = checkedTask(task);
    const file = checked.kind === 'jpeg' ? jpegBytes(source ?? photo) : undefined;
    const [size, prepared] = await Promise.all([sizeOf(photo), taskRequest(checked, file)]);
    requireFitting(prepared, size);
    const request = { ...size, task: prepared, samples, sampler, refine };
    const { noise } = checked;
    const lead = await this.#pool.lead();
    const cost = await lead.ask('cost', { ...request, ...(noise !== undefined && { noise }) });
    this.#pool.throwIfDisposed();
    const { width, height, evaluations, tiles, bytes, gpuBytes } = cost;
    const seconds =
      prepared.kind === 'copy'
        ? copySeconds(prepared, samples + 1)
        : this.#pool.expectedSeconds(cost, samples);
    return { seconds, evaluations, tiles, bytes, gpuBytes, width, height };
  }

  /**
   * The standard deviation of a measurement's noise, in 8-bit levels: what `noise: 'auto'` assumes.
   *
   * It is estimated where the task measures: on the known pixels for `inpaint`, on the grey photo
   * for `colorize`. White noise of 5 to 50 levels is found within 10 %. The
   * pixels of a JPEG hardly show what compression did; of a file, its coefficients tell it.
   *
   * @param photo the measurement.
   * @param task what was done to it.
   * @param options `file`: as for the restoration.
   * @throws EpsError `invalid-noise` for the task `jpeg` and if too few pixels are known, and as
   *   {@link Restorer.restore} does for bad input.
   * @example
   * ```ts
   * const level = await restorer.estimateNoise(photo, denoise());
   * ```
   */
  async estimateNoise(
    photo: PhotoSource,
    task: Task,
    options: Pick<RestoreOptions, 'file'> = {},
  ): Promise<number> {
    this.#pool.throwIfDisposed();
    const { file: source } = checkedRestoreOptions(options);
    const input = await readInput(photo, { ...checkedTask(task), noise: 'auto' } as Task, source);
    const { image, file, task: request } = input;
    const lead = await this.#pool.lead();
    const level = await lead.ask('noise', { image, task: request, ...(file && { file }) });
    this.#pool.throwIfDisposed();
    return level;
  }

  /**
   * The blurs that a photo may have, the most probable first: none, a Gaussian, a disk (out of
   * focus) and a motion along a line. The photo's power spectrum tells them; the network has no
   * part in it.
   *
   * It takes about a second. Where `none` comes first, the photo is most probably sharp.
   *
   * @param photo the blurred photo.
   * @param options `file`: as for a restoration; JPEG's rounding counts.
   * @returns nothing for a photo that does not show its blur: without texture, or with less than
   *   128 pixels a side.
   * @throws EpsError as {@link Restorer.restore} does for bad input.
   * @example
   * ```ts
   * const [blur] = await restorer.estimateBlur(photo);
   * if (blur && blur.kind !== 'none')
   *   result = await restorer.restore(photo, deblur(blur.kernel));
   * ```
   */
  async estimateBlur(
    photo: PhotoSource,
    options: Pick<RestoreOptions, 'file'> = {},
  ): Promise<BlurEstimate[]> {
    this.#pool.throwIfDisposed();
    const { file: source } = checkedRestoreOptions(options);
    const [image, file] = await Promise.all([
      decodePhoto(photo, 'The photo'),
      jpegBytes(source ?? photo),
    ]);
    const lead = await this.#pool.lead();
    const estimates = await lead.ask('blur', { image, ...(file && { file }) });
    this.#pool.throwIfDisposed();
    return estimates;
  }

  /**
   * A JPEG of an edited photo that loses nothing where nothing was edited: blocks without a changed
   * pixel keep the file's own coefficients, the others are compressed at its quality and sampling.
   *
   * @param file the JPEG that the photo was opened from.
   * @param edited the photo now, of the same size and as it is displayed.
   * @param before the photo as it was decoded, to save decoding the file again.
   * @returns the file, upright or turned as the original, with its colour profile and without its
   *   other metadata.
   * @throws EpsError `invalid-image` if the coefficients of the file cannot be read (it is no JPEG,
   *   damaged, or of a rare kind: `toBlob` then writes a JPEG anew), or the sizes differ.
   * @example
   * ```ts
   * const { mean } = await restorer.restore(file, inpaint(mask), { samples: 0 });
   * const saved = await restorer.editJpeg(file, mean);
   * ```
   */
  async editJpeg(file: Blob, edited: PhotoSource, before: PhotoSource = file): Promise<Blob> {
    this.#pool.throwIfDisposed();
    const [bytes, after, unedited] = await Promise.all([
      jpegBytes(file),
      decodePhoto(edited, 'The edited photo'),
      decodePhoto(before, 'The photo'),
    ]);
    if (!bytes) throw new EpsError('invalid-image', 'file must be a Blob with a JPEG file in it.');
    const lead = await this.#pool.lead();
    const answer = await lead.ask('edit', { file: bytes, before: unedited, after });
    this.#pool.throwIfDisposed();
    return new Blob([answer], { type: 'image/jpeg' });
  }

  /**
   * Terminates the workers and releases their memory. A run in progress fails with `disposed`, and
   * so does every later call.
   *
   * @example
   * ```ts
   * addEventListener('pagehide', () => restorer.dispose());
   * ```
   */
  dispose(): void {
    this.#pool.dispose(
      new EpsError('disposed', 'This restorer has been disposed of. Load another.'),
    );
  }

  async #load(options: CheckedLoadOptions, stop: AbortController): Promise<void> {
    const { modelUrl, sha256, stallMs, onProgress } = options;
    let onThrow: (error: unknown) => void = () => undefined;
    const thrown = new Promise<never>((_, reject) => (onThrow = reject));
    const reporter = new LoadReporter(onProgress, stop.signal, (error) => {
      onThrow(error);
      stop.abort();
    });
    const source = weightsSource(modelUrl, sha256);
    const loaded = this.#pool.start(
      () =>
        readWeights(source, browserPlatform(stallMs), stop.signal, (progress) => {
          const { loadedBytes, totalBytes } = progress;
          reporter.report('weights', totalBytes ? loadedBytes / totalBytes : 0, progress);
        }),
      ({ stage, fraction, device }) => reporter.report(stage, fraction, { device }),
    );
    await Promise.race([thrown, loaded]);
  }

  async *#stream(
    input: Promise<RunInput>,
    options: Promise<CheckedRestoreOptions>,
  ): AsyncGenerator<RestoreStep, Result, void> {
    const checked = await options;
    const stop = new AbortController();
    const forwardAbort = (): void => stop.abort(checked.signal?.reason);
    if (checked.signal?.aborted) forwardAbort();
    checked.signal?.addEventListener('abort', forwardAbort);
    const steps = new AsyncQueue<RestoreStep>();
    let run: RunHandle | undefined;
    const hooks: RunHooks = {
      credit: STREAM_CREDIT,
      onStep: (step) => {
        checked.onStep?.(step);
        steps.push(step);
      },
      onProgress: (progress) => checked.onProgress?.(progress),
      onStart: (started) => (run = started),
    };
    const result = this.#run(input, { ...checked, signal: stop.signal }, hooks);
    result.then(
      () => steps.close(),
      () => steps.close(),
    );
    try {
      for (let step = await steps.next(); step; step = await steps.next()) {
        yield step;
        run?.more();
      }
      return await result;
    } finally {
      checked.signal?.removeEventListener('abort', forwardAbort);
      stop.abort();
    }
  }

  async #run(
    input: Promise<RunInput>,
    options: CheckedRestoreOptions,
    hooks: RunHooks,
  ): Promise<Result> {
    this.#pool.throwIfDisposed();
    throwIfAborted(options.signal);
    if (this.#current && !this.#current.signal?.aborted)
      throw new EpsError(
        'busy',
        'This restorer is working on another photo. Wait for it, or abort it by its signal first.',
      );
    const current = { signal: options.signal };
    this.#current = current;
    try {
      return await untilAborted(this.#restore(input, options, hooks), options.signal);
    } finally {
      if (this.#current === current) this.#current = undefined;
    }
  }

  async #restore(
    input: Promise<RunInput>,
    { signal, samples, sampler, refine, seed }: CheckedRestoreOptions,
    hooks: RunHooks,
  ): Promise<Result> {
    const { image, file, task, noise } = await input;
    throwIfAborted(signal);
    const request: RestoreRequest = {
      image,
      task,
      samples,
      sampler,
      refine,
      seed,
      ...(file && { file }),
      ...(noise !== undefined && { noise }),
    };
    let { outcome, device } = await this.#attempt(request, signal, hooks);
    // A worker that fails before the run starts had failed earlier, for example by the loss of its
    // GPU. A new worker then gets the run.
    if (!outcome.ok && outcome.failure.fatal && !device)
      ({ outcome, device } = await this.#attempt(request, signal, hooks));
    if (!outcome.ok)
      throw outcome.failure.code === 'aborted' ? abortedError(signal) : errorOf(outcome.failure);
    return this.#result(outcome.answer, seed, device ?? this.device);
  }

  /** Runs the request on the workers in use, and reports its steps. */
  async #attempt(
    request: RestoreRequest,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<EndedRun> {
    const lead = await this.#pool.lead();
    throwIfAborted(signal);
    this.#pool.throwIfDisposed();
    const shares = await this.#pool.sharesForRun(lead, request);
    throwIfAborted(signal);
    this.#pool.throwIfDisposed();
    const workers = workersOf(shares);
    const observer = new RunObserver(hooks, this.#pool.evaluationTimes, workers);
    const onEvent = (event: RunEvent): void => {
      if (!signal?.aborted && !observer.report(event)) run.cancel();
    };
    const onShared = (count: number): void => observer.setWorkers(count);
    const { credit } = hooks;
    const { drawers } = shares;
    const helpers = this.#pool.helpers(workers - 1);
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
    if (outcome.ok && device === this.device) observer.recordTimes(outcome.answer);
    return { outcome, device };
  }

  #result(run: FinishedRun, seed: number, kind: DeviceKind): Result {
    const adapter = kind === this.device ? this.adapter : '';
    return resultOf(run, seed, { kind, adapter });
  }
}

/** Reads now, and keeps a failure for whoever waits for what was read. */
function deferred<T>(read: () => T | Promise<T>): Promise<T> {
  const promise = (async () => read())();
  promise.catch(() => undefined);
  return promise;
}

/**
 * The outcome of `work`, or a rejection as soon as the signal is aborted. The work itself goes on;
 * its outcome is then ignored.
 */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
