// The size at which the picture is shown: fitted to the stage, or enlarged and scrolled.

import { byId, button } from './dom';
import type { Box } from './mask';
import type { Size } from './text';

const MARGIN = 16;
/** A tiny picture is not blown up to the whole stage. */
const LARGEST_FIT = 8;
const LARGEST_ZOOM = 16;
const STEP = 1.5;

export class Zoom {
  private readonly scroller = byId('scroller');
  private readonly frame = byId('frame');
  private size: Size = { width: 1, height: 1 };
  private factor = 1;
  private smooth = true;
  /**
   * The point of the picture in the middle of the stage, in units of its sides: it stays there when
   * the stage changes its size.
   */
  private centre = { x: 0.5, y: 0.5 };
  /** Called after every change of scale. */
  scaled = (): void => {};

  constructor() {
    new ResizeObserver(() => this.apply()).observe(this.scroller);
    button('zoom-in').addEventListener('click', () => this.zoom(STEP));
    button('zoom-out').addEventListener('click', () => this.zoom(1 / STEP));
    button('zoom-fit').addEventListener('click', () => this.zoom(1 / this.factor));
    this.scroller.addEventListener('scroll', () => {
      const stage = this.scroller.getBoundingClientRect();
      const frame = this.frame.getBoundingClientRect();
      this.centre = {
        x: (stage.left + stage.width / 2 - frame.left) / frame.width,
        y: (stage.top + stage.height / 2 - frame.top) / frame.height,
      };
    });
    this.scroller.addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return; // a plain wheel scrolls
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 300), event);
      },
      { passive: false },
    );
  }

  /** CSS pixels to one pixel of the picture. */
  get scale(): number {
    return this.fit * this.factor;
  }

  show(size: Size, smooth: boolean): void {
    const changed = size.width !== this.size.width || size.height !== this.size.height;
    this.size = size;
    this.smooth = smooth;
    if (changed) {
      this.factor = 1;
      this.centre = { x: 0.5, y: 0.5 };
    }
    this.apply();
  }

  /** Enlarges a part of the picture to the stage. */
  focusOn(box: Box): void {
    const { clientWidth, clientHeight } = this.scroller;
    const wanted = Math.min(clientWidth / box.width, clientHeight / box.height) / this.fit;
    this.factor = Math.min(LARGEST_ZOOM, Math.max(1, wanted));
    this.centre = {
      x: (box.x + box.width / 2) / this.size.width,
      y: (box.y + box.height / 2) / this.size.height,
    };
    this.apply();
  }

  private get fit(): number {
    const { clientWidth, clientHeight } = this.scroller;
    const room = Math.min(
      (clientWidth - 2 * MARGIN) / this.size.width,
      (clientHeight - 2 * MARGIN) / this.size.height,
    );
    return Math.max(0.01, Math.min(LARGEST_FIT, room));
  }

  /** Multiplies the zoom, keeping the point under `at` (or the middle of the stage) where it is. */
  private zoom(by: number, at?: { clientX: number; clientY: number }): void {
    const before = this.frame.getBoundingClientRect();
    const pointed = at
      ? {
          x: (at.clientX - before.left) / before.width,
          y: (at.clientY - before.top) / before.height,
        }
      : this.centre;
    const from = this.scale;
    this.factor = Math.min(LARGEST_ZOOM, Math.max(1, this.factor * by));
    const ratio = from / this.scale;
    this.centre = {
      x: pointed.x + (this.centre.x - pointed.x) * ratio,
      y: pointed.y + (this.centre.y - pointed.y) * ratio,
    };
    this.apply();
  }

  private apply(): void {
    const { scale } = this;
    this.frame.style.width = `${this.size.width * scale}px`;
    this.frame.style.height = `${this.size.height * scale}px`;
    this.scroller.scrollTo({
      left: this.centre.x * this.size.width * scale - this.scroller.clientWidth / 2,
      top: this.centre.y * this.size.height * scale - this.scroller.clientHeight / 2,
      behavior: 'instant',
    });
    this.frame.classList.toggle('crisp', !this.smooth || scale >= 4);
    // The words on the picture stand in its corners, wherever the stage has them.
    const stage = byId('stage');
    stage.style.setProperty('--ratio', String(this.size.width / this.size.height));
    stage.style.setProperty(
      '--inset-x',
      `${Math.max(0, (this.scroller.clientWidth - this.size.width * scale) / 2)}px`,
    );
    stage.style.setProperty(
      '--inset-y',
      `${Math.max(0, (this.scroller.clientHeight - this.size.height * scale) / 2)}px`,
    );
    byId('zoom-level').textContent = `${Math.round(100 * scale)} %`;
    button('zoom-out').disabled = this.factor <= 1;
    button('zoom-in').disabled = this.factor >= LARGEST_ZOOM;
    this.scaled();
  }
}
