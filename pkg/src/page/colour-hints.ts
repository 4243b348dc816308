import { EpsError, reading } from '../shared/errors.js';
import { LIMITS } from '../shared/limits.js';
import type { CoreHints, GreyWeights, ImageSize } from '../shared/requests.js';
import { decodePhoto, type PhotoSource } from './photo.js';
import { isNoiseLevel, isObject, requireKnownNames, shown } from './validation.js';

/** Colours that some pixels of a grey photo should have. */
export interface ColourHints {
  /**
   * A picture of the photo's size, painted where alpha is at least 128 and transparent elsewhere.
   * Hue and saturation count: the brightness is that of the photo.
   */
  readonly colours: PhotoSource;
  /**
   * How far a hint may be off: the standard deviation of each channel in 8-bit levels, above 0 and
   * at most 255. Default: 8.
   */
  readonly noise?: number | undefined;
}

/**
 * A checked copy of hints.
 *
 * @param weights of the grey that they belong to.
 * @throws EpsError `invalid-option`, `invalid-image` or `invalid-noise`.
 */
export function checkedHints(hints: unknown, weights: GreyWeights | undefined): ColourHints {
  return reading('invalid-option', 'colorize: hints', () => {
    requireKnownNames('colorize: hints', hints, ['colours', 'noise']);
    const { colours, noise } = hints as ColourHints;
    if (!isObject(colours) && typeof colours !== 'string')
      throw new EpsError(
        'invalid-image',
        `colorize: hints need colours, a picture of the photo's size; got ${shown(colours)}.`,
      );
    if (weights !== undefined && weights !== 'mean')
      throw new EpsError(
        'invalid-option',
        `colorize: hints go with weights: 'mean' alone; got ${shown(weights)}.`,
      );
    if (noise === undefined) return { colours };
    if (!isNoiseLevel(noise))
      throw new EpsError(
        'invalid-noise',
        'colorize: the noise of hints must be a standard deviation in 8-bit levels, above 0 and ' +
          `at most ${LIMITS.noise}; got ${shown(noise)}.`,
      );
    return { colours, noise };
  });
}

/**
 * Hints as the core takes them. What can be read at once is read before the call returns.
 *
 * @param space of the photo.
 */
export async function decodeHints(
  { colours, noise }: ColourHints,
  space: PredefinedColorSpace,
): Promise<CoreHints> {
  const pixels = await decodePhoto(colours, 'The picture of colour hints', space);
  return { colours: pixels, ...(noise !== undefined && { noise }) };
}

/** @throws EpsError `invalid-image` if hints have another size than the photo. */
export function requireHintSize({ colours }: CoreHints, photo: ImageSize): void {
  if (colours.width === photo.width && colours.height === photo.height) return;
  throw new EpsError(
    'invalid-image',
    `The picture of colour hints must have the photo's size, ${photo.width} × ${photo.height}; ` +
      `got ${colours.width} × ${colours.height}.`,
  );
}
