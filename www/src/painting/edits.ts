// Edits of the whole mask, in the picture worker: what each changes, so that it can be undone.

import { changedBoxes, readBox, type Bits, type Patch } from '../picture/mask-bits.js';
import type { Point, Size } from '../vocabulary.js';
import { floodRegion } from './flood.js';
import { grown } from './grow.js';
import { inverted } from './invert.js';

export type MaskEdit =
  | { readonly kind: 'invert' }
  /** By pixels; below 0 it shrinks. */
  | { readonly kind: 'grow'; readonly pixels: number }
  | { readonly kind: 'add'; readonly bits: Uint8Array }
  | { readonly kind: 'replace'; readonly bits: Uint8Array }
  | {
      readonly kind: 'flood';
      readonly image: ImageData;
      readonly at: Point;
      readonly tolerance: number;
      readonly value: number;
    };

export function editMask(bits: Uint8Array, size: Size, edit: MaskEdit): Patch[] {
  const after = edited(bits, size, edit);
  return changedBoxes(bits, after, size.width, { x: 0, y: 0, ...size }).map((box) => ({
    box,
    before: readBox(bits, size.width, box),
    after: readBox(after, size.width, box),
  }));
}

function edited(bits: Uint8Array, size: Size, edit: MaskEdit): Uint8Array {
  switch (edit.kind) {
    case 'invert':
      return inverted(bits);
    case 'grow':
      return grown(bits, size, edit.pixels);
    case 'add':
      return withRegion(bits, edit.bits, 1);
    case 'replace':
      return edit.bits;
    case 'flood':
      return withRegion(bits, floodRegion(edit.image, edit.at, edit.tolerance), edit.value);
  }
}

function withRegion(bits: Uint8Array, region: Uint8Array, value: number): Bits {
  const output = bits.slice();
  for (let at = region.indexOf(1); at >= 0; at = region.indexOf(1, at + 1)) output[at] = value;
  return output;
}
