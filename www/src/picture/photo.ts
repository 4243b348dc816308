// A photo, and how it is read from a file: decoded by the package, upright (EXIF), in sRGB, with
// its alpha.

import { EpsError, readPhoto } from 'eps-restore';
import type { Point, Size } from '../vocabulary.js';
import { fitWithin, reduce } from './pixels.js';

/** A photo as opened, or as reduced at the visitor's request. */
export interface Photo {
  readonly name: string;
  /** The file's MIME type as the browser reports it; may be empty. */
  readonly type: string;
  readonly pixels: ImageData;
  /** The size of the picture in the file, if it had to be reduced on opening. */
  readonly fileSize?: Size;
  /** The photo before the visitor reduced it. */
  readonly original?: Original;
  /** The centre of simulated scratches, in units of the photo's sides. Default: its middle. */
  readonly scratchCentre?: Point;
}

interface Original {
  readonly photo: Photo;
  /** Whether the page damaged it. */
  readonly simulate: boolean;
  /** Whether the reduced photo contains the simulated scratches. */
  readonly scratched: boolean;
}

/** Browsers limit canvases, and every preview of a run is as large as the photo. */
const MAX_AREA = 16e6;

/** A file that is no photo, with a message for the visitor. */
export class PhotoError extends Error {}

/** @throws PhotoError if the file is no picture that this browser can read. */
export async function decodePhoto(file: Blob, fileName: string): Promise<Photo> {
  if (file.size === 0) throw new PhotoError(`“${fileName}” is empty.`);
  const decoded = await decodePixels(file, fileName);
  const { width, height } = decoded;
  const photo = { name: fileName.replace(/\.[^.]+$/, '') || 'photo', type: file.type };
  const area = width * height;
  if (area <= MAX_AREA) return { ...photo, pixels: decoded };
  const side = Math.floor(Math.max(width, height) * Math.sqrt(MAX_AREA / area));
  const pixels = reduce(decoded, fitWithin(decoded, side));
  return { ...photo, pixels, fileSize: { width, height } };
}

async function decodePixels(file: Blob, fileName: string): Promise<ImageData> {
  try {
    return await readPhoto(file);
  } catch (error) {
    if (!(error instanceof EpsError)) throw error;
    if (error.code !== 'undecodable-image')
      throw new PhotoError(`“${fileName}”: ${error.message}`, { cause: error });
    const type = file.type ? ` (${file.type})` : '';
    throw new PhotoError(
      `“${fileName}”${type} cannot be read as a picture by this browser. It may be another kind ` +
        'of file, damaged, incomplete or too large. JPEG, PNG, WebP, AVIF and GIF work.',
      { cause: error },
    );
  }
}
