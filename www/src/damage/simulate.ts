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

/** The mean of the three colours, in all three. */
export function grey(image: ImageData): ImageData {
  return mapGrey(image, (value) => value);
}

/** Grey with noise: one draw a pixel, because one number a pixel is measured. */
export function fade(image: ImageData, level: number): ImageData {
  const draw = normal(NOISE_SEED);
  // The noise is added to the grey photo as it is stored: as a whole number.
  return mapGrey(grey(image), (value) => value + level * draw());
}

function mapGrey({ data, width, height }: ImageData, change: (value: number) => number): ImageData {
  const output = new ImageData(width, height);
  for (let i = 0; i < data.length; i += 4) {
    const mean = ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
    output.data.fill(change(mean), i, i + 3);
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

function convolve(
  values: Float32Array,
  { width, height }: ImageData,
  taps: readonly Tap[],
): Float32Array<ArrayBuffer> {
  const output = new Float32Array(values.length);
  for (const { dx, dy, weight } of taps) {
    for (let y = 0; y < height; y++) {
      const row = 4 * width * wrap(y - dy, height);
      for (let x = 0; x < width; x++) {
        const source = row + 4 * wrap(x - dx, width);
        const target = 4 * (y * width + x);
        for (let c = 0; c < 3; c++)
          output[target + c] = (output[target + c] ?? 0) + weight * (values[source + c] ?? 0);
      }
    }
  }
  return output;
}

const wrap = (index: number, length: number): number => ((index % length) + length) % length;
