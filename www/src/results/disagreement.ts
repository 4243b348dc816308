// The map of how far the result may be off, in colour: intervals around the mean where they are
// calibrated, else the standard deviation of the samples.

import { interval } from 'eps-restore';
import type { Calibration } from '../state/outcome.js';
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
  /** How far each channel may be off, in 8-bit levels. */
  readonly levels: ImageData;
}

/** Draws a result's `deviation`, or the intervals that it makes. */
export function drawMap(deviation: ImageData, calibration: Calibration | undefined): Disagreement {
  const levels = calibration ? intervals(deviation, calibration) : deviation;
  const { data, width, height } = levels;
  const end = legendEnd(levels);
  const image = new ImageData(width, height);
  const output = new Uint32Array(image.data.buffer);
  const last = COLOURS.length - 1;
  for (let i = 0; i < output.length; i++) {
    const step = Math.min(last, Math.round((last * levelAt(data, i)) / end));
    output[i] = COLOURS[step] ?? 0;
  }
  return { end, image, levels };
}

const intervals = (deviation: ImageData, { family, samples }: Calibration): ImageData =>
  interval({ deviation, family, samples: { length: samples } });

/** The largest of a pixel's three channels, in 8-bit levels. */
export const levelAt = (data: Uint8ClampedArray, pixel: number): number =>
  Math.max(data[4 * pixel] ?? 0, data[4 * pixel + 1] ?? 0, data[4 * pixel + 2] ?? 0);

function legendEnd({ data, width, height }: ImageData): number {
  // How many pixels have each level.
  const counts = new Uint32Array(256);
  for (let i = 0; i < width * height; i++) {
    const level = levelAt(data, i);
    counts[level] = (counts[level] ?? 0) + 1;
  }
  const differing = width * height - (counts[0] ?? 0);
  const covered = (end: number): number =>
    counts.subarray(1, end + 1).reduce((sum, count) => sum + count, 0);
  return SMALLER_ENDS.find((end) => covered(end) >= COVERED_SHARE * differing) ?? LARGEST_END;
}
