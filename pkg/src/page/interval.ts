import { EpsError } from '../shared/errors.js';
import { imageDataOf } from './image-data.js';
import { FACTORS } from './interval-factors.js';
import type { Result } from './result.js';
import { shown } from './validation.js';

/** The share of the pixels whose true value an interval shall hold. */
export type Coverage = 0.8 | 0.9 | 0.95;

const COVERAGES = [0.8, 0.9, 0.95] as const satisfies Coverage[];
/** The numbers of samples that factors are known for, largest first. */
const SAMPLES = [8, 4, 2] as const;
/** How many pixels around a pixel its deviation is averaged over, to each side. */
const REACH = 3;

/**
 * How far the mean may be off: the true value of a pixel lies within the mean ± this, for the share
 * `coverage` of all pixels.
 *
 * It is the samples' deviation, averaged over 7 × 7 pixels, times a factor from photos whose truth
 * is known (split conformal prediction). So it holds on average over photos like those, everyday
 * ones, with a task that was what it says; not for each photo, and not in each place.
 *
 * @param result of at least 2 samples; the more, the narrower.
 * @param coverage 0.8, 0.9 or 0.95. Default 0.9.
 * @returns half the width in 8-bit levels, of each pixel and channel, with alpha 255. 0 where the
 *   photo is known.
 * @throws EpsError `invalid-option` for another coverage, and for a result of fewer than 2 samples
 *   or without a family.
 * @example
 * ```ts
 * const { data } = interval(await restorer.restore(photo, denoise(), { samples: 4 }), 0.9);
 * ```
 */
export function interval(
  result: Pick<Result, 'deviation' | 'family'> & { readonly samples: { readonly length: number } },
  coverage: Coverage = 0.9,
): ImageData {
  const column = COVERAGES.indexOf(coverage);
  if (column < 0)
    throw new EpsError(
      'invalid-option',
      `The coverage must be one of ${COVERAGES.join(', ')}; got ${shown(coverage)}.`,
    );
  const { deviation, samples, family } = result;
  const row = SAMPLES.findIndex((count) => samples.length >= count);
  if (!deviation || row < 0)
    throw new EpsError('invalid-option', 'An interval needs a result of at least 2 samples.');
  if (!family)
    throw new EpsError(
      'invalid-option',
      'Intervals are calibrated for the weights of this package and its tasks but compose and ' +
        'linearOperator, and not for texture from elsewhere in the photo.',
    );
  const factor = FACTORS[family][row]?.[column] ?? NaN;
  const { width, height } = deviation;
  const half = new Uint8Array(4 * width * height).fill(255);
  for (const channel of [0, 1, 2]) {
    const scales = localScales(deviation, channel, family === 'inpaint');
    scales.forEach((scale, i) => {
      half[4 * i + channel] = Math.min(255, Math.ceil(factor * scale));
    });
  }
  return imageDataOf(half, width, height);
}

/**
 * The root of the mean square of a channel's deviations around each pixel, and of one level more:
 * what the calibration's factors multiply. `keepsKnown`: 0 where the samples agree.
 */
export function localScales(
  { data, width, height }: ImageData,
  channel: number,
  keepsKnown: boolean,
): Float64Array {
  const squares = new Float64Array(width * height);
  for (let i = 0; i < squares.length; i++) squares[i] = (data[4 * i + channel] ?? 0) ** 2;
  const rows = averaged(squares, width, height, 1, width);
  const means = averaged(rows, height, width, width, 1);
  return means.map((mean, i) => (keepsKnown && squares[i] === 0 ? 0 : Math.sqrt(mean + 1)));
}

/** Means along lines, over at most REACH values to each side of a value. */
function averaged(
  values: Float64Array,
  length: number,
  lines: number,
  step: number,
  stride: number,
): Float64Array {
  const means = new Float64Array(values.length);
  for (let line = 0; line < lines; line++) {
    const at = (i: number): number => values[line * stride + i * step] ?? 0;
    let sum = 0;
    for (let i = 0; i < Math.min(REACH, length); i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      if (i + REACH < length) sum += at(i + REACH);
      if (i > REACH) sum -= at(i - REACH - 1);
      const count = Math.min(length - 1, i + REACH) - Math.max(0, i - REACH) + 1;
      means[line * stride + i * step] = sum / count;
    }
  }
  return means;
}
