// From the photo to the core's input: the photo itself, or a damaged copy if the visitor asks for a
// simulation.

import { scratch } from '../damage/scratches.js';
import { addNoise, blur, fade, grey, shrink } from '../damage/simulate.js';
import type { Photo } from '../picture/photo.js';
import { crop, fitWithin, reduce, repeat } from '../picture/pixels.js';
import type { TaskId } from '../vocabulary.js';
import { blurKernel } from './package-task.js';
import { planSizes, SIMULATION_SIDE } from './plan.js';
import type { Settings } from './settings.js';

export interface Prepared {
  /** The picture that the core restores. */
  readonly input: ImageData;
  /** The same picture at the output's size, for comparison. */
  readonly before: ImageData;
  /** The clean picture, if the damage is simulated. */
  readonly truth?: ImageData;
  /** The mask of simulated scratches: one byte a pixel. */
  readonly scratches?: Uint8Array;
}

export function prepare(
  photo: Photo,
  task: TaskId,
  settings: Settings,
  simulate: boolean,
): Prepared {
  if (task === 'fill') return prepareFill(photo, simulate);
  return simulate
    ? prepareDamaged(photo.pixels, task, settings)
    : prepareGiven(photo.pixels, task, settings);
}

/** Fill's input depends on no settings. */
export function prepareFill({ pixels, scratchCentre }: Photo, simulate: boolean): Prepared {
  if (!simulate) return { input: pixels, before: pixels };
  const { image, mask } = scratch(pixels, scratchCentre ?? { x: 0.5, y: 0.5 });
  return { input: image, before: image, truth: pixels, scratches: mask };
}

type OtherTask = Exclude<TaskId, 'fill'>;

function prepareGiven(pixels: ImageData, task: OtherTask, { factor }: Settings): Prepared {
  switch (task) {
    case 'enlarge':
      return { input: pixels, before: repeat(pixels, factor) };
    case 'colourise':
      return { input: pixels, before: grey(pixels) };
    default:
      return { input: pixels, before: pixels };
  }
}

function prepareDamaged(pixels: ImageData, task: OtherTask, settings: Settings): Prepared {
  const { work } = planSizes(pixels, task, settings, true);
  const { noise, factor } = settings;
  if (task === 'enlarge') {
    const truth = crop(reduce(pixels, fitWithin(pixels, SIMULATION_SIDE)), work);
    const input = shrink(truth, factor, noise.enlarge);
    return { input, before: repeat(input, factor), truth };
  }
  const truth = reduce(pixels, work);
  const damage = {
    unblur: () => blur(truth, blurKernel(settings), noise.unblur),
    denoise: () => addNoise(truth, settings.noiseLevel),
    colourise: () => fade(truth, noise.colourise),
  };
  const input = damage[task]();
  return { input, before: input, truth };
}
