// The motion of the camera, drawn on the photo along the trail of a light or the smear of a corner.

import type { Point, Size } from '../vocabulary.js';
import { onSlider } from './candidate.js';

export interface MotionLine {
  readonly length: number;
  /** Degrees, anticlockwise from the right. */
  readonly angle: number;
}

const SVG = 'http://www.w3.org/2000/svg';
/** A shorter drag is a slip, in pixels of the photo. */
const SHORTEST = 2;

/**
 * Waits for a line across the frame that shows a picture of this size.
 *
 * @param signal ends it without a line, as Escape does.
 */
export function drawnMotion(
  frame: HTMLElement,
  size: Size,
  signal: AbortSignal,
): Promise<MotionLine | undefined> {
  const overlay = document.createElementNS(SVG, 'svg');
  overlay.setAttribute('class', 'motion-line');
  overlay.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
  overlay.setAttribute('preserveAspectRatio', 'none');
  overlay.setAttribute('aria-hidden', 'true');
  // A dark line under a bright one: one of them shows on any photo.
  const lines = ['under', 'over'].map((name) => {
    const line = document.createElementNS(SVG, 'line');
    line.setAttribute('class', name);
    line.setAttribute('vector-effect', 'non-scaling-stroke');
    return line;
  });
  overlay.append(...lines);
  frame.append(overlay);
  return new Promise((resolve) => {
    const own = new AbortController();
    const finish = (line?: MotionLine): void => {
      own.abort();
      overlay.remove();
      resolve(line);
    };
    signal.addEventListener('abort', () => finish(), { signal: own.signal });
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Escape') finish();
      },
      { signal: own.signal },
    );
    let start: Point | undefined;
    overlay.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !event.isPrimary) return;
      // The photo is not panned meanwhile.
      event.stopPropagation();
      overlay.setPointerCapture(event.pointerId);
      start = pointIn(overlay, size, event);
    });
    overlay.addEventListener('pointermove', (event) => {
      if (start && event.isPrimary) place(lines, start, pointIn(overlay, size, event));
    });
    overlay.addEventListener('pointerup', (event) => {
      if (!start || !event.isPrimary) return;
      const line = motionBetween(start, pointIn(overlay, size, event));
      start = undefined;
      if (line) finish(line);
    });
    overlay.addEventListener('pointercancel', () => {
      start = undefined;
    });
  });
}

/** The motion from one end of a trail to the other; undefined for a slip. */
function motionBetween(from: Point, to: Point): MotionLine | undefined {
  const [dx, dy] = [to.x - from.x, from.y - to.y];
  const length = Math.hypot(dx, dy);
  if (length < SHORTEST) return undefined;
  // Directions that differ by half a turn are the same.
  const angle = (Math.atan(dy / dx) * 180) / Math.PI;
  return { length: onSlider('length', length), angle: onSlider('angle', angle) };
}

function pointIn(overlay: Element, { width, height }: Size, event: PointerEvent): Point {
  const box = overlay.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) * width) / box.width,
    y: ((event.clientY - box.top) * height) / box.height,
  };
}

function place(lines: readonly SVGLineElement[], from: Point, to: Point): void {
  for (const line of lines)
    for (const [name, value] of Object.entries({ x1: from.x, y1: from.y, x2: to.x, y2: to.y }))
      line.setAttribute(name, String(value));
}
