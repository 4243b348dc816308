// Pixels: resized, compared. Values are averaged as stored, under sRGB's curve, as the network's
// operators do. Pictures that are made of another one are in its colour space.

import type { Box, Size } from '../vocabulary.js';

/** Older browsers know only sRGB, and do not say so. */
export const spaceOf = ({ colorSpace = 'srgb' }: Partial<ImageData>): PredefinedColorSpace =>
  colorSpace;

/** A transparent picture in the colour space of another. */
export const blank = ({ colorSpace }: ImageData, { width, height }: Size): ImageData =>
  new ImageData(width, height, { colorSpace });

/** The numbers of a picture, in the colour space of another. */
export const inSpaceOf = (
  { colorSpace }: ImageData,
  { data, width, height }: ImageData,
): ImageData => new ImageData(data, width, height, { colorSpace });

/** The largest size of the same shape with no side above `limit`. Never enlarges. */
export function fitWithin({ width, height }: Size, limit: number): Size {
  const scale = Math.min(1, limit / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** The largest size of the same shape with no more pixels than `area`. Never enlarges. */
export function fitArea({ width, height }: Size, area: number): Size {
  const scale = Math.min(1, Math.sqrt(area / (width * height)));
  return {
    width: Math.max(1, Math.floor(width * scale)),
    height: Math.max(1, Math.floor(height * scale)),
  };
}

/** The input pixels that an output pixel covers along one axis. The weights sum to 1. */
interface Coverage {
  readonly start: number;
  readonly weights: Float64Array;
}

function coverage(inputLength: number, outputLength: number): Coverage[] {
  const step = inputLength / outputLength;
  return Array.from({ length: outputLength }, (_, i) => {
    const from = i * step;
    const to = Math.min(inputLength, from + step);
    const start = Math.floor(from);
    const end = Math.min(inputLength, Math.ceil(to - 1e-9));
    const weights = new Float64Array(Math.max(1, end - start));
    for (let k = 0; k < weights.length; k++)
      weights[k] = (Math.min(to, start + k + 1) - Math.max(from, start + k)) / step;
    return { start, weights };
  });
}

/**
 * Reduces by area: an output pixel is the mean of the pixels that it covers. Their colours count in
 * proportion to their alpha.
 */
export function reduce(image: ImageData, { width, height }: Size): ImageData {
  if (width === image.width && height === image.height) return image;
  const columns = coverage(image.width, width);
  const output = blank(image, { width, height });
  coverage(image.height, height).forEach((rows, y) => {
    const line = averageRows(image, rows);
    columns.forEach((covered, x) => {
      averageColumns(line, covered, output.data, 4 * (y * width + x));
    });
  });
  return output;
}

/** The weighted mean of some rows, with colours multiplied by alpha. */
function averageRows({ data, width }: ImageData, { start, weights }: Coverage): Float64Array {
  const line = new Float64Array(4 * width);
  weights.forEach((weight, k) => {
    const row = 4 * width * (start + k);
    for (let i = 0; i < line.length; i += 4) {
      const alpha = weight * (data[row + i + 3] ?? 0);
      for (let j = i; j < i + 3; j++) line[j] = (line[j] ?? 0) + alpha * (data[row + j] ?? 0);
      line[i + 3] = (line[i + 3] ?? 0) + alpha;
    }
  });
  return line;
}

/** Writes the weighted mean of some columns of such a line as an RGBA pixel. */
function averageColumns(
  line: Float64Array,
  { start, weights }: Coverage,
  output: Uint8ClampedArray,
  at: number,
): void {
  let red = 0;
  let green = 0;
  let blue = 0;
  let alpha = 0;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] ?? 0;
    const i = 4 * (start + k);
    red += weight * (line[i] ?? 0);
    green += weight * (line[i + 1] ?? 0);
    blue += weight * (line[i + 2] ?? 0);
    alpha += weight * (line[i + 3] ?? 0);
  }
  if (alpha <= 0) return;
  output[at] = red / alpha;
  output[at + 1] = green / alpha;
  output[at + 2] = blue / alpha;
  output[at + 3] = alpha;
}

/** A part of an image. */
export function cut(image: ImageData, { x, y, width, height }: Box): ImageData {
  const output = blank(image, { width, height });
  for (let row = 0; row < height; row++) {
    const start = 4 * ((y + row) * image.width + x);
    output.data.set(image.data.subarray(start, start + 4 * width), 4 * row * width);
  }
  return output;
}

/** The top left part of an image. */
export function crop(image: ImageData, { width, height }: Size): ImageData {
  const isWhole = width === image.width && height === image.height;
  return isWhole ? image : cut(image, { x: 0, y: 0, width, height });
}

/** Peak signal-to-noise ratio in dB over the colour channels, of all pixels or those in `mask`. */
export function psnr(truth: ImageData, image: ImageData, mask?: Uint8Array): number {
  let sum = 0;
  let count = 0;
  const add = (pixel: number): void => {
    for (let i = 4 * pixel; i < 4 * pixel + 3; i++)
      sum += ((truth.data[i] ?? 0) - (image.data[i] ?? 0)) ** 2;
    count += 3;
  };
  if (mask) for (let at = mask.indexOf(1); at >= 0; at = mask.indexOf(1, at + 1)) add(at);
  else for (let at = 0; at < truth.width * truth.height; at++) add(at);
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * count) / sum);
}

/** The largest square in the middle of a picture. */
export function middleSquare({ width, height }: Size): Box {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
}

/** Samples along one side of a pixel of a thumbnail. */
const SAMPLES = 4;

/** A square thumbnail of a square part of an image. It reads only as much as it shows. */
export function thumbnail(image: ImageData, { x, y, width }: Box, side: number): ImageData {
  const fine = blank(image, { width: SAMPLES * side, height: SAMPLES * side });
  const from = new Uint32Array(image.data.buffer, image.data.byteOffset);
  const to = new Uint32Array(fine.data.buffer);
  const step = width / fine.width;
  for (let row = 0; row < fine.height; row++) {
    const start = Math.floor(y + (row + 0.5) * step) * image.width;
    for (let column = 0; column < fine.width; column++)
      to[row * fine.width + column] = from[start + Math.floor(x + (column + 0.5) * step)] ?? 0;
  }
  return reduce(fine, { width: side, height: side });
}
