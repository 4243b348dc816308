// The drawing of the blur kernel: brighter is more weight, the centre of the picture its origin.

import { byId, canvas } from './dom';
import type { Kernel } from './simulate';

/** The side of the drawing in taps, at least: small kernels look small. */
const LEAST_SIDE = 17;

export function drawKernel(kernel: Kernel, words: string): void {
  const target = canvas('kernel');
  const side = Math.max(LEAST_SIDE, kernel.width | 1, kernel.height | 1);
  const image = new ImageData(side, side);
  const largest = kernel.data.reduce((most, value) => Math.max(most, value), 0) || 1;
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  const left = Math.floor(side / 2) - Math.floor(kernel.width / 2);
  const top = Math.floor(side / 2) - Math.floor(kernel.height / 2);
  kernel.data.forEach((value, i) => {
    const x = left + (i % kernel.width);
    const y = top + Math.floor(i / kernel.width);
    // the square root makes thin tails visible
    const light = 255 * Math.sqrt(Math.max(0, value) / largest);
    image.data.fill(light, 4 * (y * side + x), 4 * (y * side + x) + 3);
  });
  target.width = side;
  target.height = side;
  target.getContext('2d')?.putImageData(image, 0, 0);
  target.setAttribute(
    'aria-label',
    `Drawing of the blur kernel: ${words}, ${kernel.width} × ${kernel.height} taps`,
  );
  byId('kernel-text').textContent = `${kernel.width} × ${kernel.height}`;
}
