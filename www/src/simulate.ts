// The damage the page can simulate on a clean picture: each is the very measurement the core
// inverts, y = A x + noise.

import { normal } from './random';
import { blank, reduce } from './pixels';

export interface Kernel {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

const NOISE_SEED = 7;

/** Adds Gaussian noise of `level` 8-bit levels to the colours. */
export function addNoise(image: ImageData, level: number): ImageData {
  const out = new ImageData(new Uint8ClampedArray(image.data), image.width, image.height);
  const draw = normal(NOISE_SEED);
  for (let i = 0; i < out.data.length; i++) {
    if (i % 4 !== 3) out.data[i] = image.data[i]! + level * draw();
  }
  return out;
}

export function shrink(image: ImageData, factor: number, level: number): ImageData {
  return addNoise(
    reduce(image, { width: image.width / factor, height: image.height / factor }),
    level,
  );
}

/** The mean of the three channels, in all three. */
export function grey(image: ImageData): ImageData {
  const out = blank(image.width, image.height);
  for (let i = 0; i < image.data.length; i += 4) {
    const value = (image.data[i]! + image.data[i + 1]! + image.data[i + 2]!) / 3;
    out.data.set([value, value, value, image.data[i + 3]!], i);
  }
  return out;
}

/**
 * Grey with noise of `level`: one draw for the three channels, since one number a pixel is
 * measured.
 */
export function fade(image: ImageData, level: number): ImageData {
  const out = grey(image);
  const draw = normal(NOISE_SEED);
  for (let i = 0; i < out.data.length; i += 4) {
    const value = out.data[i]! + level * draw();
    out.data.fill(value, i, i + 3);
  }
  return out;
}

interface Tap {
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/**
 * The kernel's non-zero taps; of an outer product, those of its two factors: two cheap passes in
 * place of one dear one.
 */
function passes({ data, width, height }: Kernel): Tap[][] {
  const cx = Math.floor(width / 2);
  const cy = Math.floor(height / 2);
  const rows = new Float64Array(height);
  const columns = new Float64Array(width);
  data.forEach((value, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    rows[y] = rows[y]! + value;
    columns[x] = columns[x]! + value;
  });
  const total = rows.reduce((sum, value) => sum + value, 0);
  const separable = data.every(
    (value, i) =>
      Math.abs(value * total - rows[Math.floor(i / width)]! * columns[i % width]!) < 1e-6,
  );
  if (separable) {
    return [
      [...columns].map((weight, x) => ({ dx: x - cx, dy: 0, weight: weight / total })),
      [...rows].map((weight, y) => ({ dx: 0, dy: y - cy, weight })),
    ];
  }
  return [
    [...data]
      .map((weight, i) => ({ dx: (i % width) - cx, dy: Math.floor(i / width) - cy, weight }))
      .filter(({ weight }) => weight !== 0),
  ];
}

/** Circular convolution, the kernel's centre pixel being its origin; then noise. */
export function blur(image: ImageData, kernel: Kernel, level: number): ImageData {
  const { width, height } = image;
  let from = Float32Array.from(image.data);
  for (const taps of passes(kernel)) {
    const to = new Float32Array(from.length);
    for (const { dx, dy, weight } of taps) {
      for (let y = 0; y < height; y++) {
        const source = 4 * width * ((((y - dy) % height) + height) % height);
        for (let x = 0; x < width; x++) {
          const s = source + 4 * ((((x - dx) % width) + width) % width);
          const t = 4 * (y * width + x);
          to[t] = to[t]! + weight * from[s]!;
          to[t + 1] = to[t + 1]! + weight * from[s + 1]!;
          to[t + 2] = to[t + 2]! + weight * from[s + 2]!;
        }
      }
    }
    from = to;
  }
  const out = blank(width, height);
  const draw = normal(NOISE_SEED);
  for (let i = 0; i < out.data.length; i++)
    out.data[i] = i % 4 === 3 ? image.data[i]! : from[i]! + level * draw();
  return out;
}
