// From a file to a photo: decoded by the package, upright (EXIF), in sRGB, with its alpha.

import { EpsError, readPhoto } from 'eps-restore';
import { fitWithin, reduce } from './pixels';
import type { Photo } from './state';

/** Browsers limit canvases, and every preview of a run is as large as the photo. */
const LARGEST_AREA = 16e6;

export class PhotoError extends Error {}

export async function decode(blob: Blob, name: string): Promise<Photo> {
  if (blob.size === 0) throw new PhotoError(`“${name}” is empty: it has no bytes at all.`);
  const opened = await read(blob, name);
  const { width, height } = opened;
  const photo: Photo = {
    name: name.replace(/\.[^.]+$/, '') || 'photo',
    type: blob.type,
    pixels: opened,
  };
  const area = width * height;
  if (area <= LARGEST_AREA) return photo;
  const pixels = reduce(
    opened,
    fitWithin(opened, Math.floor(Math.max(width, height) * Math.sqrt(LARGEST_AREA / area))),
  );
  return { ...photo, pixels, openedFrom: { width, height } };
}

async function read(blob: Blob, name: string): Promise<ImageData> {
  try {
    return await readPhoto(blob);
  } catch (error) {
    if (!(error instanceof EpsError)) throw error;
    if (error.code !== 'undecodable-image') throw new PhotoError(`“${name}”: ${error.message}`);
    const kind = blob.type ? ` (${blob.type})` : '';
    throw new PhotoError(
      `“${name}”${kind} cannot be read as a picture by this browser: it is something else, damaged or cut short, or too large. JPEG, PNG, WebP, AVIF and GIF work.`,
    );
  }
}
