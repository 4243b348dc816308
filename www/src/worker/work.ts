// What the picture worker does.

import { toBlob } from 'eps-restore';
import type { drawMap } from '../results/disagreement.js';
import { editMask } from '../painting/edits.js';
import { maskPicture, readMask } from '../painting/mask-file.js';
import type { Size } from '../vocabulary.js';
import { resizeMask } from '../picture/mask-bits.js';
import { inSpaceOf, reduce } from '../picture/pixels.js';
import type { damage, Damaged } from '../damage/damage.js';
import { isMonochrome } from '../improve/tint.js';
import { blendHeld, holdFirst, holdRim, holdSecond } from './blender.js';
import { decodeFile } from './decode.js';
import { resize } from './resize.js';

/** How a picture is to be damaged. */
type Wishes = Parameters<typeof damage> extends [unknown, ...infer Rest] ? Rest : never;

export const WORK = {
  /** Reads a photo from a file. */
  decode: decodeFile,
  /** Reduces a picture. */
  reduce,
  /** Scales a picture, by the browser's best scaling. */
  resize,
  /** A mask of another size. */
  resizeMask,
  /** What an edit of the whole mask changes. */
  editMask,
  /** A mask in a file. */
  readMask,
  /** A mask as a PNG. */
  writeMask: (bits: Uint8Array, size: Size) => toBlob(maskPicture(bits, size), 'image/png'),
  /** Damages a picture as the visitor asks. */
  damage: async (photo: ImageData, ...wishes: Wishes): Promise<Damaged> => {
    const { damage } = await import(/* webpackChunkName: "damage" */ '../damage/damage.js');
    const damaged = damage(photo, ...wishes);
    return { ...damaged, input: inSpaceOf(photo, damaged.input) };
  },
  /** A picture as canvases show it. */
  bitmap: (image: ImageData) => createImageBitmap(image),
  /** Whether a picture has no colours of its own. */
  isMonochrome,
  /** Writes a picture as a file. */
  encode: toBlob,
  /** Take two pictures, and blend them. */
  holdFirst,
  holdSecond,
  holdRim,
  blendHeld,
  /** Draws how far the result may be off. */
  map: async (...levels: Parameters<typeof drawMap>) => {
    const map = await import(/* webpackChunkName: "map-worker" */ '../results/disagreement.js');
    return map.drawMap(...levels);
  },
};

export type Work = typeof WORK;
