// Painting the mask: mouse, pen, touch and keyboard, straight onto the pixels of the photo.

import { byId, canvas } from './dom';
import type { Box, Mask } from './mask';
import type { Zoom } from './zoom';

/** Red over the photo where it is to be filled; half of it shows through. */
const COLOUR = [236, 28, 58, 140] as const;

export interface Brush {
  /** Diameter in pixels of the photo. */
  diameter: number;
  erasing: boolean;
}

export class Painter {
  private readonly overlay = canvas('canvas-mask');
  private readonly ring = byId('ring');
  private mask: Mask | undefined;
  private cursor: { x: number; y: number } | undefined;
  private pointer: number | undefined;
  private erasingNow = false;
  private spaceDown = false;

  /** `stroked` is called after every stroke. */
  constructor(
    private readonly brush: Brush,
    private readonly zoom: Zoom,
    private readonly stroked: () => void,
  ) {
    const { overlay } = this;
    zoom.scaled = () => this.drawRing();
    overlay.addEventListener('pointerdown', (event) => this.down(event));
    overlay.addEventListener('pointermove', (event) => this.move(event));
    overlay.addEventListener('pointerup', (event) => this.up(event, true));
    overlay.addEventListener('pointercancel', (event) => this.up(event, false));
    overlay.addEventListener('pointerleave', () => this.pointer === undefined && this.hideRing());
    // the right button erases
    overlay.addEventListener('contextmenu', (event) => event.preventDefault());
    overlay.addEventListener('keydown', (event) => this.key(event));
    overlay.addEventListener('keyup', (event) => event.key === ' ' && this.lift());
    overlay.addEventListener('blur', () => {
      this.lift();
      this.hideRing();
    });
  }

  use(mask: Mask): void {
    this.mask = mask;
    this.cursor = undefined;
    this.overlay.width = mask.width;
    this.overlay.height = mask.height;
    this.redraw({ x: 0, y: 0, width: mask.width, height: mask.height });
  }

  redraw({ x: left, y: top, width, height }: Box): void {
    const { mask } = this;
    if (!mask) return;
    const image = new ImageData(width, height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (mask.bits[(top + y) * mask.width + left + x])
          image.data.set(COLOUR, 4 * (y * width + x));
      }
    }
    this.overlay.getContext('2d')?.putImageData(image, left, top);
  }

  drawRing(): void {
    const { cursor, ring } = this;
    if (!cursor || ring.hidden) return;
    const across = Math.max(4, this.brush.diameter * this.zoom.scale);
    ring.style.width = ring.style.height = `${across}px`;
    ring.style.left = `${cursor.x * this.zoom.scale}px`;
    ring.style.top = `${cursor.y * this.zoom.scale}px`;
    ring.classList.toggle('erasing', this.brush.erasing || this.erasingNow);
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const box = this.overlay.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.overlay.width,
      y: ((event.clientY - box.top) / box.height) * this.overlay.height,
    };
  }

  private stroke(to: { x: number; y: number }): void {
    const from = this.cursor ?? to;
    const missing = !(this.brush.erasing || this.erasingNow);
    this.mask?.paint(from.x, from.y, to.x, to.y, this.brush.diameter / 2, missing);
    this.cursor = to;
  }

  private down(event: PointerEvent): void {
    const rightOrEraser = event.button === 2 || event.button === 5;
    if (!this.mask || this.pointer !== undefined || !(event.button === 0 || rightOrEraser)) return;
    event.preventDefault();
    this.overlay.focus({ preventScroll: true });
    this.overlay.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.erasingNow = rightOrEraser;
    this.mask.beginStroke();
    this.cursor = undefined;
    this.stroke(this.at(event));
    this.showRing();
  }

  private move(event: PointerEvent): void {
    if (this.pointer === event.pointerId) {
      const events = event.getCoalescedEvents();
      for (const each of events.length ? events : [event]) this.stroke(this.at(each));
    } else if (this.pointer === undefined && event.pointerType !== 'touch') {
      this.cursor = this.at(event);
    }
    this.showRing();
  }

  private up(event: PointerEvent, kept: boolean): void {
    if (this.pointer !== event.pointerId) return;
    this.pointer = undefined;
    this.erasingNow = false;
    this.mask?.endStroke();
    if (!kept) this.mask?.undo(); // two fingers came down to zoom: no stroke was meant
    if (event.pointerType === 'touch') this.hideRing();
    this.stroked();
  }

  private key(event: KeyboardEvent): void {
    const { mask } = this;
    if (!mask) return;
    const step = Math.max(1, this.brush.diameter / 3) * (event.shiftKey ? 4 : 1);
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (!move && event.key !== ' ') return;
    event.preventDefault();
    const from = this.cursor ?? { x: mask.width / 2, y: mask.height / 2 };
    if (event.key === ' ' && !this.spaceDown) {
      this.spaceDown = true;
      mask.beginStroke();
      this.cursor = undefined;
      this.stroke(from);
    } else if (move) {
      const to = {
        x: clamp(from.x + move[0], mask.width),
        y: clamp(from.y + move[1], mask.height),
      };
      if (this.spaceDown) this.stroke(to);
      else this.cursor = to;
    }
    this.showRing();
  }

  private lift(): void {
    if (!this.spaceDown) return;
    this.spaceDown = false;
    this.mask?.endStroke();
    this.stroked();
  }

  private showRing(): void {
    this.ring.hidden = !this.cursor;
    this.drawRing();
  }

  private hideRing(): void {
    this.ring.hidden = true;
  }
}

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));
