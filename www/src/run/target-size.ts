// The size that the visitor asked for. The core enlarges by whole factors alone: what it makes of a
// photo is scaled down from the next larger one, by the browser's best scaling.

import type { RestoreStep, Result } from 'eps-restore';
import type { Size } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';

export async function stepAt(step: RestoreStep, size: Size): Promise<RestoreStep> {
  return { ...step, preview: await imageAt(step.preview, size) };
}

export async function resultAt(result: Result, size: Size): Promise<Result> {
  const { mean, estimate, deviation, samples, family } = result;
  const scaled: ImageData[] = [];
  // One after the other: large pictures take much memory.
  for (const sample of samples) scaled.push(await imageAt(sample, size));
  return {
    ...result,
    mean: await imageAt(mean, size),
    estimate: await imageAt(estimate, size),
    deviation: deviation && (await imageAt(deviation, size)),
    samples: scaled,
    // Intervals are calibrated for single pixels of the result, not for means over some.
    family: hasSize(mean, size) ? family : undefined,
  };
}

export async function imageAt(image: ImageData, size: Size): Promise<ImageData> {
  return hasSize(image, size) ? image : inWorker('resize', image, size);
}

const hasSize = ({ width, height }: Size, size: Size): boolean =>
  width === size.width && height === size.height;
