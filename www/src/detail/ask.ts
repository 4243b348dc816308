// Restores the detail: a small part of the photo, by the settings of the next run.

import { EpsError, type Restorer } from 'eps-restore';
import { packageTask, type Painted } from '../state/package-task.js';
import type { Step } from '../state/settings.js';
import { cut } from '../picture/pixels.js';
import type { DetailWindow } from './window.js';

export interface DetailQuestion {
  readonly restorer: Restorer;
  readonly input: ImageData;
  readonly window: DetailWindow;
  /** With the level of the noise, not the wish to measure it. */
  readonly steps: readonly Step[];
  readonly simulate: boolean;
  readonly seed: number;
  /** In the window's outer box. */
  readonly painted: Painted;
}

/** The restored detail, or why there is none; `copied`: the whole photo alone has its texture. */
export type DetailAnswer = ImageData | 'aborted' | 'failed' | 'copied';

export async function askDetail(
  { restorer, input, window, steps, simulate, seed, painted }: DetailQuestion,
  signal: AbortSignal,
): Promise<DetailAnswer> {
  const { inner, outer } = window;
  try {
    let image = cut(input, outer);
    const isPainted = painted.mask?.data.includes(1) ?? false;
    for (const { task, settings } of steps) {
      // Improve fills what is damaged: often nothing of it is in the window.
      if (task === 'fill' && !isPainted) continue;
      const asked = packageTask(task, settings, simulate, painted);
      // One evaluation: what a second and third would add is too little to wait for.
      const { mean, fill } = await restorer.restore(image, asked, { samples: 0, seed, signal });
      if (fill && fill.photo > 0) return 'copied';
      image = mean;
    }
    const scale = image.width / outer.width;
    return cut(image, {
      x: scale * (inner.x - outer.x),
      y: scale * (inner.y - outer.y),
      width: scale * inner.width,
      height: scale * inner.height,
    });
  } catch (error) {
    return error instanceof EpsError && error.code === 'aborted' ? 'aborted' : 'failed';
  }
}
