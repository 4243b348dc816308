// A photo, and how it is opened from a file.

import type { Point, Size } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';
import { opening } from '../words.js';
import { keepBitmap } from './display.js';
import { undecodableText } from './formats.js';

/** A photo as opened, or as reduced at the visitor's request. */
export interface Photo {
  readonly name: string;
  /** The file that it was read from. */
  readonly file: Blob;
  readonly pixels: ImageData;
  /** The size of the picture in the file, if it had to be reduced on opening. */
  readonly fileSize?: Size;
  /** Whether this browser changes the pixels that a page reads. */
  readonly isFalsified: boolean;
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

/** The file that holds these very pixels; none where they were reduced. */
export const ownFile = ({ file, fileSize, original }: Photo): Blob | undefined =>
  fileSize || original ? undefined : file;

/** A file that is no photo, with a message for the visitor. */
export class PhotoError extends Error {}

/** @throws PhotoError if the file is no picture that this browser can read. */
export async function decodePhoto(file: Blob, fileName: string): Promise<Photo> {
  try {
    const { bitmap, ...decoded } = await inWorker('decode', file, maxArea());
    keepBitmap(decoded.pixels, bitmap);
    return { ...decoded, name: fileName.replace(/\.[^.]+$/, '') || opening.unnamed, file };
  } catch (cause) {
    throw new PhotoError(await undecodableText(file, fileName), { cause });
  }
}

/** Bytes that the page holds for each pixel: photo, mask, canvases and several results. */
const BYTES_PER_PIXEL = 48;
/** The share of the device's memory that they may take. */
const MEMORY_SHARE = 0.5;

/** Pixels that this device can hold. A browser that does not tell its memory counts as 4 GiB. */
function maxArea(): number {
  const { deviceMemory = 4 } = navigator as { readonly deviceMemory?: number };
  return (MEMORY_SHARE * deviceMemory * 2 ** 30) / BYTES_PER_PIXEL;
}
