import type { BlurCandidate } from '../shared/requests.js';
import { diskKernel, gaussianKernel, motionKernel, type Kernel } from './kernels.js';

/** A blur that a photo may have, by {@link Restorer.estimateBlur}. */
export interface BlurEstimate {
  /** `none`: the photo is sharp. */
  readonly kind: 'none' | 'gaussian' | 'disk' | 'motion';
  /**
   * The Gaussian's standard deviation, the disk's radius or the motion's length, in pixels. 0 for
   * `none`.
   */
  readonly size: number;
  /** The standard deviation of the size's error, in pixels. */
  readonly sizeDeviation: number;
  /** The direction of a motion, in degrees counter-clockwise from the right, 0 to 180; else 0. */
  readonly angle: number;
  /** The probability of the kind, 0 to 1; those of all estimates sum to 1. */
  readonly confidence: number;
  /** The kernel, for {@link deblur}: one pixel for `none`. */
  readonly kernel: Kernel;
}

/** The estimates of the core with their kernels. Kernels of any shape are not asked of it. */
export function blurEstimates(candidates: readonly BlurCandidate[]): BlurEstimate[] {
  return candidates.flatMap(({ kind, size = 0, sizeDeviation = 0, angle = 0, confidence }) => {
    if (kind === 'free') return [];
    return [{ kind, size, sizeDeviation, angle, confidence, kernel: kernelOf(kind, size, angle) }];
  });
}

function kernelOf(kind: BlurEstimate['kind'], size: number, angle: number): Kernel {
  switch (kind) {
    case 'none':
      return { data: new Float32Array([1]), width: 1, height: 1 };
    case 'gaussian':
      return gaussianKernel(size);
    case 'disk':
      return diskKernel(size);
    case 'motion':
      return motionKernel(size, angle);
  }
}
