// How deep pixels lie in a mask.

import type { Size } from '../vocabulary.js';

const DIAGONAL = Math.SQRT2;

/**
 * For each painted pixel, how far it is from the nearest one that is not, up to `most` pixels; 0
 * for the others. Beyond the photo counts as painted. Ways go along rows, columns and diagonals: up
 * to 8 % longer than the straight line.
 */
export function depthIn(
  bits: ArrayLike<number>,
  { width, height }: Size,
  most: number,
): Float32Array {
  const depth = new Float32Array(bits.length);
  for (let i = 0; i < depth.length; i++) depth[i] = bits[i] ? most : 0;
  const relax = (at: number, isAbove: boolean): void => {
    const own = depth[at] ?? 0;
    if (own === 0) return;
    const x = at % width;
    // The row that has been settled, then the pixel before in this one.
    const row = isAbove ? at - width : at + width;
    const hasRow = row >= 0 && row < depth.length;
    const before = isAbove ? -1 : 1;
    const isInside = (dx: number): boolean => x + dx >= 0 && x + dx < width;
    let least = own;
    if (isInside(before)) least = Math.min(least, (depth[at + before] ?? most) + 1);
    if (hasRow) {
      least = Math.min(least, (depth[row] ?? most) + 1);
      for (const dx of [-1, 1])
        if (isInside(dx)) least = Math.min(least, (depth[row + dx] ?? most) + DIAGONAL);
    }
    depth[at] = least;
  };
  const count = width * height;
  for (let at = 0; at < count; at++) relax(at, true);
  for (let at = count - 1; at >= 0; at--) relax(at, false);
  return depth;
}
