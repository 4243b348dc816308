// The size at which the picture is shown: fitted to the stage, or enlarged and scrolled.

import { batch, computed, effect, signal } from '@preact/signals-core';
import { element } from '../dom.js';
import type { Point, Size } from '../vocabulary.js';
import { page } from '../words.js';

/** Around a fitted picture, in CSS pixels. */
const MARGIN = 16;
/** A tiny picture is not enlarged to the whole stage. */
const MAX_FIT = 8;
const MIN_FIT = 0.01;
const MAX_FACTOR = 16;
export const STEP = 1.5;
/** From this scale on, pixels are shown as squares. */
const CRISP_SCALE = 4;
const MIDDLE: Point = { x: 0.5, y: 0.5 };

export class Zoom {
  private readonly scroller = element('scroller');
  private readonly frame = element('frame');
  /** Of the picture, in its pixels. */
  private readonly width = signal(1);
  private readonly height = signal(1);
  /** Of the stage, in CSS pixels. */
  private readonly stageWidth = signal(0);
  private readonly stageHeight = signal(0);
  /** Enlargement beyond the fitted size. */
  private readonly factor = signal(1);
  /** The picture's point in the middle of the stage, in units of its sides. */
  private centre = MIDDLE;

  private readonly fit = computed(() => {
    const room = Math.min(
      (this.stageWidth.value - 2 * MARGIN) / this.width.value,
      (this.stageHeight.value - 2 * MARGIN) / this.height.value,
    );
    return Math.max(MIN_FIT, Math.min(MAX_FIT, room));
  });

  /** CSS pixels to one pixel of the picture. */
  readonly scale = computed(() => this.fit.value * this.factor.value);

  constructor() {
    const { scroller } = this;
    new ResizeObserver(() => this.measureStage()).observe(scroller);
    scroller.addEventListener('scroll', () => this.readScroll());
    scroller.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls
        event.preventDefault();
        this.zoomBy(Math.exp(-event.deltaY / 300), this.pointAt(event));
      },
      { passive: false },
    );
    const zoomOut = element('zoom-out', HTMLButtonElement);
    const zoomIn = element('zoom-in', HTMLButtonElement);
    zoomOut.addEventListener('click', () => this.zoomBy(1 / STEP));
    zoomIn.addEventListener('click', () => this.zoomBy(STEP));
    element('zoom-fit').addEventListener('click', () => this.reset());
    effect(() => {
      zoomOut.disabled = this.factor.value <= 1;
      zoomIn.disabled = this.factor.value >= MAX_FACTOR;
      element('zoom-level').textContent = page.zoomLevel(this.scale.value);
    });
    effect(() => {
      this.frame.classList.toggle('crisp', this.scale.value >= CRISP_SCALE);
    });
    effect(() => this.layOut());
  }

  /** Shows a picture of this size. A new size is fitted to the stage. */
  show({ width, height }: Size): void {
    const isNewSize = width !== this.width.peek() || height !== this.height.peek();
    if (isNewSize) this.centre = MIDDLE;
    batch(() => {
      this.measureStage();
      this.width.value = width;
      this.height.value = height;
      if (isNewSize) this.factor.value = 1;
    });
  }

  /** Fits the picture to the stage. */
  reset(): void {
    this.zoomBy(1 / this.factor.peek());
  }

  /** Moves the picture, by CSS pixels. */
  panBy(dx: number, dy: number): void {
    this.scroller.scrollBy({ left: -dx, top: -dy, behavior: 'instant' });
    this.readScroll();
  }

  /** Multiplies the zoom. The point stays where it is on the stage. */
  zoomBy(ratio: number, point: Point = this.centre): void {
    const before = this.factor.peek();
    const factor = limitFactor(before * ratio);
    this.centre = {
      x: point.x + ((this.centre.x - point.x) * before) / factor,
      y: point.y + ((this.centre.y - point.y) * before) / factor,
    };
    this.factor.value = factor;
  }

  private measureStage(): void {
    batch(() => {
      this.stageWidth.value = this.scroller.clientWidth;
      this.stageHeight.value = this.scroller.clientHeight;
    });
  }

  /** The picture's point at a place of the window, in units of the picture's sides. */
  pointAt({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const frame = this.frame.getBoundingClientRect();
    return { x: (clientX - frame.left) / frame.width, y: (clientY - frame.top) / frame.height };
  }

  /** Uses the stage's size as of the last layout: that is what the scroll position refers to. */
  private readScroll(): void {
    const scale = this.scale.peek();
    const middle = (scrolled: number, stage: number, picture: number): number =>
      picture <= stage ? 0.5 : (scrolled + stage / 2) / picture;
    const { scrollLeft, scrollTop } = this.scroller;
    this.centre = {
      x: middle(scrollLeft, this.stageWidth.peek(), this.width.peek() * scale),
      y: middle(scrollTop, this.stageHeight.peek(), this.height.peek() * scale),
    };
  }

  /** Gives the frame its size, and the stage the variables of its style sheet. */
  private layOut(): void {
    const width = this.width.value * this.scale.value;
    const height = this.height.value * this.scale.value;
    const insetX = Math.max(0, (this.stageWidth.value - width) / 2);
    const insetY = Math.max(0, (this.stageHeight.value - height) / 2);
    this.frame.style.width = `${width}px`;
    this.frame.style.height = `${height}px`;
    const stage = element('stage').style;
    stage.setProperty('--ratio', String(this.width.value / this.height.value));
    // Labels lie in the corners of the picture.
    stage.setProperty('--inset-x', `${insetX}px`);
    stage.setProperty('--inset-y', `${insetY}px`);
    this.scrollToCentre();
  }

  private scrollToCentre(): void {
    const scale = this.scale.peek();
    this.scroller.scrollTo({
      left: this.centre.x * this.width.peek() * scale - this.stageWidth.peek() / 2,
      top: this.centre.y * this.height.peek() * scale - this.stageHeight.peek() / 2,
      behavior: 'instant',
    });
  }
}

const limitFactor = (factor: number): number => Math.min(MAX_FACTOR, Math.max(1, factor));
