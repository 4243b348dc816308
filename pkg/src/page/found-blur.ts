// What a run does with the blur that was found in its photo.

import { LIMITS } from '../shared/limits.js';
import type { BlurRequest, ImageSize, PageTask, RestoreRequest } from '../shared/requests.js';
import type { BlurEstimate } from './blur.js';
import { kernelRequest } from './kernels.js';
import type { RunInput } from './run-input.js';

/** The blur of a photo that does not show its own. */
const NOT_SHOWN: BlurEstimate = {
  kind: 'none',
  size: 0,
  sizeDeviation: 0,
  angle: 0,
  confidence: 0,
  kernel: { data: Float32Array.of(1), width: 1, height: 1 },
};

/**
 * The probability at which a blur convinces: twice that of all others together. Below it a disk is
 * often a Gaussian, and the wrong one of the two does harm.
 */
const CONVINCING = 2 / 3;

/** What is asked about the blur of a photo: kernels of any shape are looked for too. */
export const blurRequest = ({ image, file }: RunInput): BlurRequest => ({
  image,
  ...(file && { file }),
  kernelSide: LIMITS.kernelSide[1],
});

/** The blur that is removed, of those that a photo may have; none where no blur convinces. */
export function blurToRemove(blurs: readonly BlurEstimate[]): BlurEstimate {
  const [first] = blurs;
  if (first && first.confidence > CONVINCING) return first;
  return blurs.find(({ kind }) => kind === 'none') ?? NOT_SHOWN;
}

/** The task that removes this blur; without a blur, one that leaves the photo as it is. */
function withBlur(
  task: PageTask,
  { kind, kernel }: BlurEstimate,
  { width, height }: ImageSize,
): PageTask {
  if (kind === 'none')
    return { kind: 'inpaint', mask: { data: new Uint8Array(width * height), width, height } };
  return task.kind === 'deblur' ? { ...task, kernel: kernelRequest(kernel) } : task;
}

/** The part of a request that says what was measured; `blur`: what was found and is removed. */
export function measured(
  { image, file, task, noise }: RunInput,
  blur: BlurEstimate | undefined,
): Pick<RestoreRequest, 'image' | 'file' | 'noise'> & { readonly task: PageTask } {
  // With noise a photo that is kept would be denoised.
  const isKept = blur?.kind === 'none';
  return {
    image,
    task: blur ? withBlur(task, blur, image) : task,
    ...(file && { file }),
    ...(noise !== undefined && !isKept && { noise }),
  };
}
