import { EpsError } from './errors.js';
import { decodePhoto, isBare, type PhotoSource, type PixelImage } from './photo.js';

/** One byte a pixel, rows from the top: nonzero where the photo is missing. */
export interface MaskBytes {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/**
 * A picture of the photo's size that is painted where the photo is missing, or one byte a pixel.
 */
export type MaskSource = PhotoSource | MaskBytes;

/**
 * A mask as the core takes it: 1 where the photo is missing, 0 where it is known.
 *
 * @param photo the size it must have.
 * @throws EpsError `invalid-mask`, or what decoding a picture may throw.
 */
export async function decodeMask(
  source: MaskSource,
  photo: { readonly width: number; readonly height: number },
): Promise<{ data: Uint8Array; width: number; height: number }> {
  const mask =
    bytesOf(source) ?? maskFromPixels(await decodePhoto(source as PhotoSource, 'The mask'));
  if (mask.width !== photo.width || mask.height !== photo.height) {
    throw new EpsError(
      'invalid-mask',
      `The mask must have the photo's size, ${photo.width} × ${photo.height}, and is ${mask.width} × ${mask.height}.`,
    );
  }
  return mask;
}

/**
 * Reads a painted picture: a pixel is missing where it is opaque (alpha above 127) and bright (its
 * largest channel above 127), so white on black and any bright colour on transparent both work.
 */
export function maskFromPixels(pixels: PixelImage): {
  data: Uint8Array;
  width: number;
  height: number;
} {
  const { data, width, height } = pixels;
  const mask = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < mask.length; i++, at += 4) {
    const bright = data[at]! > 127 || data[at + 1]! > 127 || data[at + 2]! > 127;
    mask[i] = bright && data[at + 3]! > 127 ? 1 : 0;
  }
  return { data: mask, width, height };
}

/**
 * A bare object with one byte a pixel, normalised to 0 and 1; undefined where the source is a
 * picture.
 */
function bytesOf(
  source: MaskSource,
): { data: Uint8Array; width: number; height: number } | undefined {
  if (typeof source !== 'object' || source === null || !isBare(source)) return undefined;
  const { data, width, height } = source as MaskBytes;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1)) {
    throw new EpsError(
      'invalid-mask',
      `The mask has no pixels: its size is ${String(width)} × ${String(height)}.`,
    );
  }
  const length = ArrayBuffer.isView(data) || Array.isArray(data) ? data.length : -1;
  if (length === 4 * width * height) return undefined;
  if (length !== width * height) {
    throw new EpsError(
      'invalid-mask',
      `A mask of ${width} × ${height} pixels has ${width * height} bytes (or four times as many, as RGBA), and this one has ${length < 0 ? 'none' : length}.`,
    );
  }
  return { data: Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)), width, height };
}
