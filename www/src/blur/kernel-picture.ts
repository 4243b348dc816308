// A picture of a blur kernel, as papers and other programs publish them: brighter where more of the
// light of a point falls.

import type { Kernel } from 'eps-restore';
import type { Size } from '../vocabulary.js';

/**
 * The package's own largest motion and disk. The package would take more, up to the size of the
 * photo, but to blur a photo by more for a trial would hold the picture worker up for minutes.
 */
export const MOST_SIDE = 101;

/**
 * Darker pixels, in parts of the brightest one, are no part of the kernel. They are what rounding
 * and JPEG leave around it. Each is small, but there are many: together they would be a haze.
 */
const LEAST_SHARE = 0.02;

/** A kernel, or why the picture is none. */
export type KernelPicture = Kernel | 'black' | { readonly tooLarge: Size };

type Pixels = Pick<ImageData, 'data' | 'width' | 'height'>;

/**
 * The pixel in the middle of the picture is the origin of the kernel, as in the package's kernels:
 * row `floor(height / 2)`, column `floor(width / 2)`. So what is restored lies where whoever made
 * the picture meant it to lie. The dark border is left out by as much on opposite sides: the sides
 * become odd, and the origin stays in the middle.
 */
export function kernelOf(picture: Pixels): KernelPicture {
  const { width, height } = picture;
  const [centreX, centreY] = [Math.floor(width / 2), Math.floor(height / 2)];
  let most = 0;
  for (let i = 0; i < width * height; i++) most = Math.max(most, brightness(picture, i));
  if (most === 0) return 'black';
  const least = LEAST_SHARE * most;
  let [reachX, reachY] = [0, 0];
  for (let i = 0; i < width * height; i++) {
    if (brightness(picture, i) < least) continue;
    reachX = Math.max(reachX, Math.abs((i % width) - centreX));
    reachY = Math.max(reachY, Math.abs(Math.floor(i / width) - centreY));
  }
  const size = { width: 2 * reachX + 1, height: 2 * reachY + 1 };
  if (Math.max(size.width, size.height) > MOST_SIDE) return { tooLarge: size };
  const weights = Float64Array.from({ length: size.width * size.height }, (_, i) => {
    const x = centreX - reachX + (i % size.width);
    const y = centreY - reachY + Math.floor(i / size.width);
    const isInside = x >= 0 && x < width && y >= 0 && y < height;
    const value = isInside ? brightness(picture, y * width + x) : 0;
    return value < least ? 0 : value;
  });
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return { ...size, data: Float32Array.from(weights, (weight) => weight / sum) };
}

/** The mean of the colours, in proportion to their alpha. */
function brightness({ data }: Pixels, pixel: number): number {
  const at = 4 * pixel;
  const sum = (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  return sum * (data[at + 3] ?? 0);
}
