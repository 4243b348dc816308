import type { Kernel } from './kernels.js';

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
