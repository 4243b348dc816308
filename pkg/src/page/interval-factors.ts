import type { IntervalFamily } from './interval-family.js';

/**
 * What a deviation is multiplied by, for 8, 4 and 2 samples, and for coverages of 0.8, 0.9 and
 * 0.95. Made by `node scripts/intervals.mjs`, for the weights of this package.
 */
export const FACTORS: Readonly<Record<IntervalFamily, readonly (readonly number[])[]>> = {
  inpaint: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  superResolve2: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  superResolve4: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  superResolve8: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  deblur: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  denoise: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  jpeg: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  colorize: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
  demosaic: [
    [1, 1, 1],
    [1, 1, 1],
    [1, 1, 1],
  ],
};
