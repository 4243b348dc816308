// The page's tasks in the package's words.

import {
  colorize,
  deblur,
  denoise,
  gaussianKernel,
  inpaint,
  motionKernel,
  superResolve,
  type MaskBytes,
  type Task,
} from 'eps-restore';
import type { Kernel } from './simulate';
import type { Options, Settings, TaskId } from './state';

export const TASK_NAMES: Readonly<Record<TaskId, string>> = {
  fill: 'Fill',
  enlarge: 'Enlarge',
  unblur: 'Unblur',
  denoise: 'Denoise',
  colourise: 'Colourise',
};

export const blurKernel = ({ blur, sigma, length, angle }: Settings): Kernel =>
  blur === 'gaussian' ? gaussianKernel(sigma) : motionKernel(length, angle);

/** Whether the noise to remove is measured: not where this page has added it. */
export const isNoiseAuto = ({ noiseAuto }: Settings, simulate: boolean): boolean =>
  noiseAuto && !simulate;

export const coreOptions = (task: TaskId, options: Options): Options => ({
  ...options,
  refine: options.refine && task !== 'denoise',
});

export function coreTask(
  task: TaskId,
  settings: Settings,
  simulate: boolean,
  mask: MaskBytes | undefined,
): Task {
  const { noise } = settings;
  switch (task) {
    case 'fill': {
      if (!mask) throw new Error('Fill needs a mask.');
      // Without stated noise the known pixels come back bit for bit.
      return inpaint(mask, noise.fill > 0 ? { noise: noise.fill } : {});
    }
    case 'enlarge':
      return superResolve(settings.factor, { noise: noise.enlarge });
    case 'unblur':
      return deblur(blurKernel(settings), { noise: noise.unblur });
    case 'denoise':
      return denoise({ noise: isNoiseAuto(settings, simulate) ? 'auto' : settings.noiseLevel });
    case 'colourise':
      return colorize({ noise: noise.colourise });
  }
}
