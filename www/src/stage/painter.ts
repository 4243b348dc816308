// Painting the mask with mouse, pen, touch and keyboard, straight onto the pixels of the photo.

import { batch, effect, signal, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import { Outline } from '../painting/outline.js';
import { Hints } from '../picture/hints.js';
import type { Mask } from '../picture/mask.js';
import { watch } from '../state/watch.js';
import type { Box, Point } from '../vocabulary.js';

/** Of the ring around the brush, in CSS pixels. */
const MIN_RING = 4;
/** Of the ring around a tool that draws no width. */
const POINT_RING = 9;
/** Pixels that are drawn at one go. */
const BAND_AREA = 1e6;
const RIGHT_BUTTON = 2;
const PEN_ERASER = 5;

/** What a stroke draws. */
export const TOOLS = ['brush', 'rectangle', 'lasso', 'colour'] as const;
export type ToolName = (typeof TOOLS)[number];

export class Brush {
  readonly tool = signal<ToolName>('brush');
  /** In pixels of the photo. */
  readonly diameter = signal(24);
  readonly isErasing = signal(false);
  /** How far the colour of a region may lie from that of its first pixel, in 8-bit levels. */
  readonly tolerance = signal(24);
}

export class Painter {
  private readonly overlay = element('canvas-mask', HTMLCanvasElement);
  /** Where the brush is, in pixels of the photo. */
  private readonly cursor = signal<Point | undefined>(undefined);
  private readonly isRingVisible = signal(false);
  /** Whether the current stroke erases, even if the brush paints. */
  private readonly isStrokeErasing = signal(false);
  /** The pointer that draws the current stroke. */
  private pointerId: number | undefined;
  private isSpaceDown = false;
  private readonly outline = new Outline();
  /** Where the last stroke of the brush has ended: with Shift, a line begins there. */
  private lastEnd: Point | undefined;

  constructor(
    private readonly mask: ReadonlySignal<Mask | undefined>,
    private readonly brush: Brush,
    private readonly scale: ReadonlySignal<number>,
    /** Whether two fingers zoom: they paint nothing. */
    private readonly isPinching: ReadonlySignal<boolean>,
    /** Sets the region of like colour around a point. */
    private readonly flood: (at: Point, value: number) => void,
  ) {
    const { overlay } = this;
    watch(
      () => mask.value,
      (current) => {
        if (current) this.show(current);
      },
    );
    watch(
      () => isPinching.value,
      (pinching) => {
        if (pinching) this.cancelStroke();
      },
    );
    effect(() => this.drawRing());
    overlay.addEventListener('pointerdown', (event) => this.onPointerDown(event));
    overlay.addEventListener('pointermove', (event) => this.onPointerMove(event));
    overlay.addEventListener('pointerup', (event) => this.onPointerEnd(event));
    overlay.addEventListener('pointercancel', (event) => this.onPointerEnd(event));
    overlay.addEventListener('pointerleave', () => {
      if (this.pointerId === undefined) this.isRingVisible.value = false;
    });
    // The right button erases.
    overlay.addEventListener('contextmenu', (event) => event.preventDefault());
    overlay.addEventListener('keydown', (event) => this.onKeyDown(event));
    overlay.addEventListener('keyup', (event) => {
      if (event.key === ' ') this.onSpaceUp();
    });
    overlay.addEventListener('blur', () => {
      this.onSpaceUp();
      this.isRingVisible.value = false;
    });
  }

  private show(mask: Mask): void {
    const { width, height } = mask;
    this.cursor.value = undefined;
    this.lastEnd = undefined;
    this.overlay.width = width;
    this.overlay.height = height;
    this.overlay.classList.toggle('tint', mask instanceof Hints);
    mask.onPaint = (box) => this.drawInBands(mask, box);
    const painted = mask.bounds.peek();
    if (painted) this.drawInBands(mask, painted);
  }

  /** Draws a large box little by little: at one go it would hold up the page. */
  private drawInBands(mask: Mask, box: Box): void {
    const rows = Math.max(1, Math.floor(BAND_AREA / box.width));
    this.draw(mask, { ...box, height: Math.min(rows, box.height) });
    if (box.height <= rows) return;
    const rest = { ...box, y: box.y + rows, height: box.height - rows };
    setTimeout(() => {
      if (this.mask.peek() === mask) this.drawInBands(mask, rest);
    });
  }

  private draw(mask: Mask, box: Box): void {
    if (box.width <= 0 || box.height <= 0) return;
    this.overlay.getContext('2d')?.putImageData(mask.picture(box), box.x, box.y);
  }

  private drawRing(): void {
    const ring = element('ring');
    const cursor = this.cursor.value;
    ring.hidden = !cursor || !this.isRingVisible.value;
    if (!cursor || ring.hidden) return;
    const scale = this.scale.value;
    const isBrush = this.brush.tool.value === 'brush';
    const drawn = isBrush ? this.brush.diameter.value * scale : POINT_RING;
    const diameter = `${Math.max(MIN_RING, drawn)}px`;
    ring.style.width = diameter;
    ring.style.height = diameter;
    ring.style.left = `${cursor.x * scale}px`;
    ring.style.top = `${cursor.y * scale}px`;
    ring.classList.toggle('erasing', this.brush.isErasing.value || this.isStrokeErasing.value);
  }

  /** What the stroke sets pixels to. */
  private valueOn(mask: Mask): number {
    return this.brush.isErasing.peek() || this.isStrokeErasing.peek() ? 0 : mask.ink;
  }

  /** @param isLine whether a straight line leads here from the end of the last stroke. */
  private beginStroke(mask: Mask, at: Point, isLine = false): void {
    const tool = this.brush.tool.peek();
    mask.beginStroke();
    this.cursor.value = isLine && tool === 'brush' ? this.lastEnd : undefined;
    if (tool === 'rectangle' || tool === 'lasso') this.outline.begin(tool, at, mask);
    this.paintTo(mask, at);
  }

  private paintTo(mask: Mask, to: Point): void {
    const from = this.cursor.peek() ?? to;
    if (this.outline.isActive) this.outline.moveTo(to);
    else if (this.brush.tool.peek() === 'brush')
      mask.paint(from, to, this.brush.diameter.peek() / 2, this.valueOn(mask));
    this.cursor.value = to;
  }

  private endStroke(mask: Mask): void {
    const value = this.valueOn(mask);
    if (this.outline.isActive) mask.change((bits) => this.outline.fill(bits, mask, value));
    const end = this.cursor.peek();
    if (end && this.brush.tool.peek() === 'colour') this.flood(end, value);
    this.lastEnd = end;
    mask.endStroke();
  }

  /** The pixel of the photo under the pointer. */
  private pointAt(event: PointerEvent): Point {
    const box = this.overlay.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.overlay.width,
      y: ((event.clientY - box.top) / box.height) * this.overlay.height,
    };
  }

  private onPointerDown(event: PointerEvent): void {
    const mask = this.mask.peek();
    const isEraser = event.button === RIGHT_BUTTON || event.button === PEN_ERASER;
    const isTaken = this.pointerId !== undefined || this.isPinching.peek();
    if (!mask || isTaken || !(event.button === 0 || isEraser)) return;
    event.preventDefault();
    this.overlay.focus({ preventScroll: true });
    this.overlay.setPointerCapture(event.pointerId);
    this.pointerId = event.pointerId;
    batch(() => {
      this.isStrokeErasing.value = isEraser;
      this.beginStroke(mask, this.pointAt(event), event.shiftKey);
      this.isRingVisible.value = true;
    });
  }

  private onPointerMove(event: PointerEvent): void {
    const mask = this.mask.peek();
    batch(() => {
      if (mask && this.pointerId === event.pointerId) {
        const events = event.getCoalescedEvents();
        for (const each of events.length > 0 ? events : [event])
          this.paintTo(mask, this.pointAt(each));
      } else if (this.pointerId === undefined && event.pointerType !== 'touch') {
        this.cursor.value = this.pointAt(event);
      }
      this.isRingVisible.value = true;
    });
  }

  private onPointerEnd(event: PointerEvent): void {
    const mask = this.mask.peek();
    if (!mask || this.pointerId !== event.pointerId) return;
    this.pointerId = undefined;
    batch(() => {
      if (event.type === 'pointercancel') this.removeStroke(mask);
      else this.endStroke(mask);
      this.isStrokeErasing.value = false;
      if (event.pointerType === 'touch') this.isRingVisible.value = false;
    });
  }

  /** Removes the stroke that the first of two fingers has begun. */
  private cancelStroke(): void {
    if (this.pointerId === undefined) return;
    this.pointerId = undefined;
    batch(() => {
      this.isStrokeErasing.value = false;
      this.isRingVisible.value = false;
      const mask = this.mask.peek();
      if (mask) this.removeStroke(mask);
    });
  }

  private removeStroke(mask: Mask): void {
    this.outline.cancel();
    mask.cancelStroke();
  }

  private onKeyDown(event: KeyboardEvent): void {
    const mask = this.mask.peek();
    if (!mask) return;
    const step = Math.max(1, this.brush.diameter.peek() / 3) * (event.shiftKey ? 4 : 1);
    const moves: Readonly<Record<string, Point>> = {
      ArrowLeft: { x: -step, y: 0 },
      ArrowRight: { x: step, y: 0 },
      ArrowUp: { x: 0, y: -step },
      ArrowDown: { x: 0, y: step },
    };
    const move = moves[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    const from = this.cursor.peek() ?? { x: mask.width / 2, y: mask.height / 2 };
    batch(() => {
      if (move) {
        const to = {
          x: Math.min(mask.width, Math.max(0, from.x + move.x)),
          y: Math.min(mask.height, Math.max(0, from.y + move.y)),
        };
        if (this.isSpaceDown) this.paintTo(mask, to);
        else this.cursor.value = to;
      } else if (!this.isSpaceDown) {
        this.isSpaceDown = true;
        this.beginStroke(mask, from);
      }
      this.isRingVisible.value = true;
    });
  }

  private onSpaceUp(): void {
    if (!this.isSpaceDown) return;
    this.isSpaceDown = false;
    const mask = this.mask.peek();
    if (mask) this.endStroke(mask);
  }
}
