// Reads a photo from a file, in the picture worker: upright (EXIF), with its alpha. A photo that
// the device cannot hold is reduced while it is decoded.

import { readPhoto } from 'eps-restore';
import { fitArea } from '../picture/pixels.js';
import type { Size } from '../vocabulary.js';
import { canvasHolds, canvasTellsTheTruth } from './canvas-check.js';
import { decodeFrame } from './frame.js';

export interface Decoded {
  readonly pixels: ImageData;
  /** The same as canvases show it. */
  readonly bitmap: ImageBitmap;
  /** The size of the picture in the file, if it had to be reduced. */
  readonly fileSize?: Size;
  /** Whether this browser changes the pixels that a page reads. */
  readonly isFalsified: boolean;
}

const OPTIONS: ImageBitmapOptions = {
  imageOrientation: 'from-image',
  premultiplyAlpha: 'none',
  colorSpaceConversion: 'default',
};

/** Steps in which a picture is reduced until a canvas holds it. */
const STEP = 0.8;

/**
 * @param maxArea the pixels that this device can hold, with all copies that the page needs.
 * @param space of the pixels; sRGB where this browser's canvases do not have it.
 * @throws Error if the file cannot be decoded.
 */
export async function decodeFile(
  file: Blob,
  maxArea: number,
  space: PredefinedColorSpace,
): Promise<Decoded> {
  const bitmap = await createImageBitmap(file, OPTIONS);
  const { width, height } = bitmap;
  const size = largestSize({ width, height }, maxArea);
  if (size.width === width) return withBitmap(await readExactly(file, bitmap, space));
  bitmap.close();
  const resize = { resizeWidth: size.width, resizeHeight: size.height } as const;
  const reduced = await createImageBitmap(file, { ...OPTIONS, ...resize, resizeQuality: 'high' });
  return { ...(await withBitmap(await read(reduced, space))), fileSize: { width, height } };
}

type Pixels = Pick<Decoded, 'pixels' | 'isFalsified'>;

async function readExactly(
  file: Blob,
  bitmap: ImageBitmap,
  space: PredefinedColorSpace,
): Promise<Pixels> {
  if (canvasTellsTheTruth()) return read(bitmap, space);
  const exact = await decodeFrame(file, space);
  if (!exact) return read(bitmap, space);
  bitmap.close();
  return { pixels: exact, isFalsified: false };
}

async function read(bitmap: ImageBitmap, colorSpace: PredefinedColorSpace): Promise<Pixels> {
  try {
    const pixels = await readPhoto(bitmap, { colorSpace });
    return { pixels, isFalsified: !canvasTellsTheTruth() };
  } finally {
    bitmap.close();
  }
}

const withBitmap = async (decoded: Pixels): Promise<Decoded> => ({
  ...decoded,
  bitmap: await createImageBitmap(decoded.pixels),
});

/** The size itself, or the largest one of its shape that fits memory and canvases. */
function largestSize(size: Size, maxArea: number): Size {
  let fitted = fitArea(size, maxArea);
  while (!canvasHolds(fitted)) fitted = fitArea(fitted, STEP * fitted.width * fitted.height);
  return fitted;
}
