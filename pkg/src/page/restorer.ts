import type { DeviceKind, Precision } from '../shared/device.js';
import { EpsError, throwIfAborted } from '../shared/errors.js';
import type { ImageSize } from '../shared/requests.js';
import { AsyncQueue } from './async-queue.js';
import { isBlurUnknown, withExpectedBlur, type BlurEstimate, type BlurOptions } from './blur.js';
import { jpegBytes } from './jpeg-file.js';
import {
  checkedLoadOptions,
  checkedRestoreOptions,
  withDefaults,
  type CheckedRestoreOptions,
  type LoadOptions,
  type RestoreOptions,
} from './options.js';
import { openFile } from './photo-file.js';
import { decodePhoto, spaceOf, type PhotoSource } from './photo.js';
import type { Estimate, RestoreStep } from './progress.js';
import type { RestorerInfo } from './restorer-info.js';
import type { Result } from './result.js';
import { readInput, type RunInput } from './run-input.js';
import { importSession } from './session-import.js';
import type { RunHooks, StartedSteps } from './run-hooks.js';
import type { Session } from './session.js';
import { requireFitting, sizeOf, taskRequest } from './task-request.js';
import type { Task } from './task-types.js';
import { checkedTask, denoise } from './tasks.js';
import { Turns, untilAborted } from './turns.js';
import { isFile } from './validation.js';
import type { WorkerPool } from './worker-pool.js';

declare global {
  // Where the program's `lib` has no disposal: as the ones that have it, and as @types/node.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** Steps that a stream's run may be ahead of its reader, who still draws the last one. */
const STREAM_CREDIT = 2;

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
  /** The restorer of {@link Restorer.shared}. */
  static #shared: Promise<Restorer> | undefined;
  readonly #session: Session;
  readonly #pool: WorkerPool;
  readonly #turns = new Turns();

  private constructor(session: Session | undefined) {
    // Callers without types can reach this, and have no session.
    if (session === undefined || !(session.pool as unknown))
      throw new EpsError('invalid-option', 'Make a Restorer with await Restorer.load().');
    this.#session = session;
    this.#pool = session.pool;
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
    const { Session } = await untilAborted(importSession(), checked.signal);
    const restorer = new Restorer(new Session(checked));
    // Ends what is still under way, such as the download, when any part has failed.
    const stop = new AbortController();
    try {
      await untilAborted(restorer.#session.load(checked, stop), checked.signal);
      return restorer;
    } catch (error) {
      stop.abort();
      restorer.dispose();
      throw error;
    }
  }

  /**
   * The restorer that the page's parts share. The first call loads it; so does the next one after a
   * load that failed, or after its {@link Restorer.dispose}.
   *
   * @param options as of {@link Restorer.load}, for the call that loads it.
   * @throws EpsError as {@link Restorer.load} does.
   * @example
   * ```ts
   * const restorer = await Restorer.shared();
   * ```
   */
  static async shared(options: LoadOptions = {}): Promise<Restorer> {
    const loading = (Restorer.#shared ??= Restorer.load(options));
    try {
      const restorer = await loading;
      restorer.#pool.throwIfDisposed();
      return restorer;
    } catch (error) {
      if (Restorer.#shared === loading) Restorer.#shared = undefined;
      // It has been disposed of since.
      if (error instanceof EpsError && error.code === 'disposed') return Restorer.shared(options);
      throw error;
    }
  }

  /**
   * Restores a photo in one call, by the restorer of {@link Restorer.shared}, after earlier calls.
   *
   * @param options as of {@link Restorer.restore}; `whenBusy` is `'wait'` by default. `load`: for
   *   the call that loads the restorer. The signal aborts this call and not the load.
   * @throws EpsError as {@link Restorer.load} and {@link Restorer.restore} do.
   * @example
   * ```ts
   * const { mean } = await Restorer.restore('photo.jpg', denoise(), { samples: 0 });
   * ```
   */
  static async restore(
    photo: PhotoSource,
    task: Task,
    options: RestoreOptions & { readonly load?: LoadOptions } = {},
  ): Promise<Result> {
    const { load, ...own } = withDefaults(options, { whenBusy: 'wait' });
    const checked = checkedRestoreOptions(own);
    throwIfAborted(checked.signal);
    const input = deferred(() => readInput(photo, task, checked.file));
    const restorer = await untilAborted(Restorer.shared(load), checked.signal);
    return restorer.#run(input, checked, hooksOf(checked));
  }

  /** What this restorer runs on, as plain data: for a line in the page, or a report of a fault. */
  get info(): RestorerInfo {
    const { device, precision, adapter, reason, evaluationMilliseconds } = this.#pool.engine;
    return { device, precision, adapter, reason, evaluationMilliseconds };
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
      hooksOf(checked),
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
    const opened = openFile(photo, 'The photo');
    const file = checked.kind === 'jpeg' ? jpegBytes(source ?? opened) : undefined;
    const [size, stated] = await Promise.all([sizeOf(opened), taskRequest(checked, file)]);
    const prepared = isBlurUnknown(checked) ? withExpectedBlur(stated, size) : stated;
    requireFitting(prepared, size);
    const { noise } = checked;
    const request = { ...size, task: prepared, samples, sampler, refine };
    return this.#session.estimate({ ...request, ...(noise !== undefined && { noise }) });
  }

  /**
   * The standard deviation of a measurement's noise, in 8-bit levels: what `noise: 'auto'` assumes.
   *
   * It is estimated where the task measures: on the known pixels for `inpaint`, on the grey photo
   * for `colorize`. White noise of 5 to 50 levels is found within 10 %. What compression did
   * counts: the coefficients of a JPEG file tell it, and pixels that were one and were not resized
   * since.
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
    return this.#askLevel('noise', photo, task, options);
  }

  /**
   * The standard deviation of the white noise that stands for what JPEG did to a photo, in 8-bit
   * levels; 0 for a photo that was never a JPEG. It is a part of {@link Restorer.estimateNoise},
   * and beside it tells grain from compression.
   *
   * @param photo the photo: a JPEG file, or pixels that may have been one.
   * @param options `file`: as for a restoration.
   * @throws EpsError as {@link Restorer.restore} does for bad input.
   * @example
   * ```ts
   * const lost = await restorer.estimateCompression(photo);
   * ```
   */
  estimateCompression(
    photo: PhotoSource,
    options: Pick<RestoreOptions, 'file'> = {},
  ): Promise<number> {
    return this.#askLevel('compression', photo, denoise(), options);
  }

  async #askLevel(
    call: 'noise' | 'compression',
    photo: PhotoSource,
    task: Task,
    options: Pick<RestoreOptions, 'file'>,
  ): Promise<number> {
    this.#pool.throwIfDisposed();
    const { file: source } = checkedRestoreOptions(options);
    const input = await readInput(photo, { ...checkedTask(task), noise: 'auto' } as Task, source);
    const { image, file, task: request } = input;
    const lead = await this.#pool.lead();
    const level = await lead.ask(call, { image, task: request, ...(file && { file }) });
    this.#pool.throwIfDisposed();
    return level;
  }

  /**
   * The blurs that a photo may have, the most probable first: none, a Gaussian, a disk (out of
   * focus), a motion along a line, and with `kernelSide` a kernel of any shape, as of a hand that
   * shook. The photo's power spectrum tells them, and for the last one its strong edges; the
   * network has no part in it.
   *
   * It takes about a second, with a kernel of any shape 3 to 5. Where `none` comes first, the photo
   * is most probably sharp.
   *
   * @param photo the blurred photo.
   * @param options what is looked for, and how the search is watched and aborted.
   * @returns nothing for a photo that does not show its blur: without texture, or with less than
   *   128 pixels a side.
   * @throws EpsError as {@link Restorer.restore} does for bad input.
   * @example
   * ```ts
   * const [blur] = await restorer.estimateBlur(photo, { kernelSide: 31 });
   * if (blur && blur.kind !== 'none')
   *   result = await restorer.restore(photo, deblur(blur.kernel));
   * ```
   */
  async estimateBlur(photo: PhotoSource, options: BlurOptions = {}): Promise<BlurEstimate[]> {
    this.#pool.throwIfDisposed();
    return this.#session.blurs(photo, options);
  }

  /**
   * A JPEG of an edited photo that loses nothing where nothing was edited: blocks without a changed
   * pixel keep the file's own coefficients, the others are compressed at its quality and sampling.
   *
   * @param file the JPEG that the photo was opened from.
   * @param edited the photo now, of the same size, as it is displayed, and in the file's colours.
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
    const space = spaceOf(edited);
    const [bytes, after, unedited] = await Promise.all([
      isFile(file) ? jpegBytes(file) : undefined,
      decodePhoto(edited, 'The edited photo', space),
      isFile(file) ? decodePhoto(before, 'The photo', space) : undefined,
    ]);
    if (!bytes || !unedited)
      throw new EpsError('invalid-image', 'file must be a Blob with a JPEG file in it.');
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

  /**
   * The same as {@link Restorer.dispose}, for `using`: the restorer is disposed of where the block
   * ends.
   *
   * @example
   * ```ts
   * using restorer = await Restorer.load();
   * ```
   */
  [Symbol.dispose](): void {
    this.dispose();
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
    let run: StartedSteps | undefined;
    const hooks: RunHooks = {
      ...hooksOf(checked),
      credit: STREAM_CREDIT,
      onStep: (step) => {
        checked.onStep?.(step);
        steps.push(step);
      },
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
    const turn = this.#turns.take(options.whenBusy, options.signal);
    const { signal } = turn;
    const restored = turn.begun.then(() => this.#restore(input, { ...options, signal }, hooks));
    try {
      return await untilAborted(restored, signal);
    } finally {
      turn.end();
    }
  }

  async #restore(
    input: Promise<RunInput>,
    { signal, samples, sampler, refine, seed, inspect }: CheckedRestoreOptions,
    hooks: RunHooks,
  ): Promise<Result> {
    const read = await input;
    throwIfAborted(signal);
    return this.#session.run(read, { samples, sampler, refine, seed, inspect }, signal, hooks);
  }
}

/** How a run without a reader reports to its caller. */
function hooksOf({ onStep, onProgress }: CheckedRestoreOptions): RunHooks {
  return {
    credit: Infinity,
    onStep: (step) => onStep?.(step),
    onProgress: (progress) => onProgress?.(progress),
  };
}

/** Reads now, and keeps a failure for whoever waits for what was read. */
function deferred<T>(read: () => T | Promise<T>): Promise<T> {
  const promise = (async () => read())();
  promise.catch(() => undefined);
  return promise;
}
