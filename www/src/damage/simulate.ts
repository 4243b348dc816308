// The damage that the page can simulate on a clean picture. Each is the measurement that the core
// inverts: y = A x + noise. Noise levels are standard deviations in 8-bit levels.

import type { Kernel } from 'eps-restore';
import { reduce } from '../picture/pixels.js';
import { normal } from './random.js';

const NOISE_SEED = 7;

/** Adds Gaussian noise to the colours. */
export function addNoise(image: ImageData, level: number): ImageData {
  const draw = normal(NOISE_SEED);
  const noisy = image.data.map((value, i) => (i % 4 === 3 ? value : value + level * draw()));
  return new ImageData(noisy, image.width, image.height);
}

/** Reduces the picture by a factor that divides its sides; then adds noise. */
export function shrink(image: ImageData, factor: number, level: number): ImageData {
  const size = { width: image.width / factor, height: image.height / factor };
  return addNoise(reduce(image, size), level);
}

/**
 * The mean of the three colours, in all three, with noise: one draw a pixel, because one number a
 * pixel is measured.
 */
export function fade({ data, width, height }: ImageData, level: number): ImageData {
  const draw = normal(NOISE_SEED);
  const output = new ImageData(width, height);
  for (let i = 0; i < data.length; i += 4) {
    const mean = ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
    // The noise is added to the grey photo as it is stored: as a whole number.
    output.data.fill(Math.round(mean) + level * draw(), i, i + 3);
    output.data[i + 3] = data[i + 3] ?? 0;
  }
  return output;
}

/** Circular convolution with the kernel's centre pixel as its origin; then noise. */
export function blur(image: ImageData, kernel: Kernel, level: number): ImageData {
  const { width, height } = image;
  let values = Float32Array.from(image.data);
  for (const taps of passes(kernel)) values = convolve(values, image, taps);
  const output = new ImageData(width, height);
  const draw = normal(NOISE_SEED);
  values.forEach((value, i) => {
    output.data[i] = i % 4 === 3 ? (image.data[i] ?? 0) : value + level * draw();
  });
  return output;
}

interface Tap {
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/**
 * The kernel's taps that are not zero. A separable kernel takes two passes: far fewer taps than its
 * outer product.
 */
function passes({ data, width, height }: Kernel): Tap[][] {
  const centreX = Math.floor(width / 2);
  const centreY = Math.floor(height / 2);
  const rowSums = new Float64Array(height);
  const columnSums = new Float64Array(width);
  data.forEach((value, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    rowSums[y] = (rowSums[y] ?? 0) + value;
    columnSums[x] = (columnSums[x] ?? 0) + value;
  });
  const total = rowSums.reduce((sum, value) => sum + value, 0);
  const isSeparable = data.every((value, i) => {
    const product = (rowSums[Math.floor(i / width)] ?? 0) * (columnSums[i % width] ?? 0);
    return Math.abs(value * total - product) < 1e-6;
  });
  if (isSeparable) {
    return [
      Array.from(columnSums, (sum, x) => ({ dx: x - centreX, dy: 0, weight: sum / total })),
      Array.from(rowSums, (weight, y) => ({ dx: 0, dy: y - centreY, weight })),
    ];
  }
  const taps = Array.from(data, (weight, i) => ({
    dx: (i % width) - centreX,
    dy: Math.floor(i / width) - centreY,
    weight,
  }));
  return [taps.filter(({ weight }) => weight !== 0)];
}

/** Adds up shifted copies. Each row is two runs of numbers: the wrapped part and the rest. */
function convolve(
  values: Float32Array,
  { width, height }: ImageData,
  taps: readonly Tap[],
): Float32Array<ArrayBuffer> {
  const output = new Float32Array(values.length);
  const length = 4 * width;
  for (const { dx, dy, weight } of taps) {
    const split = 4 * wrap(dx, width);
    for (let y = 0; y < height; y++) {
      const source = length * wrap(y - dy, height);
      const target = length * y;
      const add = (from: number, to: number, shift: number): void => {
        for (let i = from; i < to; i++)
          output[target + i] =
            (output[target + i] ?? 0) + weight * (values[source + i + shift] ?? 0);
      };
      add(0, split, length - split);
      add(split, length, -split);
    }
  }
  return output;
}

const wrap = (index: number, length: number): number => ((index % length) + length) % length;
