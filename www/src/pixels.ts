// Pixels: between canvases and ImageData, and to other sizes. Values are averaged as stored (sRGB),
// as the network's own operators do.

import type { Size } from './text';

export function blank(width: number, height: number): ImageData {
  return new ImageData(width, height);
}

export function context(canvas: HTMLCanvasElement | OffscreenCanvas): CanvasRenderingContext2D {
  const found = canvas.getContext('2d', { willReadFrequently: true });
  if (!found)
    throw new Error('The browser gave no 2D canvas: too many or too large ones may be open.');
  return found as CanvasRenderingContext2D;
}

/** Shows `image` on `canvas` at the image's own size. */
export function show(canvas: HTMLCanvasElement, image: ImageData): void {
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  const target = canvas.getContext('2d');
  target?.putImageData(image, 0, 0);
}

/** The largest size of the same shape with no side above `limit`; never larger than it was. */
export function fitWithin({ width, height }: Size, limit: number): Size {
  const scale = Math.min(1, limit / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * For each output pixel of one axis: the input pixels it covers, with the covered lengths as
 * weights that sum to 1.
 */
function coverage(from: number, to: number): { start: number; weights: Float64Array }[] {
  const step = from / to;
  return Array.from({ length: to }, (_, i) => {
    const a = i * step;
    const b = Math.min(from, a + step);
    const start = Math.floor(a);
    const end = Math.min(from, Math.ceil(b - 1e-9));
    const weights = new Float64Array(Math.max(1, end - start));
    for (let k = 0; k < weights.length; k++)
      weights[k] = (Math.min(b, start + k + 1) - Math.max(a, start + k)) / step;
    return { start, weights };
  });
}

/**
 * Reduces by area: every output pixel is the mean of what it covers, transparent parts not counted
 * in its colour.
 */
export function reduce(image: ImageData, { width, height }: Size): ImageData {
  if (width === image.width && height === image.height) return image;
  const columns = coverage(image.width, width);
  const rows = coverage(image.height, height);
  const out = blank(width, height);
  const line = new Float64Array(4 * image.width);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    const { start, weights } = rows[y]!;
    for (let k = 0; k < weights.length; k++) {
      const row = 4 * image.width * (start + k);
      for (let x = 0; x < 4 * image.width; x += 4) {
        const alpha = weights[k]! * image.data[row + x + 3]!;
        for (let c = 0; c < 3; c++) line[x + c] = line[x + c]! + alpha * image.data[row + x + c]!;
        line[x + 3] = line[x + 3]! + alpha;
      }
    }
    for (let x = 0; x < width; x++) {
      const column = columns[x]!;
      const sum = [0, 0, 0, 0];
      for (let k = 0; k < column.weights.length; k++) {
        for (let c = 0; c < 4; c++)
          sum[c] = sum[c]! + column.weights[k]! * line[4 * (column.start + k) + c]!;
      }
      const alpha = sum[3]!;
      for (let c = 0; c < 3; c++)
        out.data[4 * (y * width + x) + c] = alpha > 0 ? sum[c]! / alpha : 0;
      out.data[4 * (y * width + x) + 3] = alpha;
    }
  }
  return out;
}

/** Repeats every pixel `factor` times in both directions. */
export function repeat(image: ImageData, factor: number): ImageData {
  const out = blank(image.width * factor, image.height * factor);
  const from = new Uint32Array(
    image.data.buffer,
    image.data.byteOffset,
    image.width * image.height,
  );
  const to = new Uint32Array(out.data.buffer);
  for (let y = 0; y < out.height; y++) {
    const row = Math.floor(y / factor) * image.width;
    for (let x = 0; x < out.width; x++) to[y * out.width + x] = from[row + Math.floor(x / factor)]!;
  }
  return out;
}

export function crop(image: ImageData, { width, height }: Size): ImageData {
  if (width === image.width && height === image.height) return image;
  const out = blank(width, height);
  for (let y = 0; y < height; y++) {
    out.data.set(
      image.data.subarray(4 * y * image.width, 4 * (y * image.width + width)),
      4 * y * width,
    );
  }
  return out;
}

/** Peak signal-to-noise ratio in dB over the colour channels, of the pixels in `where` if given. */
export function psnr(truth: ImageData, image: ImageData, where?: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < truth.width * truth.height; i++) {
    if (where && !where[i]) continue;
    for (let c = 0; c < 3; c++) sum += (truth.data[4 * i + c]! - image.data[4 * i + c]!) ** 2;
    count += 3;
  }
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * count) / sum);
}
