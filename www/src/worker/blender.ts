// Blends two pictures that stay in the picture worker: a slider asks for many blends of the same
// two, and large ones take long to copy.

import type { MaskBytes } from 'eps-restore';
import { depthIn } from '../painting/depth.js';
import { blend, grey, soften } from '../results/blend.js';
import { resize } from './resize.js';

let first: ImageData | undefined;
let second: ImageData | undefined;
let photo: ImageData | undefined;
let depth: Float32Array | undefined;

/** Takes the picture at 1. */
export function holdSecond(image: ImageData): void {
  second = image;
}

/** Takes the picture at 0, and gives it the size of the other. */
export async function holdFirst(image: ImageData, isGrey: boolean): Promise<void> {
  if (!second) throw new Error('The second picture comes first.');
  const { width, height } = second;
  first = await resize(isGrey ? grey(image) : image, { width, height });
}

/** Takes the photo that shows through at the rim of a mask. */
export function holdRim(image: ImageData, mask: MaskBytes, widest: number): void {
  photo = image;
  depth = depthIn(mask.data, mask, widest + 1);
}

interface Blended {
  readonly image: ImageData;
  /** The same as canvases show it. */
  readonly bitmap: ImageBitmap;
}

/** @param rim in pixels; 0 for none. */
export async function blendHeld(amount: number, rim: number): Promise<Blended> {
  if (!first || !second) throw new Error('There is nothing to blend.');
  const image = blend(first, second, amount);
  if (rim > 0 && photo && depth) soften(image, photo, depth, rim);
  return { image, bitmap: await createImageBitmap(image) };
}
