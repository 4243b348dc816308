// What a lasso encloses.

import type { Box, Point, Size } from '../vocabulary.js';

/**
 * Sets every pixel whose centre lies inside the polygon, by the rule of even and odd crossings.
 *
 * @returns the box around it; undefined if it lies outside.
 */
export function fillPolygon(
  bits: Uint8Array,
  { width, height }: Size,
  points: readonly Point[],
  value: number,
): Box | undefined {
  const ys = points.map(({ y }) => y);
  const xs = points.map(({ x }) => x);
  const top = Math.max(0, Math.ceil(Math.min(...ys) - 0.5));
  const bottom = Math.min(height, Math.ceil(Math.max(...ys) - 0.5));
  const left = Math.max(0, Math.ceil(Math.min(...xs) - 0.5));
  const right = Math.min(width, Math.ceil(Math.max(...xs) - 0.5));
  if (right <= left || bottom <= top) return undefined;
  for (let y = top; y < bottom; y++) {
    const at = crossings(points, y + 0.5);
    for (let i = 0; i + 1 < at.length; i += 2) {
      const start = Math.max(left, Math.ceil((at[i] ?? 0) - 0.5));
      const end = Math.min(right, Math.ceil((at[i + 1] ?? 0) - 0.5));
      if (end > start) bits.fill(value, y * width + start, y * width + end);
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Where the polygon's sides cross a horizontal line, from left to right. */
function crossings(points: readonly Point[], y: number): number[] {
  const found: number[] = [];
  points.forEach((a, i) => {
    const b = points[(i + 1) % points.length] ?? a;
    if (a.y <= y === b.y <= y) return;
    found.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  });
  return found.sort((a, b) => a - b);
}
