// Colours that the visitor paints on a grey photo: a mask of many values.

import type { Size } from '../vocabulary.js';
import { resizeMask } from './mask-bits.js';
import { Mask } from './mask.js';

/** A mask is of bytes. */
const MOST_COLOURS = 255;
/** The colour of the first stroke, as colour wells write it. */
const FIRST = '#c8804e';

export class Hints extends Mask {
  private readonly palette: number[];

  /** @param palette RGBA as canvases hold it, of each number from 1 on. */
  constructor(size: Size, bits?: Uint8Array<ArrayBuffer>, palette = [colourOf(FIRST)]) {
    super(size, bits, palette);
    this.palette = palette;
    this.ink = palette.length;
  }

  /** The colour of the next stroke, as colour wells write it. */
  get colour(): string {
    const [red = 0, green = 0, blue = 0] = bytesOf(this.palette[this.ink - 1] ?? 0);
    return `#${[red, green, blue].map((level) => level.toString(16).padStart(2, '0')).join('')}`;
  }

  /** Once there is no number left, the nearest colour stands for a new one. */
  set colour(text: string) {
    const colour = colourOf(text);
    const isNew = !this.palette.includes(colour);
    if (isNew && this.palette.length < MOST_COLOURS) this.palette.push(colour);
    const distances = this.palette.map((other) => distance(other, colour));
    this.ink = distances.indexOf(Math.min(...distances)) + 1;
  }
}

/** The same for a photo that the page has reduced to damage it. */
export function fittedTo(hints: Hints, size: Size): Mask {
  if (hints.width === size.width && hints.height === size.height) return hints;
  return new Mask(size, resizeMask(hints.bits, hints, size, hints.values), hints.colours);
}

/** As canvases hold it. */
function colourOf(text: string): number {
  const level = (at: number): number => parseInt(text.slice(at, at + 2), 16);
  const bytes = new Uint8Array([level(1), level(3), level(5), 255]);
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}

const bytesOf = (colour: number): Uint8Array => new Uint8Array(new Uint32Array([colour]).buffer);

function distance(a: number, b: number): number {
  const others = bytesOf(b);
  return bytesOf(a).reduce((sum, level, i) => sum + (level - (others[i] ?? 0)) ** 2, 0);
}
