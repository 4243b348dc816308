// The bytes of a mask, one a pixel, 0 where nothing is painted: lines, bounds, other sizes. Loops
// over whole rows use the platform's own: a callback for each pixel of a large photo takes seconds.

import type { Box, Point, Size } from '../vocabulary.js';

export type Bits = Uint8Array<ArrayBuffer>;

/** What an edit has changed in a box. */
export interface Patch {
  readonly box: Box;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** The part of a mask in a box. */
export function readBox(bits: Uint8Array, width: number, box: Box): Uint8Array {
  const values = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const start = (box.y + y) * width + box.x;
    values.set(bits.subarray(start, start + box.width), y * box.width);
  }
  return values;
}

/**
 * Sets every pixel whose centre is within `radius` of the line. Coordinates are in pixels; the
 * centre of the first pixel is at 0.5.
 *
 * @returns the box that was painted; undefined if it lies outside.
 */
export function paintLine(
  bits: Uint8Array,
  size: Size,
  from: Point,
  to: Point,
  radius: number,
  value: number,
): Box | undefined {
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
  const right = Math.min(size.width, Math.ceil(Math.max(from.x, to.x) + radius));
  const bottom = Math.min(size.height, Math.ceil(Math.max(from.y, to.y) + radius));
  if (right <= left || bottom <= top) return undefined;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const squaredLength = dx * dx + dy * dy;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - from.x;
      const py = y + 0.5 - from.y;
      const along = squaredLength === 0 ? 0 : clampToUnit((px * dx + py * dy) / squaredLength);
      const ex = px - along * dx;
      const ey = py - along * dy;
      if (ex * ex + ey * ey <= radius * radius) bits[y * size.width + x] = value;
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const clampToUnit = (value: number): number => Math.min(1, Math.max(0, value));

/**
 * The smallest box around all painted pixels; undefined if there are none.
 *
 * @param values that pixels may have: 1 to this.
 */
export function boundsOf(bits: Uint8Array, size: Pick<Size, 'width'>, values = 1): Box | undefined {
  let all: Box | undefined;
  for (let value = 1; value <= values; value++) {
    const box = boundsOfValue(bits, size, value);
    all = all && box ? union(all, box) : (all ?? box);
  }
  return all;
}

function boundsOfValue(
  bits: Uint8Array,
  { width }: Pick<Size, 'width'>,
  value: number,
): Box | undefined {
  const first = bits.indexOf(value);
  if (first < 0) return undefined;
  const top = Math.floor(first / width);
  const bottom = Math.floor(bits.lastIndexOf(value) / width);
  let left = width;
  let right = -1;
  for (let y = top; y <= bottom; y++) {
    const row = bits.subarray(y * width, (y + 1) * width);
    const start = row.indexOf(value);
    if (start < 0) continue;
    left = Math.min(left, start);
    right = Math.max(right, row.lastIndexOf(value));
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * The same mask for a photo of another size. A pixel is painted if it covers a painted one.
 *
 * @param values that pixels may have: 1 to this.
 */
export function resizeMask(bits: Uint8Array, from: Size, to: Size, values = 1): Bits {
  const output = new Uint8Array(to.width * to.height);
  const columns = coveredRanges(from.width, to.width);
  const rows = coveredRanges(from.height, to.height);
  for (let value = 1; value <= values; value++)
    for (let at = bits.indexOf(value); at >= 0; at = bits.indexOf(value, at + 1)) {
      const [top, bottom] = rows[Math.floor(at / from.width)] ?? [0, 0];
      const [left, right] = columns[at % from.width] ?? [0, 0];
      for (let row = top; row < bottom; row++)
        output.fill(value, row * to.width + left, row * to.width + right);
    }
  return output;
}

/** For each input pixel of one axis, the output pixels that overlap it: [start, end). */
function coveredRanges(inputLength: number, outputLength: number): [number, number][] {
  const scale = outputLength / inputLength;
  return Array.from({ length: inputLength }, (_, i) => {
    const start = Math.floor(i * scale);
    return [start, Math.max(start + 1, Math.min(outputLength, Math.ceil((i + 1) * scale)))];
  });
}

/** Rows that are compared at once: a diagonal line changes little of its box. */
const BAND = 64;

/** Where two masks differ within a box: at most one box for each band of rows. */
export function changedBoxes(a: Uint8Array, b: Uint8Array, width: number, within: Box): Box[] {
  const boxes: Box[] = [];
  const bottom = within.y + within.height;
  for (let top = within.y; top < bottom; top += BAND) {
    const height = Math.min(BAND, bottom - top);
    const box = changedBox(a, b, width, { ...within, y: top, height });
    if (box) boxes.push(box);
  }
  return boxes;
}

function changedBox(a: Uint8Array, b: Uint8Array, width: number, within: Box): Box | undefined {
  let left = within.width;
  let right = -1;
  for (let y = within.y; y < within.y + within.height; y++) {
    const start = y * width + within.x;
    let first = 0;
    while (first < left && a[start + first] === b[start + first]) first++;
    left = first;
    let last = within.width - 1;
    while (last > right && a[start + last] === b[start + last]) last--;
    right = last;
  }
  if (right < left) return undefined;
  return { ...within, x: within.x + left, width: right - left + 1 };
}

export const sameBits = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

export function union(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
