// The map of where the samples disagree: their standard deviation at each pixel, in colour.

import { writeColour } from './colour-map.js';

/** What the legend may end at, in 8-bit levels. */
const SMALLER_ENDS = [4, 8, 16, 32, 64];
const LARGEST_END = 128;
/** The share of the differing pixels that the legend covers. */
const COVERED_SHARE = 0.99;

export interface Disagreement {
  /** One number a pixel, in 8-bit levels. */
  readonly levels: Float32Array;
  /** The level of the brightest colour. */
  readonly end: number;
  readonly image: ImageData;
}

const cache = new WeakMap<ImageData, Disagreement>();

/** The map of a result's `deviation`. */
export function disagreementOf(deviation: ImageData): Disagreement {
  const cached = cache.get(deviation);
  if (cached) return cached;
  const { data, width, height } = deviation;
  const square = (i: number): number => (data[i] ?? 0) ** 2;
  /** The root mean square of the three channels' deviations. */
  const levels = Float32Array.from({ length: width * height }, (_, i) =>
    Math.sqrt((square(4 * i) + square(4 * i + 1) + square(4 * i + 2)) / 3),
  );
  const end = legendEnd(levels);
  const image = new ImageData(width, height);
  levels.forEach((level, i) => writeColour(image.data, i, level / end));
  const disagreement = { levels, end, image };
  cache.set(deviation, disagreement);
  return disagreement;
}

function legendEnd(levels: Float32Array): number {
  const sorted = levels.filter((level) => level > 0).sort();
  const high = sorted[Math.floor(COVERED_SHARE * (sorted.length - 1))] ?? 0;
  return SMALLER_ENDS.find((end) => end >= high) ?? LARGEST_END;
}
