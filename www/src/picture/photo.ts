// A photo, and how it is opened from a file.

import { spaceToOpen } from '../metadata/client.js';
import type { Point, Size } from '../vocabulary.js';
import { inWorker } from '../worker/client.js';
import { opening } from '../words.js';
import { keepBitmap } from './display.js';
import { foreignFormat, undecodableText } from './formats.js';

/** A photo as opened, or as reduced at the visitor's request. */
export interface Photo {
  readonly name: string;
  /** The file that it was read from, or one that was made of it: browsers read it. */
  readonly file: Blob;
  /** In Display P3 if the file is and this browser's canvases have it, else in sRGB. */
  readonly pixels: ImageData;
  /** The size of the picture in the file, if it had to be reduced on opening. */
  readonly fileSize?: Size;
  /** Whether it is the JPEG that a camera put into its RAW file. */
  readonly isPreview?: boolean;
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

/** @throws PhotoError if the file is no picture that this page can read. */
export async function decodePhoto(file: Blob, fileName: string): Promise<Photo> {
  try {
    const format = await foreignFormat(file, fileName);
    if (format === undefined) return await decoded(file, fileName);
    // Some browsers read HEIC by themselves.
    const own = format === 'HEIC' && (await decoded(file, fileName).catch(() => undefined));
    if (own) return own;
    const { converted } = await import(
      /* webpackChunkName: "formats-client" */ '../formats/client.js'
    );
    const photo = await decoded(await converted(file, format), fileName);
    return { ...photo, isPreview: format === 'RAW' };
  } catch (cause) {
    throw new PhotoError(await undecodableText(file, fileName), { cause });
  }
}

async function decoded(file: Blob, fileName: string): Promise<Photo> {
  const { bitmap, ...rest } = await inWorker('decode', file, maxArea(), await spaceToOpen(file));
  keepBitmap(rest.pixels, bitmap);
  return { ...rest, name: fileName.replace(/\.[^.]+$/, '') || opening.unnamed, file };
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
