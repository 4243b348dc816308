import { EpsError } from './errors.js';

/**
 * A blur kernel: what one point of the sharp photo was spread into. Its origin is the pixel at row
 * `floor(height / 2)`, column `floor(width / 2)`. Values are finite and not negative, not all zero;
 * they are scaled to sum to 1 before use, since a blur keeps the brightness. It may not be larger
 * than the photo.
 */
export interface Kernel {
  /** Row-major, `width * height` values. */
  readonly data: Float32Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

const LARGEST = { sigma: 30, length: 100, radius: 50 };

/**
 * k(x, y) ∝ exp(-(x² + y²) / (2 sigma²)), sampled at pixel centres out to 4 sigma (what is cut off
 * weighs less than 0.04 %): an unfocused or shaken-out blur.
 *
 * @param sigma standard deviation in pixels, above 0 and at most 30.
 * @throws EpsError `invalid-kernel` when sigma is out of range.
 */
export function gaussianKernel(sigma: number): Kernel {
  requireRange('gaussianKernel: sigma', sigma, LARGEST.sigma);
  const radius = Math.ceil(4 * sigma);
  return sampled(radius, (x, y) => Math.exp(-(x * x + y * y) / (2 * sigma * sigma)));
}

/**
 * k(pixel) ∝ the length of the straight path that lies inside the pixel: what a camera moved evenly
 * along a line records. `motionKernel(9, 0)` is nine equal weights in a row.
 *
 * @param length length of the path in pixels, above 0 and at most 100; 1 or less at 0° is no blur
 *   at all.
 * @param angleDegrees direction in degrees, counter-clockwise from the right as seen on the screen;
 *   any finite number. A line has no front: 30 and 210 are the same.
 * @throws EpsError `invalid-kernel` when an argument is out of range.
 */
export function motionKernel(length: number, angleDegrees: number): Kernel {
  requireRange('motionKernel: length', length, LARGEST.length);
  if (!Number.isFinite(angleDegrees))
    throw new EpsError(
      'invalid-kernel',
      `motionKernel: the angle must be a finite number of degrees, and is ${String(angleDegrees)}.`,
    );
  const angle = (angleDegrees * Math.PI) / 180;
  const [dx, dy] = [clean(Math.cos(angle)), clean(-Math.sin(angle))];
  const half = length / 2;
  const radius = Math.ceil(half - 0.5);
  return sampled(radius, (x, y) => {
    const alongX = inside(x, dx, half);
    const alongY = inside(y, dy, half);
    return Math.max(0, Math.min(alongX[1], alongY[1]) - Math.max(alongX[0], alongY[0]));
  });
}

/**
 * k(pixel) ∝ the area of the disc inside the pixel, exactly: the blur of a round aperture out of
 * focus (its bokeh).
 *
 * @param radius radius of the disc in pixels, above 0 and at most 50; 0.5 or less is no blur at
 *   all.
 * @throws EpsError `invalid-kernel` when the radius is out of range.
 */
export function diskKernel(radius: number): Kernel {
  requireRange('diskKernel: radius', radius, LARGEST.radius);
  return sampled(Math.ceil(radius - 0.5), (x, y) =>
    discInBox(radius, x - 0.5, x + 0.5, y - 0.5, y + 0.5),
  );
}

/**
 * A kernel fit to send to the core: a copy, checked, summing to 1.
 *
 * @throws EpsError `invalid-kernel` that says which value is wrong.
 */
export function checkedKernel(kernel: Kernel): Kernel {
  const fail = (why: string): never => {
    throw new EpsError(
      'invalid-kernel',
      `${why} A kernel is { data, width, height } with width * height finite values, none negative and not all zero.`,
    );
  };
  if (typeof kernel !== 'object' || kernel === null)
    fail(`deblur needs a kernel, and was given ${String(kernel)}.`);
  const { data, width, height } = kernel;
  if (!isSide(width) || !isSide(height))
    fail(
      `The kernel's sides must be whole numbers of at least 1, and are ${String(width)} × ${String(height)}.`,
    );
  if (!ArrayBuffer.isView(data) && !Array.isArray(data)) fail('The kernel has no data.');
  if (data.length !== width * height)
    fail(
      `A ${width} × ${height} kernel has ${width * height} values, and this one has ${data.length}.`,
    );
  let sum = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value) || value < 0)
      fail(`The kernel's value in row ${Math.floor(i / width)}, column ${i % width} is ${value}.`);
    sum += value;
  }
  if (sum === 0)
    fail('Every value of the kernel is zero: such a blur leaves nothing to restore from.');
  return { data: Float32Array.from(data, (value) => value / sum), width, height };
}

/**
 * Evaluates `weight` at the offsets of a (2 radius + 1)² grid and scales the result to sum to 1;
 * rows and columns of zeros around it are dropped.
 */
function sampled(radius: number, weight: (x: number, y: number) => number): Kernel {
  const side = 2 * radius + 1;
  const values = new Float64Array(side * side);
  let [rx, ry, sum] = [0, 0, 0];
  for (let y = -radius; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++) {
      const value = weight(x, y);
      values[(y + radius) * side + x + radius] = value;
      sum += value;
      if (value > 1e-9) [rx, ry] = [Math.max(rx, Math.abs(x)), Math.max(ry, Math.abs(y))];
    }
  }
  const [width, height] = [2 * rx + 1, 2 * ry + 1];
  const data = new Float32Array(width * height);
  for (let y = -ry; y <= ry; y++) {
    for (let x = -rx; x <= rx; x++)
      data[(y + ry) * width + x + rx] = values[(y + radius) * side + x + radius]! / sum;
  }
  return { data, width, height };
}

/**
 * The path parameters t in [-half, half] at which t * direction is within half a pixel of `centre`.
 */
function inside(centre: number, direction: number, half: number): [number, number] {
  if (direction === 0) return centre === 0 ? [-half, half] : [0, 0];
  const [a, b] = [(centre - 0.5) / direction, (centre + 0.5) / direction];
  return [Math.max(-half, Math.min(a, b)), Math.min(half, Math.max(a, b))];
}

/** cos 90° is 6e-17 in floating point: an exact zero keeps axis-aligned kernels exact. */
function clean(component: number): number {
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

function requireRange(what: string, value: number, largest: number): void {
  if (!(typeof value === 'number' && value > 0 && value <= largest)) {
    throw new EpsError(
      'invalid-kernel',
      `${what} must be above 0 and at most ${largest} pixels, and is ${String(value)}.`,
    );
  }
}

function isSide(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}
