/**
 * The same restorations in Node, on the CPU: pixels in, pixels out. Start with
 * {@link Restorer.load}.
 *
 * @packageDocumentation
 */
import { readFile } from 'node:fs/promises';
import type { BlurEstimate } from './page/blur.js';
import { fillParts, runParts, type TaskParts } from './page/fill-parts.js';
import { blurRequest, blurToRemove, measured } from './page/found-blur.js';
import { checkedRestoreOptions, type RestoreOptions } from './page/options.js';
import type { PixelImage } from './page/photo.js';
import { resultOf, type Result } from './page/result.js';
import { readInput, type RunInput } from './page/run-input.js';
import type { RunHooks } from './page/run-hooks.js';
import { RunObserver } from './page/run-observer.js';
import type { Task } from './page/task-types.js';
import { EvaluationTimes } from './page/timing.js';
import { Turns, untilAborted } from './page/turns.js';
import { isObject, shown } from './page/validation.js';
import { EpsError, abortedError, throwIfAborted } from './shared/errors.js';
import { WARM_UP_PIXELS, type FinishedRun, type RunRequest } from './shared/protocol.js';
import { costRequestOf, type PageTask, type RestoreRequest } from './shared/requests.js';
import { DEFAULT_STALL_MS } from './shared/stall.js';
import { blursOf } from './worker/blurs.js';
import { runCopy } from './worker/copy-run.js';
import { createEngine, instantiateCore, splitMask, type Engine } from './worker/core.js';
import { explainFailure, isFatal } from './worker/failure.js';
import { RunControl } from './worker/run-control.js';
import { restore } from './worker/restore.js';
import { coreTask } from './worker/user-operator.js';

export {
  inpaint,
  superResolve,
  deblur,
  denoise,
  jpeg,
  colorize,
  demosaic,
  compose,
  linearOperator,
} from './page/tasks.js';
export { gaussianKernel, motionKernel, diskKernel } from './page/kernels.js';
export { interval } from './page/interval.js';
export { EpsError } from './shared/errors.js';
export { LIMITS } from './shared/limits.js';

/** Options of {@link Restorer.load}. */
export interface NodeLoadOptions {
  /** The bytes of the weights. Default: those of this package. */
  readonly model?: Uint8Array | undefined;
}

/** Why the process's core cannot be used any more: it has stopped. */
let stopped: EpsError | undefined;
/** The message of the core's panic. */
let panicMessage: string | undefined;
let core: Promise<void> | undefined;

/** Makes the process's only instance of the core. */
async function instantiate(): Promise<void> {
  const file = await readFile(new URL('../wasm/eps_restore_bg.wasm', import.meta.url));
  const module = await WebAssembly.compile(file);
  await instantiateCore(module, (message) => (panicMessage ??= message));
}

/**
 * Restores photos in Node, in the thread that calls it: one evaluation of 256 × 256 pixels takes
 * about 0.4 s. Between two tiles the thread is free for other work. Several at a time need
 * processes or worker threads of the program's own.
 *
 * @example
 * ```ts
 * import { Restorer, denoise } from 'eps-restore/node';
 *
 * const restorer = await Restorer.load();
 * const { mean } = await restorer.restore({ data, width, height }, denoise(), { samples: 0 });
 * ```
 */
export class Restorer {
  readonly #engine: Engine;
  /** Whether the weights are this package's, for which intervals are calibrated. */
  readonly #isCalibrated: boolean;
  readonly #times = new EvaluationTimes();
  readonly #turns = new Turns();
  /** Settles when the last run has ended: an aborted one ends within a tile. */
  #last: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  private constructor(engine: Engine, isCalibrated: boolean, evaluationMilliseconds: number) {
    this.#engine = engine;
    this.#isCalibrated = isCalibrated;
    this.#times.observe(WARM_UP_PIXELS, evaluationMilliseconds);
  }

  /**
   * Reads the core and the weights from this package's files, and starts the network.
   *
   * @throws EpsError `invalid-option`, `invalid-weights` or `internal`.
   */
  static async load(options: NodeLoadOptions = {}): Promise<Restorer> {
    const model: unknown = isObject(options) ? options.model : options;
    if (model !== undefined && !(model instanceof Uint8Array))
      throw new EpsError('invalid-option', `model must be a Uint8Array; got ${shown(model)}.`);
    return guarded(async () => {
      await (core ??= instantiate());
      const path = new URL('../models/photo-v2-8bit.safetensors', import.meta.url);
      const engine = await createEngine(
        'cpu',
        model ?? (await readFile(path)),
        'f32',
        () => undefined,
      );
      return new Restorer(engine, model === undefined, await engine.warmUp());
    });
  }

  /**
   * Restores a photo: see the restorer of pages. Images come as `{ data, width, height }`, RGBA,
   * and go back as that.
   *
   * @param photo the pixels. Decode files by a library of yours.
   * @param task what was done to it; masks are `{ data, width, height }` too.
   * @param options as in pages. `file`: a Blob of the JPEG that the photo was decoded from.
   * @throws EpsError `invalid-*`, `image-too-large`, `not-converged`, `aborted`, `busy`, `disposed`
   *   or `internal`, after which the process needs to be started anew.
   */
  async restore(photo: PixelImage, task: Task, options: RestoreOptions = {}): Promise<Result> {
    const checked = checkedRestoreOptions(options);
    this.#throwIfDisposed();
    throwIfAborted(checked.signal);
    const turn = this.#turns.take(checked.whenBusy, checked.signal);
    const { signal } = turn;
    const input = readInput(photo, task, checked.file);
    const restored = Promise.all([input, turn.begun]).then(([read]) => {
      const run = this.#last.then(() => this.#run(read, { ...checked, signal }));
      this.#last = run.catch(() => undefined);
      return run;
    });
    try {
      return await untilAborted(restored, signal);
    } finally {
      turn.end();
    }
  }

  /** Releases the network's memory. Every later call fails with `disposed`. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    // A run that is under way ends first.
    void this.#last.then(() => this.#engine.free());
  }

  /** The same as {@link Restorer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #run(
    input: RunInput,
    options: ReturnType<typeof checkedRestoreOptions> & { readonly signal: AbortSignal },
  ): Promise<Result> {
    const { samples, sampler, refine, seed, inspect, signal, onStep, onProgress } = options;
    throwIfAborted(signal);
    this.#throwIfDisposed();
    const hooks: RunHooks = {
      credit: Infinity,
      onStep: (step) => onStep?.(step),
      onProgress: (progress) => onProgress?.(progress),
    };
    const blur = input.isBlurUnknown ? await this.#blurOf(input, signal) : undefined;
    const { task, ...known } = measured(input, blur);
    const request = { ...known, samples, sampler, refine, seed, inspect };
    const parts = await guarded(() => this.#parts(task, request.noise));
    const run = await runParts(parts, request, hooks, {
      run: (part, own) => this.#restored(part, signal, own),
      seconds: (part) => guarded(() => this.#seconds(part)),
    });
    const calibrated = this.#isCalibrated ? task : undefined;
    const device = { kind: 'cpu', adapter: '' } as const;
    return resultOf(run, { seed, blur, fill: parts.holes, calibrated, device });
  }

  /** What is to be done for a task: of a fill, by the holes of its mask. */
  #parts(task: PageTask, noise: RestoreRequest['noise']): TaskParts {
    if (task.kind !== 'fill') return { tasks: [task] };
    return fillParts(task, splitMask(task.mask, task.avoid), noise);
  }

  /** Expected seconds of a run by the network. */
  async #seconds(request: RestoreRequest): Promise<number> {
    const cost = costRequestOf(request);
    const { evaluations, pixels } = this.#engine.cost({
      ...cost,
      ...(await coreTask(cost.task, DEFAULT_STALL_MS)),
    });
    return (evaluations * this.#times.predict(pixels)) / 1000;
  }

  /** Runs one request to its end. */
  async #restored(
    request: RestoreRequest,
    signal: AbortSignal,
    hooks: RunHooks,
  ): Promise<FinishedRun> {
    const observer = new RunObserver(hooks, this.#times, 1);
    try {
      const run = await cancellable(signal, (control) =>
        this.#answer({ request, credit: Infinity }, control, (event) => {
          if (!signal.aborted && !observer.report(event)) control.cancel();
        }),
      );
      observer.recordTimes(run);
      return run;
    } catch (error) {
      observer.rethrow();
      throw error;
    }
  }

  /** The blur that `deblur('auto')` removes. */
  async #blurOf(input: RunInput, signal: AbortSignal): Promise<BlurEstimate> {
    const blurs = await cancellable(signal, (control) =>
      blursOf(blurRequest(input), control, () => undefined),
    );
    return blurToRemove(blurs);
  }

  #answer(
    ask: RunRequest,
    control: RunControl,
    emit: Parameters<typeof restore>[4],
  ): Promise<FinishedRun> {
    const { task } = ask.request;
    return task.kind === 'copy'
      ? runCopy(this.#engine, ask, task, control, emit)
      : restore(this.#engine, ask, DEFAULT_STALL_MS, control, emit);
  }

  #throwIfDisposed(): void {
    if (this.#isDisposed)
      throw new EpsError('disposed', 'This restorer has been disposed of. Load another.');
  }
}

/** Does what ends soon after the signal is aborted. */
async function cancellable<T>(
  signal: AbortSignal,
  work: (control: RunControl) => Promise<T>,
): Promise<T> {
  const control = new RunControl(Infinity);
  const cancel = (): void => control.cancel();
  signal.addEventListener('abort', cancel);
  try {
    return await guarded(() => work(control));
  } catch (error) {
    throw signal.aborted ? abortedError(signal) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Does what may stop the core for good. */
async function guarded<T>(work: () => Promise<T> | T): Promise<T> {
  if (stopped) throw stopped;
  try {
    return await work();
  } catch (thrown) {
    const error = explainFailure(thrown, panicMessage);
    if (isFatal(error)) stopped = error;
    throw error;
  }
}
