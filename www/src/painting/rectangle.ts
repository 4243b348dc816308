// A rectangle of the mask.

import type { Box, Point, Size } from '../vocabulary.js';

/** Sets the pixels between two corners. @returns their box; undefined if it lies outside. */
export function fillRectangle(
  bits: Uint8Array,
  size: Size,
  from: Point,
  to: Point,
  value: number,
): Box | undefined {
  const [left, right] = range(from.x, to.x, size.width);
  const [top, bottom] = range(from.y, to.y, size.height);
  if (right <= left || bottom <= top) return undefined;
  for (let y = top; y < bottom; y++)
    bits.fill(value, y * size.width + left, y * size.width + right);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The pixels between two places: [start, end). */
function range(a: number, b: number, length: number): readonly [number, number] {
  const within = (at: number): number => Math.min(length, Math.max(0, Math.round(at)));
  return [within(Math.min(a, b)), within(Math.max(a, b))];
}
