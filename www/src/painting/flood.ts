// The region of like colour around a pixel.

import type { Bits } from '../picture/mask-bits.js';
import type { Point } from '../vocabulary.js';

/**
 * One byte a pixel: 1 for those that hang together with the pixel at `at`, side by side, and differ
 * from its colour by no more than `tolerance` levels in each channel.
 */
export function floodRegion(
  { data, width, height }: ImageData,
  at: Point,
  tolerance: number,
): Bits {
  const region = new Uint8Array(width * height);
  const seed = Math.floor(at.y) * width + Math.floor(at.x);
  const colour = data.slice(4 * seed, 4 * seed + 3);
  const isAlike = (pixel: number): boolean => {
    for (let c = 0; c < 3; c++)
      if (Math.abs((data[4 * pixel + c] ?? 0) - (colour[c] ?? 0)) > tolerance) return false;
    return true;
  };
  const isOpen = (pixel: number): boolean => !region[pixel] && isAlike(pixel);
  const starts = [seed];
  for (let start = starts.pop(); start !== undefined; start = starts.pop()) {
    if (!isOpen(start)) continue;
    const line = start - (start % width);
    let left = start;
    while (left > line && isOpen(left - 1)) left--;
    let right = start + 1;
    while (right < line + width && isOpen(right)) right++;
    region.fill(1, left, right);
    // One start for each run in the rows above and below.
    for (const offset of [-width, width]) {
      if (line + offset < 0 || line + offset >= region.length) continue;
      for (let pixel = left + offset, wasOpen = false; pixel < right + offset; pixel++) {
        const open = isOpen(pixel);
        if (open && !wasOpen) starts.push(pixel);
        wasOpen = open;
      }
    }
  }
  return region;
}
