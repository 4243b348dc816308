import { DEFAULT_WEIGHTS, defaultWeightsUrl } from './default-weights.js';
import { Helpers, crewSize, startTogether, thisMachine } from './crew.js';
import type { DeviceKind, Precision } from './device.js';
import type { EngineCost, EngineQuestion, EngineRequest } from './engine.js';
import { EpsError, abortedError, throwIfAborted } from './errors.js';
import {
  checkedLoadOptions,
  checkedRestoreOptions,
  type CheckedLoadOptions,
  type CheckedRestoreOptions,
  type LoadOptions,
  type RestoreOptions,
} from './options.js';
import { Pace, RunClock } from './pace.js';
import { decodePhoto, type PhotoSource } from './photo.js';
import { enginePixels, prepareTask, sizeOf, type ImageSize } from './prepare.js';
import {
  loadFraction,
  type Estimate,
  type LoadProgress,
  type RestoreProgress,
  type RestoreStep,
} from './progress.js';
import { imageDataOf, toBlob, type Result } from './result.js';
import { StepQueue } from './step-queue.js';
import { checkedTask, type Task } from './tasks.js';
import { readWeights } from './weights.js';
import { WorkerLink, type Call, type CallEnd, type CallEvent } from './worker-link.js';

/**
 * Steps that a stream's worker may be ahead of its reader: one under way while the last is drawn.
 */
const STREAM_CREDIT = 2;
/** Pixels of the evaluation that the warm-up times. */
const WARM_UP_PIXELS = 64 * 64;

/** Below this expected time starting workers takes longer than they save. */
const WORTH_HELPERS = 2000;

/** What a run reports to whoever asked for it. */
interface RunHooks {
  readonly credit: number;
  readonly onStep: (step: RestoreStep) => void;
  readonly onProgress: (progress: RestoreProgress) => void;
  readonly onCall?: (call: Call) => void;
}

/**
 * Restores photos: holds a worker with the network on one device, and on the CPU, once several
 * samples are wanted, others beside it. Make one with {@link Restorer.load}, use it for any number
 * of photos and tasks, one at a time, and {@link Restorer.dispose} it when done.
 *
 * Nothing that is given to it leaves the machine.
 */
export class Restorer {
  readonly #requested: 'auto' | DeviceKind;
  readonly #wanted: Precision;
  /** How many workers the caller wants; undefined: as many as there is room for. */
  readonly #workers: number | undefined;
  readonly #helpers = new Helpers((link) => this.#loadHelper(link));
  readonly #pace = new Pace();
  /** Kept, so that a new worker needs no network. */
  #weights: Uint8Array<ArrayBuffer> | undefined;
  #link: WorkerLink | undefined;
  #starting: Promise<WorkerLink> | undefined;
  #busy = false;
  #disposed: EpsError | undefined;
  #device: DeviceKind = 'cpu';
  #precision: Precision = 'f32';
  #adapter = '';
  #deviceReason = '';

  private constructor({ device, precision, workers }: CheckedLoadOptions) {
    this.#requested = device;
    this.#wanted = precision;
    this.#workers = workers;
  }

  /**
   * Starts the worker, reads the weights (from the cache of an earlier visit, else from their
   * address), chooses the device and warms it up.
   *
   * @throws EpsError `invalid-option`, `download-failed`, `weights-corrupt`, `invalid-weights`,
   *   `insecure-context`, `unsupported-device`, `worker-failed` or `aborted`.
   */
  static async load(options: LoadOptions = {}): Promise<Restorer> {
    const checked = checkedLoadOptions(options);
    throwIfAborted(checked.signal);
    const restorer = new Restorer(checked);
    try {
      await untilAborted(restorer.#load(checked), checked.signal);
      return restorer;
    } catch (error) {
      restorer.dispose();
      throw error;
    }
  }

  /** Where the work runs. After the loss of a GPU it may become another. */
  get device(): DeviceKind {
    return this.#device;
  }

  /** How the network's maps and weights are stored; `'f32'` on the CPU. */
  get precision(): Precision {
    return this.#precision;
  }

  /** The WebGPU adapter's name; empty on the CPU. */
  get adapter(): string {
    return this.#adapter;
  }

  /** Why it is this device: one sentence for people. */
  get deviceReason(): string {
    return this.#deviceReason;
  }

  /**
   * Restores a photo: samples of p(x | y), their mean, and how far they differ.
   *
   * @param photo the measurement y.
   * @param task what was done to it: the linear operator A of y = A x + noise.
   * @returns images of the photo's size (`superResolve`: `factor` times as large).
   * @throws EpsError; the restorer and the photo stay usable after every one.
   */
  async restore(photo: PhotoSource, task: Task, options: RestoreOptions = {}): Promise<Result> {
    const checked = checkedRestoreOptions(options);
    return this.#run(photo, task, checked, {
      credit: Infinity,
      onStep: (step) => checked.onStep?.(step),
      onProgress: (progress) => checked.onProgress?.(progress),
    });
  }

  /**
   * The same, one step at a time: `for await (const step of restorer.stream(photo, task))
   * draw(step.preview)`. Leaving the loop cancels the run; a reader that pauses pauses it. The
   * generator's return value is the result.
   *
   * @throws EpsError on the first `next()` and after.
   */
  async *stream(
    photo: PhotoSource,
    task: Task,
    options: RestoreOptions = {},
  ): AsyncGenerator<RestoreStep, Result, void> {
    const checked = checkedRestoreOptions(options);
    const stop = new AbortController();
    const passOn = (): void => stop.abort(checked.signal?.reason);
    if (checked.signal?.aborted) passOn();
    checked.signal?.addEventListener('abort', passOn);
    const steps = new StepQueue<RestoreStep>();
    let call: Call | undefined;
    const onStep = (step: RestoreStep): void => {
      checked.onStep?.(step);
      steps.push(step);
    };
    const result = this.#run(
      photo,
      task,
      { ...checked, signal: stop.signal },
      {
        credit: STREAM_CREDIT,
        onStep,
        onProgress: (progress) => checked.onProgress?.(progress),
        onCall: (made) => (call = made),
      },
    );
    result.then(
      () => steps.close(),
      () => steps.close(),
    );
    try {
      for (let step = await steps.next(); step; step = await steps.next()) {
        yield step;
        call?.more();
      }
      return await result;
    } finally {
      checked.signal?.removeEventListener('abort', passOn);
      stop.abort();
    }
  }

  /**
   * What a restoration will take, before it is begun: from the time of the warm-up's evaluation,
   * and of every run since.
   *
   * @param photo the photo, or its size.
   * @throws EpsError as `restore` does for bad input.
   */
  async estimate(
    photo: PhotoSource | ImageSize,
    task: Task,
    options: RestoreOptions = {},
  ): Promise<Estimate> {
    if (this.#disposed) throw this.#disposed;
    const { samples, sampler, refine } = checkedRestoreOptions(options);
    const checked = checkedTask(task);
    const size = await sizeOf(photo);
    const { noise } = checked;
    const question = {
      ...size,
      task: await prepareTask(checked, size),
      samples,
      sampler,
      refine,
      ...(noise === undefined ? {} : { noise }),
    };
    const { width, height, evaluations, tiles, pixels, bytes, gpuBytes } = await this.#cost(
      await this.#liveLink(),
      question,
    );
    // The mean, then the samples' evaluations side by side.
    const mean = refine ? 3 : 1;
    const rounds =
      evaluations === 0 ? 0 : mean + (evaluations - mean) / this.#abreast(samples, bytes);
    return {
      seconds: (rounds * this.#pace.predict(pixels)) / 1000,
      evaluations,
      tiles,
      bytes,
      gpuBytes,
      width,
      height,
    };
  }

  /**
   * The standard deviation of a measurement's noise, in 8-bit levels: what `noise: 'auto'` would
   * take.
   *
   * It is estimated where the task measures: on known pixels to inpaint, on the grey photo to
   * colorize. White noise of 5 to 50 levels is found within 10 %; JPEG hides part of it.
   *
   * @throws EpsError `invalid-noise` where too few pixels are known, and as `restore` does for bad
   *   input.
   */
  async estimateNoise(photo: PhotoSource, task: Task): Promise<number> {
    if (this.#disposed) throw this.#disposed;
    const checked = checkedTask(task);
    const image = enginePixels(await decodePhoto(photo, 'The photo'));
    const measurement = { image, task: await prepareTask(checked, image) };
    const link = await this.#liveLink();
    const end = await link.call({ type: 'noise', measurement }, [], () => {}).end;
    if (this.#disposed) throw this.#disposed;
    if (end.type === 'failed') throw new EpsError(end.code, end.message);
    if (end.type !== 'estimated')
      throw new EpsError('internal', `The worker answered a question of noise with ${end.type}.`);
    return end.noise;
  }

  /**
   * Ends the workers and gives their memory back. A run under way ends with `disposed`, as does
   * every later call.
   */
  dispose(): void {
    this.#disposed ??= new EpsError(
      'disposed',
      'This restorer has been disposed of. Load another.',
    );
    this.#link?.terminate(this.#disposed);
    this.#helpers.end(this.#disposed);
    this.#link = undefined;
    this.#weights = undefined;
  }

  async #load(options: CheckedLoadOptions): Promise<void> {
    const link = new WorkerLink();
    this.#link = link;
    const report = {
      stage: 'weights',
      fraction: 0,
      loadedBytes: 0,
      totalBytes: undefined,
      cached: false,
      device: undefined,
    } as { -readonly [K in keyof LoadProgress]: LoadProgress[K] };
    const tell = (
      stage: LoadProgress['stage'],
      within: number,
      more: Partial<LoadProgress>,
    ): void => {
      const fraction = Math.max(report.fraction, loadFraction(stage, within));
      Object.assign(report, more, { stage, fraction });
      if (!options.signal?.aborted) options.onProgress?.({ ...report });
    };
    const own = options.modelUrl === undefined;
    const source = {
      url: options.modelUrl ?? defaultWeightsUrl().href,
      sha256: options.sha256 ?? (own ? DEFAULT_WEIGHTS.sha256 : undefined),
      bytes: own ? DEFAULT_WEIGHTS.bytes : undefined,
    };
    this.#weights = await readWeights(source, platform(), options.signal, (progress) => {
      tell(
        'weights',
        progress.totalBytes ? progress.loadedBytes / progress.totalBytes : 0,
        progress,
      );
    });
    await this.#startEngine(link, (stage, within, device) => tell(stage, within, { device }));
    // A stated crew is there from the beginning: a page that has loaded asks for nothing more, and
    // works offline. One that fails is started anew when it is needed.
    if (this.#workers !== undefined && this.#device === 'cpu')
      await Promise.allSettled(this.#helpers.take(this.#workers - 1));
  }

  /** Hands the weights to a worker and waits until it is warm. */
  async #startEngine(
    link: WorkerLink,
    onProgress: (stage: 'engine' | 'warm-up', within: number, device: DeviceKind) => void,
  ): Promise<WorkerLink> {
    const hear = (event: CallEvent): void => {
      if (event.type === 'loading') onProgress(event.stage, event.within, event.device);
    };
    const load = (on: WorkerLink, device: 'auto' | DeviceKind): Call => {
      if (!this.#weights)
        throw this.#disposed ?? new EpsError('internal', 'The weights are missing.');
      const weights = this.#weights.slice();
      return on.call(
        { type: 'load', device, precision: this.#wanted, weights },
        [weights.buffer],
        hear,
      );
    };
    this.#link = link;
    let end = await load(link, this.#requested).end;
    let reason = '';
    if (
      end.type === 'failed' &&
      end.fatal &&
      end.during === 'webgpu' &&
      this.#requested === 'auto' &&
      !this.#disposed
    ) {
      // WebGPU took the worker with it: the CPU gets a fresh one.
      reason = `WebGPU could not be used: ${end.message}`;
      link = this.#link = new WorkerLink();
      end = await load(link, 'cpu').end;
    }
    if (this.#disposed) throw this.#disposed;
    if (end.type === 'failed') throw new EpsError(end.code, end.message);
    if (end.type !== 'loaded')
      throw new EpsError('internal', `The worker answered a load with ${end.type}.`);
    this.#device = end.device;
    this.#precision = end.precision;
    this.#adapter = end.adapter;
    this.#deviceReason = reason || end.reason;
    this.#pace.observe(WARM_UP_PIXELS, end.evaluationMilliseconds);
    return link;
  }

  /** Hands a worker beside the first one the weights. */
  async #loadHelper(link: WorkerLink): Promise<void> {
    if (!this.#weights)
      throw this.#disposed ?? new EpsError('internal', 'The weights are missing.');
    const weights = this.#weights.slice();
    const end = await link.call(
      { type: 'load', device: 'cpu', precision: 'f32', weights },
      [weights.buffer],
      () => {},
    ).end;
    if (end.type === 'failed') throw new EpsError(end.code, end.message);
  }

  async #cost(link: WorkerLink, question: EngineQuestion): Promise<EngineCost> {
    const end = await link.call({ type: 'cost', question }, [], () => {}).end;
    if (this.#disposed) throw this.#disposed;
    if (end.type === 'failed') throw new EpsError(end.code, end.message);
    if (end.type !== 'priced')
      throw new EpsError('internal', `The worker answered a question of cost with ${end.type}.`);
    return end.cost;
  }

  /** Workers that draw so many samples at the same time, each of which takes so much memory. */
  #abreast(samples: number, bytes: number): number {
    return this.#device === 'cpu' ? crewSize(samples, this.#workers, bytes, thisMachine()) : 1;
  }

  /** The worker in use; a fresh one where the last one has failed. */
  async #liveLink(): Promise<WorkerLink> {
    // A run that had not begun when it was disposed of is not begun anew.
    if (this.#disposed) throw this.#disposed;
    if (this.#starting) return this.#starting;
    if (this.#link?.alive) return this.#link;
    const starting = (async () => this.#startEngine(new WorkerLink(), () => {}))();
    this.#starting = starting;
    const settled = (): void => void (this.#starting = undefined);
    starting.then(settled, settled);
    return starting;
  }

  async #run(
    photo: PhotoSource,
    task: Task,
    options: CheckedRestoreOptions,
    hooks: RunHooks,
  ): Promise<Result> {
    if (this.#disposed) throw this.#disposed;
    const checked = checkedTask(task);
    throwIfAborted(options.signal);
    if (this.#busy)
      throw new EpsError(
        'busy',
        'This restorer is at work on another photo. Wait for it, or abort it with its signal first.',
      );
    this.#busy = true;
    try {
      return await untilAborted(this.#restore(photo, checked, options, hooks), options.signal);
    } finally {
      this.#busy = false;
    }
  }

  async #restore(
    photo: PhotoSource,
    task: Task,
    options: CheckedRestoreOptions,
    hooks: RunHooks,
  ): Promise<Result> {
    const { signal, samples, sampler, refine, seed } = options;
    const image = enginePixels(await decodePhoto(photo, 'The photo'));
    const prepared = await prepareTask(task, image);
    throwIfAborted(signal);
    const request: EngineRequest = {
      image,
      task: prepared,
      samples,
      sampler,
      refine,
      seed,
      ...(task.noise === undefined ? {} : { noise: task.noise }),
    };
    const first = await this.#attempt(request, signal, hooks);
    // A worker that died before it began was dead already, a GPU lost in between say: the call is
    // not to blame.
    const { end, device } =
      first.end.type === 'failed' && first.end.fatal && !first.begun
        ? await this.#attempt(request, signal, hooks)
        : first;
    if (end.type === 'cancelled') throw abortedError(signal);
    if (end.type === 'failed') throw new EpsError(end.code, end.message);
    if (end.type !== 'done')
      throw new EpsError('internal', `The worker answered a run with ${end.type}.`);
    return this.#result(end, seed, device);
  }

  /** Makes the call on the worker in use, and passes its steps on. */
  async #attempt(
    request: EngineRequest,
    signal: AbortSignal | undefined,
    hooks: RunHooks,
  ): Promise<{ end: CallEnd; begun: boolean; device: DeviceKind }> {
    const link = await this.#liveLink();
    throwIfAborted(signal);
    if (this.#disposed) throw this.#disposed;
    let begun:
      | {
          clock: RunClock;
          device: DeviceKind;
          width: number;
          height: number;
          totalSteps: number;
          totalEvaluations: number;
          totalTiles: number;
          pixels: number;
        }
      | undefined;
    let thrownByCaller: { error: unknown } | undefined;
    const abreast = await this.#abreastOf(link, request);
    const hear = (event: CallEvent): void => {
      if (signal?.aborted || thrownByCaller) return;
      if (event.type === 'started')
        begun = {
          ...event,
          clock: new RunClock(
            event.totalTiles,
            event.totalEvaluations,
            this.#pace.predict(event.pixels),
            abreast,
          ),
        };
      if ((event.type !== 'tile' && event.type !== 'step') || !begun) return;
      const { clock, width, height, totalSteps, totalEvaluations, totalTiles } = begun;
      clock.tile(event.tiles, event.milliseconds);
      const progress: RestoreProgress = {
        tiles: event.tiles,
        totalTiles,
        fraction: clock.fraction,
        secondsLeft: clock.secondsLeft,
      };
      try {
        hooks.onProgress(progress);
        if (event.type === 'tile') return;
        const { stage, sample, step, evaluations, tau, finished } = event.step;
        const preview = imageDataOf(event.step.preview, width, height);
        hooks.onStep({
          ...progress,
          stage,
          sample,
          step,
          totalSteps,
          evaluations,
          totalEvaluations,
          tau,
          finished,
          preview,
        });
      } catch (error) {
        thrownByCaller = { error };
        call.cancel();
      }
    };
    const { credit } = hooks;
    const call: Call =
      abreast > 1
        ? startTogether(link, () => this.#helpers.take(abreast - 1), abreast, request, credit, hear)
        : link.call({ type: 'start', request, credit }, [], hear);
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    hooks.onCall?.(call);
    const end = await call.end;
    signal?.removeEventListener('abort', cancel);
    if (thrownByCaller) throw thrownByCaller.error;
    if (end.type === 'done' && begun && begun.device === this.#device && end.result.evaluations > 0)
      this.#pace.observe(begun.pixels, begun.clock.evaluationMilliseconds);
    return { end, begun: begun !== undefined, device: begun?.device ?? this.#device };
  }

  /**
   * Workers for a request: one where none has anything to do, or they would not be worth their
   * start.
   */
  async #abreastOf(link: WorkerLink, request: EngineRequest): Promise<number> {
    if (this.#abreast(request.samples, 0) === 1) return 1;
    const { image, task, noise, samples, sampler, refine } = request;
    const cost = await this.#cost(link, {
      width: image.width,
      height: image.height,
      task,
      samples,
      sampler,
      refine,
      ...(noise === undefined ? {} : { noise }),
    });
    const expected = cost.evaluations * this.#pace.predict(cost.pixels);
    if (cost.evaluations === 0 || (this.#workers === undefined && expected < WORTH_HELPERS))
      return 1;
    return this.#abreast(samples, cost.bytes);
  }

  #result(
    { result: core, samples: drawn, milliseconds, memoryBytes }: Extract<CallEnd, { type: 'done' }>,
    seed: number,
    kind: DeviceKind,
  ): Result {
    const { width, height, evaluations, noise } = core;
    const image = (bytes: Uint8Array): ImageData => imageDataOf(bytes, width, height);
    const [mean, samples] = [image(core.mean), drawn.map(image)];
    return {
      mean,
      samples,
      deviation: core.deviation && image(core.deviation),
      estimate: image(core.estimate),
      width,
      height,
      evaluations,
      milliseconds,
      memoryBytes,
      seed,
      noise,
      device: { kind, adapter: kind === this.#device ? this.#adapter : '' },
      toBlob: (type, quality) => toBlob(samples[0] ?? mean, type, quality),
    };
  }
}

function platform(): Parameters<typeof readWeights>[1] {
  return {
    fetch: (...request) => fetch(...request),
    caches: (globalThis as { caches?: CacheStorage }).caches,
    subtle: crypto.subtle as SubtleCrypto | undefined,
  };
}

/** The same promise, which the signal ends at once; what it was waiting for goes on unheard. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
