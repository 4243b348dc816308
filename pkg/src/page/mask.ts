import { EpsError } from '../shared/errors.js';
import type { ImageSize, Pixels } from '../shared/requests.js';
import { decodePhoto, isPlainImage, type PhotoSource } from './photo.js';
import { isArrayLike, isSide, shown } from './validation.js';

/** A mask of one byte a pixel, rows from the top: not zero where the photo is missing. */
export interface MaskBytes {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * A picture of the photo's size that is painted where the photo is missing, or one byte a pixel.
 */
export type MaskSource = PhotoSource | MaskBytes;

/** Channels above this value count as painted, in 8-bit levels. */
const THRESHOLD = 127;

/**
 * A mask as the core takes it: 1 where the photo is missing, 0 where it is known.
 *
 * @param photo the size that the mask must have.
 * @throws EpsError `invalid-mask`, and the errors of decoding a picture.
 */
export async function decodeMask(source: unknown, photo: ImageSize): Promise<Pixels> {
  const mask = fromBytes(source) ?? maskFromPixels(await decodePhoto(source, 'The mask'));
  if (mask.width !== photo.width || mask.height !== photo.height)
    throw new EpsError(
      'invalid-mask',
      `The mask must have the photo's size, ${photo.width} × ${photo.height}; ` +
        `got ${mask.width} × ${mask.height}.`,
    );
  return mask;
}

/**
 * Reads a painted picture. A pixel is missing if it is opaque (alpha above 127) and bright (its
 * largest channel above 127). White on black works, and so does any bright colour on transparent.
 */
export function maskFromPixels({ data, width, height }: Pixels): Pixels {
  const isHigh = (value = 0): boolean => value > THRESHOLD;
  const mask = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < mask.length; i++, at += 4) {
    const isBright = isHigh(data[at]) || isHigh(data[at + 1]) || isHigh(data[at + 2]);
    mask[i] = isBright && isHigh(data[at + 3]) ? 1 : 0;
  }
  return { data: mask, width, height };
}

/** The mask of a plain object with one byte a pixel; undefined if the source is a picture. */
function fromBytes(source: unknown): Pixels | undefined {
  if (!isPlainImage(source)) return undefined;
  const { data, width, height } = source;
  if (!isSide(width) || !isSide(height))
    throw new EpsError(
      'invalid-mask',
      `The mask has no pixels: its size is ${shown(width)} × ${shown(height)}.`,
    );
  const pixels = width * height;
  const length = isArrayLike(data) ? data.length : 0;
  if (length === 4 * pixels) return undefined;
  if (!isArrayLike(data) || length !== pixels)
    throw new EpsError(
      'invalid-mask',
      `A mask of ${width} × ${height} pixels must have ${pixels} bytes, or four times as many as ` +
        `RGBA; got ${length || 'none'}.`,
    );
  const mask = new Uint8Array(pixels);
  // A loop: `Uint8Array.from` with a function takes seconds for a large photo.
  for (let i = 0; i < pixels; i++) mask[i] = data[i] === 0 ? 0 : 1;
  return { data: mask, width, height };
}
