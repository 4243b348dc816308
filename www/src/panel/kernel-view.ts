// The drawing of the blur kernel: more weight is brighter, and the origin is in the centre.

import type { Kernel } from 'eps-restore';

/** The least side of the drawing, in taps: a small kernel looks small. */
const MIN_SIDE = 17;

export function drawKernel(canvas: HTMLCanvasElement, kernel: Kernel): void {
  const { width, height } = kernel;
  const side = Math.max(MIN_SIDE, width | 1, height | 1);
  const image = new ImageData(side, side);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  const largest = kernel.data.reduce((most, value) => Math.max(most, value), 0) || 1;
  const left = Math.floor(side / 2) - Math.floor(width / 2);
  const top = Math.floor(side / 2) - Math.floor(height / 2);
  kernel.data.forEach((value, i) => {
    const x = left + (i % width);
    const y = top + Math.floor(i / width);
    const pixel = 4 * (y * side + x);
    // The square root makes thin tails visible.
    image.data.fill(255 * Math.sqrt(Math.max(0, value) / largest), pixel, pixel + 3);
  });
  canvas.width = side;
  canvas.height = side;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
