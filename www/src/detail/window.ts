// The part of a photo that the detail shows, and what is restored around it.

import type { Box, Point, Size } from '../vocabulary.js';

/** The side of the detail, in pixels of the result. */
export const SIDE = 192;
/** What is restored around it, in pixels of the result: together one tile of the network. */
const MARGIN = 32;

export interface DetailWindow {
  /** What is shown, in pixels of the photo. */
  readonly inner: Box;
  /** What is restored for it. */
  readonly outer: Box;
}

/**
 * @param photo what is restored.
 * @param centre in units of the photo's sides; the window is moved to lie inside.
 * @param factor by which the photo is enlarged.
 */
export function windowAt(photo: Size, centre: Point, factor: number): DetailWindow {
  const x = span(photo.width, centre.x, SIDE / factor, MARGIN / factor);
  const y = span(photo.height, centre.y, SIDE / factor, MARGIN / factor);
  return {
    inner: { x: x.inner[0], y: y.inner[0], width: x.inner[1], height: y.inner[1] },
    outer: { x: x.outer[0], y: y.outer[0], width: x.outer[1], height: y.outer[1] },
  };
}

interface Span {
  /** Start and length. */
  readonly inner: readonly [number, number];
  readonly outer: readonly [number, number];
}

/** Start and length of a part of a side around its `centre`, moved to lie inside. */
export function partAround(side: number, centre: number, most: number): [number, number] {
  const length = Math.min(side, most);
  return [Math.min(side - length, Math.max(0, Math.round(centre * side - length / 2))), length];
}

function span(side: number, centre: number, shown: number, margin: number): Span {
  const [start, length] = partAround(side, centre, Math.round(shown));
  const from = Math.max(0, start - Math.round(margin));
  const to = Math.min(side, start + length + Math.round(margin));
  return { inner: [start, length], outer: [from, to - from] };
}

/** Whether painted pixels lie across the border of a box: cut there, they are filled otherwise. */
export function cutsPaint(bits: Uint8Array, photo: Size, box: Box): boolean {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const row = (y: number): boolean =>
    bits.subarray(y * photo.width + box.x, y * photo.width + right).includes(1);
  const column = (x: number): boolean => {
    for (let y = box.y; y < bottom; y++) if (bits[y * photo.width + x]) return true;
    return false;
  };
  return (
    (box.y > 0 && row(box.y)) ||
    (bottom < photo.height && row(bottom - 1)) ||
    (box.x > 0 && column(box.x)) ||
    (right < photo.width && column(right - 1))
  );
}
