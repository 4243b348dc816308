import type { FinishedRun } from '../../shared/protocol.js';
import type { Area, RestoreRequest } from '../../shared/requests.js';
import type { RestoreStep } from '../progress.js';
import type { RunHooks } from '../run-hooks.js';
import { Assembly, type Allocate } from './assembly.js';
import { cropped } from './crop.js';
import { overviewShare, resultSize, windowCount, type Layout, type WindowIndex } from './layout.js';
import { Pace } from './pace.js';
import { windowParts, type WholePhotoTools } from './window-parts.js';
import { WindowProgress } from './window-progress.js';

/** Restores a photo, or a window of one, as a whole. */
type RestoreWhole = (request: RestoreRequest, hooks: RunHooks) => Promise<FinishedRun>;

/**
 * What windows are restored with. It is handed over rather than imported: this file is fetched by
 * itself, and shares no code with what every page imports.
 */
interface WindowTools extends Omit<WholePhotoTools, 'restoreOverview'> {
  readonly restore: RestoreWhole;
  readonly allocate: Allocate;
}

/** Seeds of windows lie so far apart that seeds of neighbouring photos do not meet. */
const SEED_STRIDE = 0x9e3779b1;

/**
 * Restores a photo window by window, and joins the windows.
 *
 * Each finished window is a step, whose preview is the mean as far as it has come. A window's noise
 * is drawn from a seed of its own. A grey photo is coloured as a whole first, at a smaller size.
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
  const { image, task: whole, noise, samples, sampler, refine } = request;
  const known = { samples, sampler, refine, ...(noise !== undefined && { noise }) };
  const share = overviewShare(layout);
  const progress = new WindowProgress(windowCount(layout), share);
  let last: RestoreStep | undefined;
  /** Restores what takes as long as `size` windows. */
  const restoreNext = (next: RestoreRequest, size: number): Promise<FinishedRun> => {
    const isFirst = progress.begin(size);
    return restore(next, {
      credit: Infinity,
      onStep: (step) => (last = step),
      onProgress: (made) => {
        // The beginning of a part is the end of the one before.
        if (isFirst || made.tiles > 0) hooks.onProgress(progress.of(made));
      },
    });
  };
  const parts = await windowParts(
    layout,
    { image, task: whole },
    {
      partsOf,
      unlessAborted,
      restoreOverview: (image, task) => {
        // The core's for smaller sizes.
        const sampler = 'accurate';
        return restoreNext({ ...known, sampler, seed: seedOf(request, -1), image, task }, share);
      },
    },
  );
  unlessAborted();
  const joined = new JoinedRun(layout, allocate);
  for (const [index, { window, area, covers, task }] of parts.entries()) {
    await pace.take();
    unlessAborted();
    const pixels = cropped(image, covers);
    const seed = seedOf(request, index);
    const finished = await restoreNext({ ...known, seed, image: pixels, task }, 1);
    joined.add(covers === area ? finished : trimmed(finished, covers, area, layout.factor), window);
    if (last) hooks.onStep({ ...progress.step(last, index), preview: joined.preview });
  }
  return joined.finished(performance.now() - begun);
}

/** The seed of window number `index`; of the overview: -1. */
function seedOf({ seed }: RestoreRequest, index: number): number {
  return (seed + (index + 1) * SEED_STRIDE) % Number.MAX_SAFE_INTEGER;
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
