// Written by tests/limits.rs from the constants of the Rust crate.

/** What restorations can be asked for. */
export const LIMITS = {
  /** The most samples. */
  samples: 16,
  /** The most points of a sampler's grid. */
  points: 1000,
  /** The lowest and the highest noise level of a sampler. */
  tau: [0.002, 80],
  /** The highest standard deviation of noise, in 8-bit levels. */
  noise: 255,
  /** The factors of superResolve, for means of blocks and for the other reductions. */
  factors: { blockMean: [2, 4, 8], filtered: [2, 3, 4, 8, 16] },
  /** The largest standard deviation of a Gaussian blur, in pixels. */
  gaussianSigma: 30,
  /** The longest motion blur, in pixels. */
  motionLength: 100,
  /** The smallest and the largest side of a kernel of any shape that is looked for, in pixels. */
  kernelSide: [5, 31],
  /** How far the sum of the weights of a grey may be from 1. */
  greySum: 0.001,
  /** The most memory that a restoration may take, in bytes. */
  pageBytes: 4089446400,
} as const;

/** The sampler of a restoration that names none. */
export const DEFAULT_SAMPLER = { points: 6, tauMax: 5, tauMin: 0.01 } as const;
