// The mask: one byte a pixel of the photo, 1 where it is missing. Strokes set whole pixels, so what
// is shown is exactly what is filled.

import type { Size } from './text';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Patch {
  readonly box: Box;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const HISTORY_BYTES = 64e6;

export class Mask {
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
  private readonly base: Uint8Array;
  private done: Patch[] = [];
  private undone: Patch[] = [];
  private stroke: Box | undefined;

  /** `changed` hears every box of pixels that may have changed. */
  constructor(
    { width, height }: Size,
    private readonly changed: (box: Box) => void,
  ) {
    this.width = width;
    this.height = height;
    this.bits = new Uint8Array(width * height);
    this.base = new Uint8Array(width * height);
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  beginStroke(): void {
    this.base.set(this.bits);
    this.stroke = undefined;
  }

  /**
   * Sets every pixel whose centre is within `radius` of the segment; coordinates are in pixels, the
   * first one's centre at 0.5.
   */
  paint(x0: number, y0: number, x1: number, y1: number, radius: number, missing: boolean): void {
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius));
    const right = Math.min(this.width, Math.ceil(Math.max(x0, x1) + radius));
    const bottom = Math.min(this.height, Math.ceil(Math.max(y0, y1) + radius));
    if (right <= left || bottom <= top) return;
    const dx = x1 - x0;
    const dy = y1 - y0;
    const square = dx * dx + dy * dy;
    const value = missing ? 1 : 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const px = x + 0.5 - x0;
        const py = y + 0.5 - y0;
        const along = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
        const ex = px - along * dx;
        const ey = py - along * dy;
        if (ex * ex + ey * ey <= radius * radius) this.bits[y * this.width + x] = value;
      }
    }
    const box = { x: left, y: top, width: right - left, height: bottom - top };
    this.stroke = this.stroke ? union(this.stroke, box) : box;
    this.changed(box);
  }

  endStroke(): void {
    if (this.stroke) this.remember(this.stroke);
    this.stroke = undefined;
  }

  /** Replaces the whole mask, as one step that can be undone. */
  load(bits: Uint8Array): void {
    this.base.set(this.bits);
    this.bits.set(bits);
    const whole = { x: 0, y: 0, width: this.width, height: this.height };
    this.remember(whole);
    this.changed(whole);
  }

  clear(): void {
    this.load(new Uint8Array(this.bits.length));
  }

  undo(): void {
    const patch = this.done.pop();
    if (!patch) return;
    this.undone.push(patch);
    this.put(patch.box, patch.before);
  }

  redo(): void {
    const patch = this.undone.pop();
    if (!patch) return;
    this.done.push(patch);
    this.put(patch.box, patch.after);
  }

  /** The smallest box around all missing pixels. */
  bounds(): Box | undefined {
    let left = this.width;
    let right = -1;
    let top = -1;
    let bottom = -1;
    for (let y = 0; y < this.height; y++) {
      const row = this.bits.subarray(y * this.width, (y + 1) * this.width);
      const first = row.indexOf(1);
      if (first < 0) continue;
      if (top < 0) top = y;
      bottom = y;
      left = Math.min(left, first);
      right = Math.max(right, row.lastIndexOf(1));
    }
    return top < 0
      ? undefined
      : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  }

  /** The same mask for a photo of another size: a pixel is missing where any it covers was. */
  resized(size: Size): Uint8Array {
    const out = new Uint8Array(size.width * size.height);
    const sx = size.width / this.width;
    const sy = size.height / this.height;
    const reach = (i: number, scale: number, limit: number): [number, number] => [
      Math.floor(i * scale),
      Math.max(Math.floor(i * scale), Math.min(limit, Math.ceil((i + 1) * scale)) - 1),
    ];
    for (let y = 0; y < this.height; y++) {
      const [y0, y1] = reach(y, sy, size.height);
      for (let x = 0; x < this.width; x++) {
        if (!this.bits[y * this.width + x]) continue;
        const [x0, x1] = reach(x, sx, size.width);
        for (let v = y0; v <= y1; v++) out.fill(1, v * size.width + x0, v * size.width + x1 + 1);
      }
    }
    return out;
  }

  private remember(box: Box): void {
    const before = this.copy(this.base, box);
    const after = this.copy(this.bits, box);
    if (before.every((value, i) => value === after[i])) return;
    this.done.push({ box, before, after });
    this.undone = [];
    let bytes = this.done.reduce((sum, patch) => sum + 2 * patch.before.length, 0);
    while (bytes > HISTORY_BYTES && this.done.length > 1)
      bytes -= 2 * this.done.shift()!.before.length;
  }

  private copy(bits: Uint8Array, box: Box): Uint8Array {
    const out = new Uint8Array(box.width * box.height);
    for (let y = 0; y < box.height; y++) {
      const start = (box.y + y) * this.width + box.x;
      out.set(bits.subarray(start, start + box.width), y * box.width);
    }
    return out;
  }

  private put(box: Box, values: Uint8Array): void {
    for (let y = 0; y < box.height; y++) {
      this.bits.set(
        values.subarray(y * box.width, (y + 1) * box.width),
        (box.y + y) * this.width + box.x,
      );
    }
    this.changed(box);
  }
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
