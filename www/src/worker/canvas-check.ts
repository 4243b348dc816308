// What this browser's canvases can do. One that is too large draws nothing, without a word; and
// browsers that guard against fingerprinting change the pixels that a page reads.

import type { Size } from '../vocabulary.js';

/** Every browser holds this many pixels. */
const SAFE_AREA = 16e6;
const SAFE_SIDE = 4096;
/** Of the flat test picture. */
const TEST_SIDE = 64;
const TEST_COLOUR = [120, 87, 43, 255] as const;

/** Whether this browser has canvases of this size. Too large a canvas stays blank. */
export function canvasHolds({ width, height }: Size): boolean {
  if (width * height <= SAFE_AREA && Math.max(width, height) <= SAFE_SIDE) return true;
  try {
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      willReadFrequently: true,
    });
    context?.fillRect(width - 1, height - 1, 1, 1);
    return context?.getImageData(width - 1, height - 1, 1, 1).data[3] === 255;
  } catch {
    return false; // too large to read
  }
}

let truth: boolean | undefined;

/** Whether a flat picture is read as it was drawn. */
export function canvasTellsTheTruth(): boolean {
  truth ??= isFlatPictureTrue();
  return truth;
}

function isFlatPictureTrue(): boolean {
  const context = new OffscreenCanvas(TEST_SIDE, TEST_SIDE).getContext('2d', {
    willReadFrequently: true,
  });
  if (!context) return true;
  context.fillStyle = `rgb(${TEST_COLOUR.slice(0, 3).join(' ')})`;
  context.fillRect(0, 0, TEST_SIDE, TEST_SIDE);
  const { data } = context.getImageData(0, 0, TEST_SIDE, TEST_SIDE);
  return data.every((value, i) => value === TEST_COLOUR[i % 4]);
}
