import type { ImageSize, PageTask } from '../shared/requests.js';
import type { Kernel } from './kernels.js';
import type { Task } from './task-types.js';

/** A blur that a photo may have, by {@link Restorer.estimateBlur}. */
export interface BlurEstimate {
  /** `none`: the photo is sharp. `free`: a kernel of any shape, as of a hand that shook. */
  readonly kind: 'none' | 'gaussian' | 'disk' | 'motion' | 'free';
  /**
   * The Gaussian's standard deviation, the disk's radius, the motion's length or the side of the
   * kernel of any shape, in pixels. 0 for `none`.
   */
  readonly size: number;
  /** The standard deviation of the size's error, in pixels; 0 for `none` and `free`. */
  readonly sizeDeviation: number;
  /** The direction of a motion, in degrees counter-clockwise from the right, 0 to 180; else 0. */
  readonly angle: number;
  /** The probability of the kind, 0 to 1; those of all estimates sum to 1. */
  readonly confidence: number;
  /** The kernel, for {@link deblur}: one pixel for `none`. */
  readonly kernel: Kernel;
}

/** Options of {@link Restorer.estimateBlur}. */
export interface BlurOptions {
  /** The file that the photo was decoded from, as for a restoration: JPEG's rounding counts. */
  readonly file?: Blob | undefined;
  /**
   * Looks also for a kernel of any shape, of at most so many pixels a side: odd, 5 to 31. It takes
   * 3 to 5 seconds for 31. Default: none is looked for.
   */
  readonly kernelSide?: number | undefined;
  /**
   * Called with the share of the search that is done, 0 to 1. An error thrown here ends the search
   * and the call.
   */
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Aborts the search. The restorer stays usable. */
  readonly signal?: AbortSignal | undefined;
}

/** The side of the kernel that the cost of removing an unknown blur is counted with, in pixels. */
const EXPECTED_SIDE = 15;

/** Whether a task leaves its blur to be found. */
export const isBlurUnknown = (task: Task): boolean =>
  task.kind === 'deblur' && task.kernel === 'auto';

/** The task with the kernel of a middling blur of this photo. */
export function withExpectedBlur(task: PageTask, photo: ImageSize): PageTask {
  if (task.kind !== 'deblur') return task;
  const width = Math.min(photo.width, EXPECTED_SIDE);
  const height = Math.min(photo.height, EXPECTED_SIDE);
  const data = new Array<number>(width * height).fill(1);
  return { ...task, kernel: { data, width, height } };
}
