// The simulated damage of Fill: scratches and dust on a clean photo, and the mask that covers them.

import { paintLine, type Bits } from '../picture/mask-bits.js';
import type { Point, Size } from '../vocabulary.js';
import { uniform } from './random.js';

/** The side of the scratched square, in pixels. The core fills it in one window. */
const SPAN = 236;
/** Keeps the widest scratch within the square, in pixels. */
const MARGIN = 5;
/** How far the mask extends beyond the scratches, in pixels. */
const MASK_MARGIN = 1;

interface Scratch {
  readonly from: Point;
  readonly to: Point;
  /** In pixels. */
  readonly radius: number;
  readonly jitter: number;
}

/** In units of the scratched square. */
const SCRATCHES: readonly Scratch[] = [
  { from: { x: 0.02, y: 0.2 }, to: { x: 0.98, y: 0.7 }, radius: 1.6, jitter: 0.03 },
  { from: { x: 0.7, y: 0.02 }, to: { x: 0.36, y: 0.98 }, radius: 2, jitter: 0.045 },
  { from: { x: 0.1, y: 0.88 }, to: { x: 0.62, y: 0.6 }, radius: 1.2, jitter: 0.02 },
  { from: { x: 0.84, y: 0.1 }, to: { x: 0.92, y: 0.5 }, radius: 1.1, jitter: 0.02 },
];
const SEGMENTS = 9;
const SPECKS = 16;
const SHAPE_SEED = 20;
const GRAIN_SEED = 21;

/**
 * Scratches a photo around a point, given in units of the photo's sides.
 *
 * @returns the scratched photo and its mask: 1 on and around the scratches.
 */
export function scratch(photo: ImageData, centre: Point): { image: ImageData; mask: Bits } {
  const image = new ImageData(new Uint8ClampedArray(photo.data), photo.width, photo.height);
  const random = uniform(GRAIN_SEED);
  const scratched = rasterise(photo, centre, 0);
  for (let at = scratched.indexOf(1); at >= 0; at = scratched.indexOf(1, at + 1)) {
    const grain = 10 * random();
    image.data.set([246 - grain, 242 - grain, 232 - grain], 4 * at);
  }
  return { image, mask: rasterise(photo, centre, MASK_MARGIN) };
}

/** One byte a pixel: 1 on the scratches, widened on all sides. */
function rasterise(size: Size, centre: Point, widening: number): Bits {
  const bits = new Uint8Array(size.width * size.height);
  const random = uniform(SHAPE_SEED);
  const span = Math.min(SPAN, size.width, size.height);
  const left = clamp(centre.x * size.width - span / 2, size.width - span);
  const top = clamp(centre.y * size.height - span / 2, size.height - span);
  const inSquare = (value: number): number => MARGIN + value * (span - 2 * MARGIN);
  for (const { from, to, radius, jitter } of SCRATCHES) {
    const wander = (): number => (random() * 2 - 1) * jitter;
    let previous: Point | undefined;
    for (let i = 0; i <= SEGMENTS; i++) {
      const t = i / SEGMENTS;
      const point = {
        x: left + inSquare(clamp(from.x + t * (to.x - from.x) + wander(), 1)),
        y: top + inSquare(clamp(from.y + t * (to.y - from.y) + wander(), 1)),
      };
      const width = radius * (0.7 + 0.6 * random()) + widening;
      if (previous) paintLine(bits, size, previous, point, width, 1);
      previous = point;
    }
  }
  for (let i = 0; i < SPECKS; i++) {
    const from = { x: left + inSquare(random()), y: top + inSquare(random()) };
    const to = { x: from.x + 2 * random(), y: from.y + 2 * random() };
    paintLine(bits, size, from, to, 0.9 + 1.3 * random() + widening, 1);
  }
  return bits;
}

const clamp = (value: number, limit: number): number => Math.min(limit, Math.max(0, value));
