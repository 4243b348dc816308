// The page's tasks and options in the package's terms.

import {
  colorize,
  deblur,
  denoise,
  diskKernel,
  gaussianKernel,
  inpaint,
  motionKernel,
  superResolve,
  type Kernel,
  type MaskBytes,
  type Task,
} from 'eps-restore';
import { coreFactor, type TaskId } from '../vocabulary.js';
import { assumedNoise, type Options, type Settings } from './settings.js';

export function blurKernel({ blur, sigma, radius, length, angle, kernel }: Settings): Kernel {
  switch (blur) {
    case 'gaussian':
      return gaussianKernel(sigma);
    case 'disk':
      return diskKernel(radius);
    case 'motion':
      return motionKernel(length, angle);
    case 'file':
      if (!kernel) throw new Error('There is no kernel.');
      return kernel;
  }
}

export const packageOptions = (task: TaskId, options: Options): Options => ({
  ...options,
  refine: options.refine && task !== 'denoise',
});

/** What the visitor has painted for a task. */
export interface Painted {
  /** Where the photo is missing. */
  readonly mask?: MaskBytes | undefined;
  /** The colours that it should have. */
  readonly hints?: ImageData | undefined;
}

export function packageTask(
  task: TaskId,
  settings: Settings,
  simulate: boolean,
  { mask, hints }: Painted,
): Task {
  const noise = assumedNoise(settings, task, simulate);
  switch (task) {
    case 'fill': {
      if (!mask) throw new Error('Fill needs a mask.');
      const { fill } = settings;
      // Without stated noise, known pixels are kept bit for bit.
      return inpaint(mask, { fill, ...(noise !== 0 && { noise }) });
    }
    case 'enlarge':
      return superResolve(coreFactor(settings.factor), { noise });
    case 'unblur':
      return deblur(blurKernel(settings), { noise });
    case 'denoise':
      return denoise({ noise });
    case 'colourise':
      return colorize({ noise, ...(hints && { hints: { colours: hints } }) });
  }
}
