import { EpsError, reading } from '../shared/errors.js';
import { LIMITS } from '../shared/limits.js';
import type { KernelRequest } from '../shared/requests.js';
import { isArrayLike, isObject, isSide, shown } from './validation.js';

/**
 * A blur kernel: how the blur spreads one point of the sharp photo. Its origin is the pixel at row
 * `floor(height / 2)`, column `floor(width / 2)`. Values must be finite and not negative, and not
 * all zero. They are scaled to sum to 1 before use, because a blur preserves brightness. A kernel
 * may not be larger than the photo.
 */
export interface Kernel {
  /** Row by row, `width * height` values. */
  readonly data: Float32Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Pixels. */
const MAX_DISK_RADIUS = 50;

/** Below this a weight leaves the kernel's size as it is. */
const NEGLIGIBLE = 1e-9;

/**
 * The kernel of a soft, round blur: k(x, y) ∝ exp(-(x² + y²) / (2 sigma²)), sampled at pixel
 * centres out to 4 sigma. The part beyond weighs less than 0.04 %.
 *
 * @param sigma standard deviation in pixels, above 0 and at most 30.
 * @throws EpsError `invalid-kernel` if sigma is out of range.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, deblur(gaussianKernel(1.5)));
 * ```
 */
export function gaussianKernel(sigma: number): Kernel {
  requireRange('gaussianKernel: sigma', sigma, LIMITS.gaussianSigma);
  const radius = Math.ceil(4 * sigma);
  return sampled(radius, (x, y) => Math.exp(-(x * x + y * y) / (2 * sigma * sigma)));
}

/**
 * The kernel of a camera that moved evenly along a straight line: k(pixel) ∝ the length of the path
 * inside the pixel. `motionKernel(9, 0)` is nine equal weights in a row.
 *
 * @param length length of the path in pixels, above 0 and at most 100. A length of 1 or less at 0°
 *   is no blur.
 * @param angleDegrees direction in degrees, counter-clockwise from the right as seen on the screen;
 *   any finite number. Angles that differ by 180 give the same kernel.
 * @throws EpsError `invalid-kernel` if an argument is out of range.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, deblur(motionKernel(12, 30)));
 * ```
 */
export function motionKernel(length: number, angleDegrees: number): Kernel {
  requireRange('motionKernel: length', length, LIMITS.motionLength);
  if (!Number.isFinite(angleDegrees))
    throw new EpsError(
      'invalid-kernel',
      'motionKernel: the angle must be a finite number of degrees; ' +
        `got ${shown(angleDegrees)}.`,
    );
  const angle = (angleDegrees * Math.PI) / 180;
  const [dx, dy] = [withoutRounding(Math.cos(angle)), withoutRounding(-Math.sin(angle))];
  const half = length / 2;
  return sampled(Math.ceil(half - 0.5), (x, y) => {
    const alongX = parametersInside(x, dx, half);
    const alongY = parametersInside(y, dy, half);
    return Math.max(0, Math.min(alongX[1], alongY[1]) - Math.max(alongX[0], alongY[0]));
  });
}

/**
 * The kernel of a lens out of focus (bokeh of a round aperture): k(pixel) ∝ the exact area of the
 * disc inside the pixel.
 *
 * @param radius radius of the disc in pixels, above 0 and at most 50. A radius of 0.5 or less is no
 *   blur.
 * @throws EpsError `invalid-kernel` if the radius is out of range.
 * @example
 * ```ts
 * const result = await restorer.restore(photo, deblur(diskKernel(3)));
 * ```
 */
export function diskKernel(radius: number): Kernel {
  requireRange('diskKernel: radius', radius, MAX_DISK_RADIUS);
  return sampled(Math.ceil(radius - 0.5), (x, y) =>
    discInBox(radius, x - 0.5, x + 0.5, y - 0.5, y + 0.5),
  );
}

/**
 * A copy of a kernel, checked and scaled to sum to 1.
 *
 * @throws EpsError `invalid-kernel` that names the wrong value.
 */
export function checkedKernel(kernel: unknown): Kernel {
  return reading('invalid-kernel', 'The kernel', () => kernelOf(kernel));
}

/** A kernel as the core takes it. */
export const kernelRequest = ({ data, width, height }: Kernel): KernelRequest => ({
  data: Array.from(data),
  width,
  height,
});

function kernelOf(kernel: unknown): Kernel {
  if (!isObject(kernel)) throw kernelError(`deblur needs a kernel; got ${shown(kernel)}.`);
  const { data, width, height } = kernel;
  if (!isSide(width) || !isSide(height))
    throw kernelError(
      "The kernel's sides must be whole numbers of at least 1; " +
        `got ${shown(width)} × ${shown(height)}.`,
    );
  if (!isArrayLike(data)) throw kernelError('The kernel has no data.');
  if (data.length !== width * height)
    throw kernelError(
      `A ${width} × ${height} kernel must have ${width * height} values; got ${data.length}.`,
    );
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    const isWeight = typeof value === 'number' && Number.isFinite(value) && value >= 0;
    if (!isWeight) {
      const [row, column] = [Math.floor(i / width), i % width];
      throw kernelError(`The kernel's value in row ${row}, column ${column} is ${shown(value)}.`);
    }
    sum += value;
  }
  if (sum === 0)
    throw kernelError('Every value of the kernel is zero. Such a blur leaves nothing to restore.');
  const weights = new Float32Array(data.length);
  for (let i = 0; i < weights.length; i++) weights[i] = Number(data[i]) / sum;
  return { data: weights, width, height };
}

function kernelError(problem: string): EpsError {
  return new EpsError(
    'invalid-kernel',
    `${problem} A kernel is { data, width, height } with width * height finite values, ` +
      'none negative and not all zero.',
  );
}

/**
 * Evaluates `weight` at the offsets of a (2 radius + 1)² grid and scales the values to sum to 1.
 * Rows and columns of zeros around them are dropped.
 */
function sampled(radius: number, weight: (x: number, y: number) => number): Kernel {
  let [rx, ry, sum] = [0, 0, 0];
  for (let y = -radius; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++) {
      const value = weight(x, y);
      sum += value;
      if (value > NEGLIGIBLE) [rx, ry] = [Math.max(rx, Math.abs(x)), Math.max(ry, Math.abs(y))];
    }
  }
  const [width, height] = [2 * rx + 1, 2 * ry + 1];
  const data = Float32Array.from(
    { length: width * height },
    (_, i) => weight((i % width) - rx, Math.floor(i / width) - ry) / sum,
  );
  return { data, width, height };
}

/**
 * The path parameters t in [-half, half] at which t * direction is within half a pixel of `centre`.
 */
function parametersInside(centre: number, direction: number, half: number): [number, number] {
  if (direction === 0) return centre === 0 ? [-half, half] : [0, 0];
  const [a, b] = [(centre - 0.5) / direction, (centre + 0.5) / direction];
  return [Math.max(-half, Math.min(a, b)), Math.min(half, Math.max(a, b))];
}

/** cos 90° is 6e-17 in floating point. An exact zero keeps kernels along an axis exact. */
function withoutRounding(component: number): number {
  return Math.abs(component) < 1e-12 ? 0 : component;
}

/** Area of the disc of radius r around the origin inside [x0, x1] × [y0, y1]. */
function discInBox(r: number, x0: number, x1: number, y0: number, y1: number): number {
  const corner = (x: number, y: number) =>
    Math.sign(x) * Math.sign(y) * discInCorner(r, Math.abs(x), Math.abs(y));
  return Math.max(0, corner(x1, y1) - corner(x0, y1) - corner(x1, y0) + corner(x0, y0));
}

/** Area of the disc inside [0, x] × [0, y]: ∫ min(y, √(r² - t²)) dt over t in [0, min(x, r)]. */
function discInCorner(r: number, x: number, y: number): number {
  [x, y] = [Math.min(x, r), Math.min(y, r)];
  const flat = Math.sqrt(r * r - y * y);
  if (x <= flat) return x * y;
  const primitive = (t: number) =>
    (t * Math.sqrt(Math.max(0, r * r - t * t)) + r * r * Math.asin(Math.min(1, t / r))) / 2;
  return y * flat + primitive(x) - primitive(flat);
}

function requireRange(name: string, value: unknown, max: number): void {
  if (typeof value === 'number' && value > 0 && value <= max) return;
  throw new EpsError(
    'invalid-kernel',
    `${name} must be above 0 and at most ${max} pixels; got ${shown(value)}.`,
  );
}
