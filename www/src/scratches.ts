// Scratches and dust drawn on a clean photo, with the mask that covers them: the simulated damage
// of Fill.

import { Mask } from './mask';
import { uniform } from './random';
import type { Size } from './text';

/**
 * The side of the square that is scratched, in pixels: within what the core fills in one window.
 */
const SPAN = 236;

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Line {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
  readonly jitter: number;
}

// In units of the scratched square.
const LINES: Line[] = [
  { from: { x: 0.02, y: 0.2 }, to: { x: 0.98, y: 0.7 }, radius: 1.6, jitter: 0.03 },
  { from: { x: 0.7, y: 0.02 }, to: { x: 0.36, y: 0.98 }, radius: 2, jitter: 0.045 },
  { from: { x: 0.1, y: 0.88 }, to: { x: 0.62, y: 0.6 }, radius: 1.2, jitter: 0.02 },
  { from: { x: 0.84, y: 0.1 }, to: { x: 0.92, y: 0.5 }, radius: 1.1, jitter: 0.02 },
];
const SPECKS = 16;
const SEED = 20;

function draw(target: Mask, centre: Point, widen: number): void {
  const random = uniform(SEED);
  const span = Math.min(SPAN, target.width, target.height);
  const left = Math.min(Math.max(0, centre.x * target.width - span / 2), target.width - span);
  const top = Math.min(Math.max(0, centre.y * target.height - span / 2), target.height - span);
  const margin = 5; // so that the widest scratch stays within the square
  const at = (value: number): number => margin + value * (span - 2 * margin);
  for (const { from, to, radius, jitter } of LINES) {
    const pieces = 9;
    let previous: Point | undefined;
    for (let i = 0; i <= pieces; i++) {
      const t = i / pieces;
      const wander = (): number => (random() * 2 - 1) * jitter;
      const clamp = (value: number): number => Math.min(1, Math.max(0, value));
      const point = {
        x: left + at(clamp(from.x + t * (to.x - from.x) + wander())),
        y: top + at(clamp(from.y + t * (to.y - from.y) + wander())),
      };
      const width = radius * (0.7 + 0.6 * random()) + widen;
      if (previous) target.paint(previous.x, previous.y, point.x, point.y, width, true);
      previous = point;
    }
  }
  for (let i = 0; i < SPECKS; i++) {
    const x = left + at(random());
    const y = top + at(random());
    target.paint(x, y, x + 2 * random(), y + 2 * random(), 0.9 + 1.3 * random() + widen, true);
  }
}

function rasterise(size: Size, centre: Point, widen: number): Uint8Array {
  const mask = new Mask(size, () => {});
  draw(mask, centre, widen);
  return mask.bits;
}

export function scratch(photo: ImageData, centre: Point): { image: ImageData; mask: Uint8Array } {
  const image = new ImageData(new Uint8ClampedArray(photo.data), photo.width, photo.height);
  const random = uniform(SEED + 1);
  rasterise(photo, centre, 0).forEach((scratched, i) => {
    if (!scratched) return;
    const grain = 10 * random();
    image.data.set([246 - grain, 242 - grain, 232 - grain], 4 * i);
  });
  return { image, mask: rasterise(photo, centre, 1) };
}
