// The map of where the samples disagree: their standard deviation at each pixel, in colour.

import { COLOURS } from './colour-map.js';

/** What the legend may end at, in 8-bit levels. */
const SMALLER_ENDS = [4, 8, 16, 32, 64];
const LARGEST_END = 128;
/** The share of the differing pixels that the legend covers. */
const COVERED_SHARE = 0.99;

export interface Disagreement {
  /** The level of the brightest colour. */
  readonly end: number;
  readonly image: ImageData;
}

/** Draws a result's `deviation`. */
export function drawMap(deviation: ImageData): Disagreement {
  const { data, width, height } = deviation;
  const end = legendEnd(deviation);
  const image = new ImageData(width, height);
  const output = new Uint32Array(image.data.buffer);
  const last = COLOURS.length - 1;
  for (let i = 0; i < output.length; i++) {
    const step = Math.min(last, Math.round((last * levelAt(data, i)) / end));
    output[i] = COLOURS[step] ?? 0;
  }
  return { end, image };
}

/** The root mean square of the three channels' deviations at a pixel, in 8-bit levels. */
export function levelAt(data: Uint8ClampedArray, pixel: number): number {
  const red = data[4 * pixel] ?? 0;
  const green = data[4 * pixel + 1] ?? 0;
  const blue = data[4 * pixel + 2] ?? 0;
  return Math.sqrt((red * red + green * green + blue * blue) / 3);
}

function legendEnd({ data, width, height }: ImageData): number {
  // How many pixels have each whole level, rounded up.
  const counts = new Uint32Array(256);
  for (let i = 0; i < width * height; i++) {
    const level = Math.ceil(levelAt(data, i));
    counts[level] = (counts[level] ?? 0) + 1;
  }
  const differing = width * height - (counts[0] ?? 0);
  const covered = (end: number): number =>
    counts.subarray(1, end + 1).reduce((sum, count) => sum + count, 0);
  return SMALLER_ENDS.find((end) => covered(end) >= COVERED_SHARE * differing) ?? LARGEST_END;
}
