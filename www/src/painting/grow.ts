// A mask that reaches farther, or less far.

import type { Bits } from '../picture/mask-bits.js';
import type { Size } from '../vocabulary.js';
import { inverted } from './invert.js';

/**
 * The mask with every pixel within a distance of what is painted; below 0, without every pixel
 * within that distance of what is not. Beyond the photo counts as neither.
 */
export function grown(bits: Uint8Array, size: Size, pixels: number): Bits {
  return pixels < 0 ? inverted(grown(inverted(bits), size, -pixels)) : dilated(bits, size, pixels);
}

/** Each run of painted pixels is drawn again in the rows around it, as wide as a disc is there. */
function dilated(bits: Uint8Array, { width, height }: Size, radius: number): Bits {
  const output = new Uint8Array(bits.length);
  for (let y = 0; y < height; y++) {
    const row = bits.subarray(y * width, (y + 1) * width);
    for (let start = row.indexOf(1); start >= 0;) {
      const next = row.indexOf(0, start);
      const end = next < 0 ? width : next;
      for (let dy = -Math.min(radius, y); dy <= radius && y + dy < height; dy++) {
        const reach = Math.floor(Math.sqrt(radius * radius - dy * dy));
        const line = (y + dy) * width;
        output.fill(1, line + Math.max(0, start - reach), line + Math.min(width, end + reach));
      }
      start = next < 0 ? -1 : row.indexOf(1, next);
    }
  }
  return output;
}
