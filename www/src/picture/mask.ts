// The mask: one byte a pixel of the photo, 1 where it is missing. Strokes set whole pixels: the
// page shows exactly the pixels that will be filled.

import { computed, signal, type Signal } from '@preact/signals-core';
import type { Box, Point, Size } from '../vocabulary.js';

/** An edit that can be undone. */
interface Patch {
  readonly box: Box;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

interface History {
  /** The mask itself: changed in place, and part of a new object after every edit. */
  readonly bits: Bits;
  readonly done: readonly Patch[];
  readonly undone: readonly Patch[];
}

type Bits = Uint8Array<ArrayBuffer>;

const HISTORY_BYTES = 64e6;

export class Mask {
  readonly width: number;
  readonly height: number;
  readonly bits: Bits;
  /** Called with every box of pixels that may have changed. */
  onPaint: (box: Box) => void = () => undefined;

  private readonly history: Signal<History>;
  /** The bits before the current stroke. */
  private readonly base: Bits;
  /** The box of the current stroke so far. */
  private stroke: Box | undefined;

  readonly canUndo = computed(() => this.history.value.done.length > 0);
  readonly canRedo = computed(() => this.history.value.undone.length > 0);
  /** The smallest box around all missing pixels, as of the last finished edit. */
  readonly bounds = computed(() => boundsOf(this.history.value.bits, this));

  /** @param bits the initial mask. Default: nothing is missing. */
  constructor({ width, height }: Size, bits = new Uint8Array(width * height)) {
    this.width = width;
    this.height = height;
    this.bits = bits;
    this.base = bits.slice();
    this.history = signal({ bits, done: [], undone: [] });
  }

  beginStroke(): void {
    this.base.set(this.bits);
    this.stroke = undefined;
  }

  /** Continues the stroke along a line. */
  paint(from: Point, to: Point, radius: number, missing: boolean): void {
    const box = paintLine(this.bits, this, from, to, radius, missing);
    if (!box) return;
    this.stroke = this.stroke ? union(this.stroke, box) : box;
    this.onPaint(box);
  }

  endStroke(): void {
    if (this.stroke) this.record(this.stroke);
    this.stroke = undefined;
  }

  /** Removes the stroke, as if it had never begun. */
  cancelStroke(): void {
    if (this.stroke) this.write(this.stroke, this.read(this.base, this.stroke));
    this.stroke = undefined;
  }

  /** Replaces the whole mask, as one edit. */
  load(bits: Uint8Array): void {
    this.base.set(this.bits);
    this.bits.set(bits);
    const whole = { x: 0, y: 0, width: this.width, height: this.height };
    this.record(whole);
    this.onPaint(whole);
  }

  clear(): void {
    this.load(new Uint8Array(this.bits.length));
  }

  undo(): void {
    const { bits, done, undone } = this.history.peek();
    const patch = done.at(-1);
    if (!patch) return;
    this.write(patch.box, patch.before);
    this.history.value = { bits, done: done.slice(0, -1), undone: [...undone, patch] };
  }

  redo(): void {
    const { bits, done, undone } = this.history.peek();
    const patch = undone.at(-1);
    if (!patch) return;
    this.write(patch.box, patch.after);
    this.history.value = { bits, done: [...done, patch], undone: undone.slice(0, -1) };
  }

  /** The same mask for a photo of another size. A pixel is missing if it covers a missing one. */
  resized(size: Size): Bits {
    const output = new Uint8Array(size.width * size.height);
    const columns = coveredRanges(this.width, size.width);
    const rows = coveredRanges(this.height, size.height);
    rows.forEach(([top, bottom], y) =>
      columns.forEach(([left, right], x) => {
        if (!this.bits[y * this.width + x]) return;
        for (let row = top; row < bottom; row++)
          output.fill(1, row * size.width + left, row * size.width + right);
      }),
    );
    return output;
  }

  /** Adds the edit of a box to the history, and drops the oldest edits if memory runs short. */
  private record(box: Box): void {
    const before = this.read(this.base, box);
    const after = this.read(this.bits, box);
    if (before.every((value, i) => value === after[i])) return;
    const { bits, done } = this.history.peek();
    const patches = [...done, { box, before, after }];
    while (patches.length > 1 && historyBytes(patches) > HISTORY_BYTES) patches.shift();
    this.history.value = { bits, done: patches, undone: [] };
  }

  private read(bits: Uint8Array, box: Box): Uint8Array {
    const values = new Uint8Array(box.width * box.height);
    for (let y = 0; y < box.height; y++) {
      const start = (box.y + y) * this.width + box.x;
      values.set(bits.subarray(start, start + box.width), y * box.width);
    }
    return values;
  }

  private write(box: Box, values: Uint8Array): void {
    for (let y = 0; y < box.height; y++) {
      const row = values.subarray(y * box.width, (y + 1) * box.width);
      this.bits.set(row, (box.y + y) * this.width + box.x);
    }
    this.onPaint(box);
  }
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
  missing: boolean,
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
      if (ex * ex + ey * ey <= radius * radius) bits[y * size.width + x] = missing ? 1 : 0;
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const clampToUnit = (value: number): number => Math.min(1, Math.max(0, value));

function boundsOf(bits: Uint8Array, { width, height }: Size): Box | undefined {
  let left = width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    const row = bits.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(1);
    if (first < 0) continue;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(1));
  }
  if (top < 0) return undefined;
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** For each input pixel of one axis, the output pixels that overlap it: [start, end). */
function coveredRanges(inputLength: number, outputLength: number): [number, number][] {
  const scale = outputLength / inputLength;
  return Array.from({ length: inputLength }, (_, i) => {
    const start = Math.floor(i * scale);
    return [start, Math.max(start + 1, Math.min(outputLength, Math.ceil((i + 1) * scale)))];
  });
}

function union(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

const historyBytes = (patches: readonly Patch[]): number =>
  patches.reduce((sum, { before, after }) => sum + before.length + after.length, 0);
