import type { FinishedRun, RunEvent, RunRequest } from '../shared/protocol.js';
import type { CopyTask, Cost, CostRequest } from '../shared/requests.js';
import { copyFill, type Engine } from './core.js';
import { deviationOf } from './deviation.js';
import type { RunControl } from './run-control.js';

/** Memory of a fill beside the photo and its copies: for a hole of 400 × 400 pixels. */
const HOLE_BYTES = 100e6;
/** Copies of the photo, four bytes a pixel, that a fill holds at once. */
const COPIES = 6;

/** What a fill from the photo takes: no evaluation of the network. */
export function copyCost({ width, height }: CostRequest): Cost {
  const bytes = HOLE_BYTES + 4 * COPIES * width * height;
  const none = { evaluations: 0, meanEvaluations: 0, tiles: 0, pixels: 0, gpuBytes: 0 };
  return { width, height, bytes, ...none };
}

/**
 * Fills holes from elsewhere in the photo, without the network. The first variant stands for the
 * mean, the next ones for samples. A cancelled run ends with the variant that it is at.
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
  const totals = { totalSteps: count + 1, totalEvaluations: 0, meanEvaluations: 0, pixels: 0 };
  emit({ type: 'started', device: 'cpu', width, height, totalTiles: count + 1, ...totals });
  const begin = performance.now();
  const fills: Uint8Array<ArrayBuffer>[] = [];
  for (let variant = 0; variant <= count; variant++) {
    await control.beforeStep();
    const began = performance.now();
    const fill = copyFill({ image, mask, seed, variant, ...(avoid && { avoid }) });
    fills.push(fill);
    const preview = fill.slice();
    const sample = variant - 1;
    const stage = variant === 0 ? 'mean' : 'sample';
    const place = { stage, sample, step: variant + 1, evaluations: 0, tau: 0 } as const;
    const step = { ...place, finished: variant > 0, preview };
    const milliseconds = performance.now() - began;
    emit({ type: 'step', step, tiles: variant + 1, milliseconds }, [preview.buffer]);
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
