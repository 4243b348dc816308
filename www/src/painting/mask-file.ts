// Masks as PNG files: white where a pixel is missing, black elsewhere. Runs in the picture worker.

import { readPhoto } from 'eps-restore';
import type { Bits } from '../picture/mask-bits.js';
import type { Size } from '../vocabulary.js';

const MIDDLE = 127;

export function maskPicture(bits: Uint8Array, { width, height }: Size): ImageData {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const [black = 0, white = 0] = new Uint32Array(
    new Uint8Array([0, 0, 0, 255, 255, 255, 255, 255]).buffer,
  );
  for (let i = 0; i < pixels.length; i++) pixels[i] = bits[i] ? white : black;
  return image;
}

/** The bits of a picture, as the package reads masks: bright and opaque pixels are missing. */
export function maskBitsOf({ data }: ImageData): Bits {
  const bits = new Uint8Array(data.length / 4);
  for (let i = 0; i < bits.length; i++) {
    const at = 4 * i;
    const most = Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    bits[i] = most > MIDDLE && (data[at + 3] ?? 0) > MIDDLE ? 1 : 0;
  }
  return bits;
}

/** The size and the bits of a mask in a file. */
export async function readMask(file: Blob): Promise<Size & { readonly bits: Bits }> {
  const image = await readPhoto(file);
  return { width: image.width, height: image.height, bits: maskBitsOf(image) };
}
