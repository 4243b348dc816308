// Damages a clean picture: what the page does when the visitor asks to see a task at work.

import { crop } from '../picture/pixels.js';
import { coreFactor, type Point, type Size, type TaskId } from '../vocabulary.js';
import { blurKernel } from '../state/package-task.js';
import { addedNoise, type Settings } from '../state/settings.js';
import { scratch } from './scratches.js';
import { addNoise, blur, fade, shrink } from './simulate.js';

/** A damaged picture, and what it was made from. */
export interface Damaged {
  /** The picture that the core restores. */
  readonly input: ImageData;
  /** The clean picture. */
  readonly truth: ImageData;
  /** The mask of simulated scratches: one byte a pixel. */
  readonly scratches?: Uint8Array<ArrayBuffer>;
}

/**
 * @param pixels the clean picture, already reduced.
 * @param work the size to crop it to.
 * @param centre of scratches, in units of the picture's sides.
 */
export function damage(
  pixels: ImageData,
  work: Size,
  task: TaskId,
  settings: Settings,
  centre: Point,
): Damaged {
  const noise = addedNoise(settings, task);
  const truth = crop(pixels, work);
  switch (task) {
    case 'fill': {
      const { image, mask } = scratch(truth, centre);
      return { input: image, truth, scratches: mask };
    }
    case 'enlarge':
      return { input: shrink(truth, coreFactor(settings.factor), noise), truth };
    case 'unblur':
      return { input: blur(truth, blurKernel(settings), noise), truth };
    case 'denoise':
      return { input: addNoise(truth, noise), truth };
    case 'colourise':
      return { input: fade(truth, noise), truth };
  }
}
