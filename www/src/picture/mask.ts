// What is painted on the photo, one byte a pixel: 1 where it is missing, or the number of a colour
// that it should have. Strokes set whole pixels: the page shows exactly the pixels that count.

import { computed, signal, type Signal } from '@preact/signals-core';
import type { Box, Point, Size } from '../vocabulary.js';
import {
  boundsOf,
  changedBoxes,
  paintLine,
  readBox,
  union,
  type Bits,
  type Patch,
} from './mask-bits.js';

/** An edit that can be undone. */
type Edit = readonly Patch[];

interface History {
  /** The mask itself: changed in place, and part of a new object after every edit. */
  readonly bits: Bits;
  readonly done: readonly Edit[];
  readonly undone: readonly Edit[];
}

const HISTORY_BYTES = 64e6;

/** Red, through which half of the photo shows. */
const [MISSING = 0] = new Uint32Array(new Uint8Array([236, 28, 58, 140]).buffer);

export class Mask {
  readonly width: number;
  readonly height: number;
  readonly bits: Bits;
  /** Called with every box of pixels that may have changed. */
  onPaint: (box: Box) => void = () => undefined;

  /** What a stroke paints: the number of a colour. */
  ink = 1;

  /** Another number after every change. */
  revision = 0;

  private readonly history: Signal<History>;
  /** The bits before the current stroke. */
  private readonly base: Bits;
  /** The box of the current stroke so far. */
  private stroke: Box | undefined;

  readonly canUndo = computed(() => this.history.value.done.length > 0);
  readonly canRedo = computed(() => this.history.value.undone.length > 0);
  /** The smallest box around all painted pixels, as of the last finished edit. */
  readonly bounds = computed(() => boundsOf(this.history.value.bits, this, this.values));

  /**
   * @param bits the initial mask. Default: nothing is painted.
   * @param colours RGBA as canvases hold it, of each number from 1 on.
   */
  constructor(
    { width, height }: Size,
    bits = new Uint8Array(width * height),
    readonly colours: readonly number[] = [MISSING],
  ) {
    this.width = width;
    this.height = height;
    this.bits = bits;
    this.base = bits.slice();
    this.history = signal({ bits, done: [], undone: [] });
  }

  /** The numbers that pixels may have: 1 to this. */
  get values(): number {
    return this.colours.length;
  }

  get size(): Size {
    return { width: this.width, height: this.height };
  }

  beginStroke(): void {
    this.base.set(this.bits);
    this.stroke = undefined;
  }

  /** Continues the stroke along a line. */
  paint(from: Point, to: Point, radius: number, value: number): void {
    this.change((bits) => paintLine(bits, this, from, to, radius, value));
  }

  /**
   * Continues the stroke.
   *
   * @param act changes the bits, and returns the box that it may have changed.
   */
  change(act: (bits: Bits) => Box | undefined): void {
    const box = act(this.bits);
    if (!box) return;
    this.revision++;
    this.stroke = this.stroke ? union(this.stroke, box) : box;
    this.onPaint(box);
  }

  endStroke(): void {
    this.record(this.changes(this.stroke));
    this.stroke = undefined;
  }

  /** Removes the stroke, as if it had never begun. */
  cancelStroke(): void {
    for (const { box, before } of this.changes(this.stroke)) this.write(box, before);
    this.stroke = undefined;
  }

  /** Replaces the whole mask, as one edit. */
  load(bits: Uint8Array): void {
    this.revision++;
    this.base.set(this.bits);
    this.bits.set(bits);
    const boxes = [this.base, this.bits].map((each) => boundsOf(each, this, this.values));
    const box = boxes.reduce((all, each) => (all && each ? union(all, each) : (all ?? each)));
    const edit = this.changes(box);
    this.record(edit);
    for (const patch of edit) this.onPaint(patch.box);
  }

  /** Makes an edit that was computed elsewhere. */
  apply(edit: Edit): void {
    for (const { box, after } of edit) this.write(box, after);
    this.record(edit);
  }

  clear(): void {
    this.load(new Uint8Array(this.bits.length));
  }

  undo(): void {
    const { bits, done, undone } = this.history.peek();
    const edit = done.at(-1);
    if (!edit) return;
    for (const { box, before } of edit) this.write(box, before);
    this.history.value = { bits, done: done.slice(0, -1), undone: [...undone, edit] };
  }

  redo(): void {
    const { bits, done, undone } = this.history.peek();
    const edit = undone.at(-1);
    if (!edit) return;
    for (const { box, after } of edit) this.write(box, after);
    this.history.value = { bits, done: [...done, edit], undone: undone.slice(0, -1) };
  }

  /** What has changed since the base, within a box. */
  private changes(within: Box | undefined): Edit {
    if (!within) return [];
    return changedBoxes(this.base, this.bits, this.width, within).map((box) => ({
      box,
      before: this.read(this.base, box),
      after: this.read(this.bits, box),
    }));
  }

  /** Adds an edit to the history, and drops the oldest edits if memory runs short. */
  private record(edit: Edit): void {
    if (edit.length === 0) return;
    const { bits, done } = this.history.peek();
    const edits = [...done, edit];
    while (edits.length > 1 && historyBytes(edits) > HISTORY_BYTES) edits.shift();
    this.history.value = { bits, done: edits, undone: [] };
  }

  /** The colours in a box, transparent where nothing is painted. */
  picture({ x: left, y: top, width, height }: Box): ImageData {
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const colours = Uint32Array.of(0, ...this.colours);
    for (let y = 0; y < height; y++) {
      const row = (top + y) * this.width + left;
      for (let x = 0; x < width; x++) pixels[y * width + x] = colours[this.bits[row + x] ?? 0] ?? 0;
    }
    return image;
  }

  /** The part of a mask in a box. */
  read(bits: Uint8Array, box: Box): Uint8Array {
    return readBox(bits, this.width, box);
  }

  /** Sets the part of the mask in a box, without history. */
  write(box: Box, values: Uint8Array): void {
    for (let y = 0; y < box.height; y++) {
      const row = values.subarray(y * box.width, (y + 1) * box.width);
      this.bits.set(row, (box.y + y) * this.width + box.x);
    }
    this.revision++;
    this.onPaint(box);
  }
}

const historyBytes = (edits: readonly Edit[]): number =>
  edits.flat().reduce((sum, { before, after }) => sum + before.length + after.length, 0);
