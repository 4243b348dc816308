import type { FinishedRun } from '../../shared/protocol.js';
import type { Area, JpegPart, Pixels, RestoreRequest } from '../../shared/requests.js';
import type { RestoreProgress, RestoreStep } from '../progress.js';
import type { RunHooks } from '../run-hooks.js';
import { Assembly, type Allocate } from './assembly.js';
import { areaOf, resultSize, windowsOf, type Layout, type WindowIndex } from './layout.js';
import { Pace } from './pace.js';

/** Restores a photo, or a window of one, as a whole. */
type RestoreWhole = (request: RestoreRequest, hooks: RunHooks) => Promise<FinishedRun>;

/**
 * What windows are restored with. It is handed over rather than imported: this file is fetched by
 * itself, and shares no code with what every page imports.
 */
interface WindowTools {
  readonly restore: RestoreWhole;
  /** Throws once the run is aborted. */
  readonly unlessAborted: () => void;
  readonly allocate: Allocate;
  /** The parts of a JPEG file that cover areas of the photo. */
  readonly partsOf: (file: Uint8Array, areas: readonly Area[]) => Promise<readonly JpegPart[]>;
}

/** Seeds of windows lie so far apart that seeds of neighbouring photos do not meet. */
const SEED_STRIDE = 0x9e3779b1;

/**
 * Restores a photo window by window, and joins the windows.
 *
 * Each finished window is a step, whose preview is the mean as far as it has come. A window's noise
 * is drawn from a seed of its own.
 *
 * @param request the whole photo's, with its noise known.
 * @throws what the tools and the callbacks throw.
 */
export async function restoreInWindows(
  layout: Layout,
  request: RestoreRequest,
  signal: AbortSignal | undefined,
  hooks: RunHooks,
  { restore, unlessAborted, allocate, partsOf }: WindowTools,
): Promise<FinishedRun> {
  const begun = performance.now();
  const pace = new Pace(hooks.credit);
  // Ends the wait for a reader.
  signal?.addEventListener('abort', () => pace.more(), { once: true });
  hooks.onStart?.(pace);
  const windows = windowsOf(layout);
  const { task } = request;
  const areas = windows.map((window) => areaOf(layout, window));
  const parts = task.kind === 'jpeg' ? await partsOf(task.file, areas) : undefined;
  unlessAborted();
  const joined = new JoinedRun(layout, allocate);
  const progress = new WindowProgress(windows.length);
  for (const [done, window] of windows.entries()) {
    await pace.take();
    unlessAborted();
    progress.begin(done);
    let last: RestoreStep | undefined;
    const area = areaOf(layout, window);
    const part = parts?.[done];
    const finished = await restore(windowRequest(request, area, part, done), {
      credit: Infinity,
      onStep: (step) => (last = step),
      onProgress: (part) => {
        // The beginning of a window is the end of the one before.
        if (done === 0 || part.tiles > 0) hooks.onProgress(progress.of(part));
      },
    });
    const within = part ? trimmed(finished, part.area, area, layout.factor) : finished;
    joined.add(within, window);
    if (last) hooks.onStep({ ...progress.step(last), preview: joined.preview });
  }
  return joined.finished(performance.now() - begun);
}

/** @param part of the JPEG file whose coefficients are the measurement. */
function windowRequest(
  request: RestoreRequest,
  area: Area,
  part: JpegPart | undefined,
  index: number,
): RestoreRequest {
  const { image, task, noise, samples, sampler, refine, seed } = request;
  return {
    image: cropped(image, part?.area ?? area),
    task: part && task.kind === 'jpeg' ? { ...task, file: part.file } : task,
    samples,
    sampler,
    refine,
    seed: (seed + index * SEED_STRIDE) % Number.MAX_SAFE_INTEGER,
    ...(noise !== undefined && { noise }),
  };
}

/** The window of a run that has restored an area around it. */
function trimmed(run: FinishedRun, from: Area, to: Area, factor: number): FinishedRun {
  const width = factor * from.width;
  const window = {
    left: factor * (to.left - from.left),
    top: factor * (to.top - from.top),
    width: factor * to.width,
    height: factor * to.height,
  };
  const bytes = (data: Uint8Array): Uint8Array<ArrayBuffer> =>
    cropped({ data, width, height: factor * from.height }, window).data;
  const { mean, estimate, deviation } = run.images;
  return {
    ...run,
    images: {
      ...run.images,
      mean: bytes(mean),
      estimate: bytes(estimate),
      ...(deviation && { deviation: bytes(deviation) }),
    },
    samples: run.samples.map(bytes),
  };
}

function cropped(
  { data, width: across }: Pixels,
  { left, top, width, height }: Area,
): Pixels & { readonly data: Uint8Array<ArrayBuffer> } {
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * across + left);
    pixels.set(data.subarray(from, from + 4 * width), 4 * y * width);
  }
  return { data: pixels, width, height };
}

/** The images of all windows, joined. */
class JoinedRun {
  readonly #layout: Layout;
  readonly #allocate: Allocate;
  readonly #mean: Assembly;
  readonly #estimate: Assembly;
  readonly #samples: Assembly[] = [];
  #deviation: Assembly | undefined;
  readonly #consistencies: number[] = [];
  #last: FinishedRun | undefined;

  constructor(layout: Layout, allocate: Allocate) {
    this.#layout = layout;
    this.#allocate = allocate;
    this.#mean = this.#image();
    this.#estimate = this.#image();
  }

  #image(): Assembly {
    return new Assembly(this.#layout, this.#allocate);
  }

  add(run: FinishedRun, window: WindowIndex): void {
    const { mean, estimate, deviation, consistency } = run.images;
    if (consistency !== undefined) this.#consistencies.push(consistency);
    this.#mean.add(mean, window);
    this.#estimate.add(estimate, window);
    for (const [i, sample] of run.samples.entries())
      (this.#samples[i] ??= this.#image()).add(sample, window);
    if (deviation) (this.#deviation ??= this.#image()).add(deviation, window);
    this.#last = run;
  }

  get preview(): ImageData {
    const { width, height } = resultSize(this.#layout);
    return new ImageData(new Uint8ClampedArray(this.#mean.bytes.buffer), width, height);
  }

  finished(milliseconds: number): FinishedRun {
    const last = this.#last;
    if (!last) throw new Error('No window of the photo was restored.');
    const { evaluations, noise } = last.images;
    const all = this.#consistencies;
    // Windows are nearly of one size.
    const consistency = all.length > 0 && all.reduce((sum, share) => sum + share, 0) / all.length;
    return {
      images: {
        ...resultSize(this.#layout),
        mean: this.#mean.bytes,
        estimate: this.#estimate.bytes,
        ...(this.#deviation && { deviation: this.#deviation.bytes }),
        evaluations,
        noise,
        ...(consistency !== false && { consistency }),
      },
      samples: this.#samples.map(({ bytes }) => bytes),
      milliseconds,
      memoryBytes: last.memoryBytes,
    };
  }
}

/** The progress of a photo from that of its windows, which are alike. */
class WindowProgress {
  readonly #count: number;
  readonly #begun = performance.now();
  #done = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Begins the window after the first `done`. */
  begin(done: number): void {
    this.#done = done;
  }

  of({ tiles, totalTiles, fraction, secondsLeft }: RestoreProgress): RestoreProgress {
    const left = this.#count - this.#done - fraction;
    const seconds = (performance.now() - this.#begun) / 1000;
    // Before a window has ended, what it is expected to take in all.
    const each = this.#done > 0 ? seconds / (this.#done + fraction) : seconds + secondsLeft;
    return {
      tiles: this.#done * totalTiles + tiles,
      totalTiles: this.#count * totalTiles,
      fraction: (this.#done + fraction) / this.#count,
      secondsLeft: left * each,
    };
  }

  /** The step that has ended a window. */
  step(last: RestoreStep): Omit<RestoreStep, 'preview'> {
    const step = this.#done + 1;
    return {
      ...last,
      ...this.of(last),
      stage: 'mean',
      sample: -1,
      step,
      totalSteps: this.#count,
      finished: false,
    };
  }
}
