import type { IntervalFamily } from './interval-family.js';

/**
 * What a deviation is multiplied by, for 8, 4 and 2 samples, and for coverages of 0.8, 0.9 and
 * 0.95. Made by `node scripts/intervals.mjs`, for the weights of this package.
 */
export const FACTORS: Readonly<Record<IntervalFamily, readonly (readonly number[])[]>> = {
  inpaint: [
    [1.07, 1.52, 1.99],
    [1.11, 1.57, 2.07],
    [1.29, 1.92, 2.74],
  ],
  superResolve2: [
    [1.15, 1.65, 2.2],
    [1.18, 1.7, 2.27],
    [1.24, 1.81, 2.44],
  ],
  superResolve4: [
    [1.26, 1.78, 2.31],
    [1.32, 1.87, 2.44],
    [1.41, 2.04, 2.75],
  ],
  superResolve8: [
    [1.25, 1.74, 2.22],
    [1.32, 1.85, 2.4],
    [1.47, 2.09, 2.77],
  ],
  deblur: [
    [1.38, 1.89, 2.42],
    [1.4, 1.93, 2.47],
    [1.46, 2.04, 2.62],
  ],
  denoise: [
    [1.42, 1.87, 2.29],
    [1.42, 1.89, 2.31],
    [1.47, 1.97, 2.44],
  ],
  jpeg: [
    [1.43, 1.93, 2.43],
    [1.43, 1.95, 2.45],
    [1.49, 2.05, 2.59],
  ],
  colorize: [
    [2.24, 3.55, 4.95],
    [2.58, 4.49, 6.72],
    [3.35, 6.45, 12.33],
  ],
  demosaic: [
    [1.2, 1.66, 2.15],
    [1.21, 1.69, 2.19],
    [1.27, 1.79, 2.32],
  ],
};
