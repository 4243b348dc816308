// From the photo to what the core is given: the photo itself, or damaged first where the visitor
// asks for a simulation.

import { blurKernel } from './tasks';
import { crop, fitWithin, reduce, repeat } from './pixels';
import { SIMULATED, sizes } from './plan';
import { scratch } from './scratches';
import { addNoise, blur, fade, grey, shrink } from './simulate';
import type { Photo, Settings, TaskId } from './state';

export interface Prepared {
  /** What the core restores. */
  readonly input: ImageData;
  /** The same at the output's size, to compare with. */
  readonly before: ImageData;
  /** The clean picture, known where the damage is simulated. */
  readonly truth?: ImageData;
  /** The mask that covers simulated scratches. */
  readonly mask?: Uint8Array;
}

export function prepare(
  photo: Photo,
  task: TaskId,
  settings: Settings,
  simulate: boolean,
): Prepared {
  const { pixels } = photo;
  const { noise, factor } = settings;
  if (task === 'fill') {
    if (!simulate) return { input: pixels, before: pixels };
    const { image, mask } = scratch(pixels, photo.sample?.scratchedAt ?? { x: 0.5, y: 0.5 });
    return { input: image, before: image, truth: pixels, mask };
  }
  const { work } = sizes(pixels, task, settings, simulate);
  if (task === 'enlarge') {
    if (!simulate) {
      return { input: pixels, before: repeat(pixels, factor) };
    }
    const truth = crop(reduce(pixels, fitWithin(pixels, SIMULATED)), work);
    const input = shrink(truth, factor, noise.enlarge);
    return { input, before: repeat(input, factor), truth };
  }
  const clean = reduce(pixels, work);
  const damage = {
    unblur: () => blur(clean, blurKernel(settings), noise.unblur),
    denoise: () => addNoise(clean, settings.noiseLevel),
    colourise: () => fade(clean, noise.colourise),
  };
  if (simulate) {
    const input = damage[task]();
    return { input, before: input, truth: clean };
  }
  return task === 'colourise'
    ? { input: clean, before: grey(clean) }
    : { input: clean, before: clean };
}
