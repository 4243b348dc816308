// Files that no browser opens, or not every one, as files that each does.

import type { Bytes } from '../metadata/bytes.js';
import { readHeic } from './heic.js';
import { pngOf } from './picture.js';
import { previewOf } from './raw.js';
import { readTiff } from './tiff.js';

export type Foreign = 'TIFF' | 'HEIC' | 'RAW';

/** @throws Error if it cannot be read. */
export async function convert(file: Blob, format: Foreign): Promise<Blob> {
  const bytes: Bytes = new Uint8Array(await file.arrayBuffer());
  switch (format) {
    case 'TIFF':
      return pngOf(readTiff(bytes));
    case 'HEIC':
      return pngOf(await readHeic(bytes));
    case 'RAW':
      return previewOf(bytes);
  }
}
