import type { FinishedRun, RunEvent, RunRequest } from '../shared/protocol.js';
import type { CopyTask, Cost, CostRequest } from '../shared/requests.js';
import { release, startCopy, type Engine } from './core.js';
import { deviationOf } from './deviation.js';
import type { RunControl } from './run-control.js';

/** Memory of a fill beside the photo and its copies: for a hole of 400 × 400 pixels. */
const HOLE_BYTES = 100e6;
/** Copies of the photo, four bytes a pixel, that a fill holds at once. */
const COPIES = 6;
/** Parts of a fill that are reported. */
const PARTS = 100;
/**
 * Milliseconds of a fill between two looks at the page's messages. The core's longest part adds to
 * it before a cancelled run ends.
 */
const SLICE = 50;

/** What a fill from the photo takes: no evaluation of the network. */
export function copyCost({ width, height }: CostRequest): Cost {
  const bytes = HOLE_BYTES + 4 * COPIES * width * height;
  const none = { evaluations: 0, meanEvaluations: 0, tiles: 0, pixels: 0, gpuBytes: 0, load: 0 };
  return { width, height, bytes, ...none };
}

/**
 * Fills holes from elsewhere in the photo, without the network. The first variant stands for the
 * mean, the next ones for samples.
 *
 * @throws EpsError `aborted` if the run is cancelled, and the core's errors.
 */
export async function runCopy(
  engine: Engine,
  { request }: RunRequest,
  task: CopyTask,
  control: RunControl,
  emit: (event: RunEvent, transfer?: Transferable[]) => void,
): Promise<FinishedRun> {
  const { image, samples: count, seed } = request;
  const { width, height } = image;
  const { mask, avoid } = task;
  const variants = count + 1;
  const totals = { totalSteps: variants, totalEvaluations: 0, meanEvaluations: 0, pixels: 0 };
  const begin = performance.now();
  await control.beforeStep();
  emit({ type: 'started', device: 'cpu', width, height, totalTiles: PARTS * variants, ...totals });
  const run = startCopy({ image, mask, seed, variants, ...(avoid && { avoid }) });
  const fills: Uint8Array<ArrayBuffer>[] = [];
  let [tiles, milliseconds] = [0, 0];
  try {
    while (fills.length < variants) {
      const began = performance.now();
      let fill = run.advance();
      while (fill === null && performance.now() - began < SLICE) fill = run.advance();
      milliseconds += performance.now() - began;
      const done = Math.floor(PARTS * variants * run.share);
      if (!fill && done > tiles) {
        tiles = done;
        emit({ type: 'tile', tiles, milliseconds });
        milliseconds = 0;
      }
      if (fill) {
        tiles = done;
        const preview = fill.slice();
        const sample = fills.length - 1;
        const stage = sample < 0 ? 'mean' : 'sample';
        fills.push(fill);
        const place = { stage, sample, step: fills.length, evaluations: 0, tau: 0 } as const;
        const step = { ...place, finished: sample >= 0, preview };
        emit({ type: 'step', step, tiles, milliseconds }, [preview.buffer]);
        milliseconds = 0;
        if (fills.length < variants) await control.beforeStep();
      } else await control.beforeTile();
    }
  } finally {
    release(run);
  }
  control.throwIfCancelled();
  const [mean = new Uint8Array(image.data), ...samples] = fills;
  const deviation = deviationOf(samples);
  const images = { width, height, mean, estimate: mean.slice(), evaluations: 0, noise: 0 };
  return {
    images: { ...images, ...(deviation && { deviation }) },
    samples,
    milliseconds: performance.now() - begin,
    memoryBytes: engine.memoryBytes,
  };
}
