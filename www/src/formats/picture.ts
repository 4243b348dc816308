// A picture that was decoded here, as a file that every browser reads: a PNG.

import { joined, long, through, type Bytes } from '../metadata/bytes.js';
import { chunk, SIGNATURE, writePng } from '../metadata/png.js';
import type { Metadata } from '../metadata/metadata.js';
import type { Size } from '../vocabulary.js';

export interface Picture extends Size {
  /** Four bytes a pixel, in the colours of the profile; without one, in sRGB. */
  readonly rgba: Uint8Array;
  readonly metadata: Metadata;
}

const RGBA_OF_8_BITS = [8, 6, 0, 0, 0];
/** Each row as its difference from the row above, which compresses well. */
const UP = 2;

export async function pngOf({ rgba, width, height, metadata }: Picture): Promise<Blob> {
  const header = joined(long(width), long(height), RGBA_OF_8_BITS);
  const rows = new Uint8Array((4 * width + 1) * height);
  for (let y = 0, to = 0, at = 0; y < height; y++) {
    rows[to++] = UP;
    for (let i = 0; i < 4 * width; i++, to++, at++)
      rows[to] = (rgba[at] ?? 0) - (y > 0 ? (rgba[at - 4 * width] ?? 0) : 0);
  }
  const packed = await through(rows, new CompressionStream('deflate'));
  const parts = [chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array())];
  const png: Bytes = joined(SIGNATURE, ...parts);
  return new Blob([await writePng(png, metadata)], { type: 'image/png' });
}
