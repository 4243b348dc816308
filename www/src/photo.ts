// From a file to a photo: decoded by the browser, upright (EXIF), in sRGB.

import { context, fitWithin } from './pixels';
import { size } from './text';
import type { Photo } from './state';

/** Browsers limit canvases, and every preview of a run is as large as the photo. */
const LARGEST_AREA = 16e6;

export class PhotoError extends Error {}

export async function decode(blob: Blob, name: string): Promise<Photo> {
  if (blob.size === 0) throw new PhotoError(`“${name}” is empty: it has no bytes at all.`);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    const kind = blob.type ? ` (${blob.type})` : '';
    throw new PhotoError(`“${name}”${kind} cannot be read as a picture by this browser. JPEG, PNG, WebP, AVIF and GIF work; save the photo as one of them first.`);
  }
  try {
    const opened = { width: bitmap.width, height: bitmap.height };
    const area = opened.width * opened.height;
    const kept = area <= LARGEST_AREA ? opened
      : fitWithin(opened, Math.floor(Math.max(opened.width, opened.height) * Math.sqrt(LARGEST_AREA / area)));
    const canvas = document.createElement('canvas');
    canvas.width = kept.width;
    canvas.height = kept.height;
    const target = context(canvas);
    target.imageSmoothingQuality = 'high';
    target.drawImage(bitmap, 0, 0, kept.width, kept.height);
    const pixels = target.getImageData(0, 0, kept.width, kept.height);
    const photo: Photo = { name: name.replace(/\.[^.]+$/, '') || 'photo', pixels };
    return kept === opened ? photo : { ...photo, openedFrom: opened };
  } catch (error) {
    throw new PhotoError(`“${name}” (${size(bitmap)} pixels) does not fit into this browser's memory: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    bitmap.close();
  }
}
