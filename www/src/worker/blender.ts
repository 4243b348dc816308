// Blends two pictures that stay in the picture worker: a slider asks for many blends of the same
// two, and large ones take long to copy.

import { blend, grey } from '../results/blend.js';
import { resize } from './resize.js';

let first: ImageData | undefined;
let second: ImageData | undefined;

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

interface Blended {
  readonly image: ImageData;
  /** The same as canvases show it. */
  readonly bitmap: ImageBitmap;
}

export async function blendHeld(amount: number): Promise<Blended> {
  if (!first || !second) throw new Error('There is nothing to blend.');
  const image = blend(first, second, amount);
  return { image, bitmap: await createImageBitmap(image) };
}
