import type { FinishedRun } from '../shared/protocol.js';
import type { PageTask } from '../shared/requests.js';

/** Measurements whose intervals are calibrated together: see `interval`. */
export type IntervalFamily =
  | 'inpaint'
  | 'superResolve2'
  | 'superResolve4'
  | 'superResolve8'
  | 'deblur'
  | 'denoise'
  | 'jpeg'
  | 'colorize'
  | 'demosaic';

/** The family of a run; undefined where none is calibrated. `fromPhoto`: holes that were copied. */
export function familyOf(
  task: PageTask,
  { images }: FinishedRun,
  fromPhoto: number,
): IntervalFamily | undefined {
  switch (task.kind) {
    case 'inpaint':
    case 'fill':
      return fromPhoto > 0 ? undefined : 'inpaint';
    case 'superResolve':
      return ofFactor(task.factor);
    case 'jpeg':
      return task.reduced ? ofFactor(task.reduced.factor) : 'jpeg';
    case 'denoise':
      // A file's coefficients were the measurement where they are compared with the result.
      return images.consistency === undefined ? 'denoise' : 'jpeg';
    case 'deblur':
    case 'colorize':
    case 'demosaic':
      return task.kind;
    default:
      return undefined;
  }
}

function ofFactor(factor: number): IntervalFamily | undefined {
  switch (factor) {
    case 2:
      return 'superResolve2';
    case 4:
      return 'superResolve4';
    case 8:
      return 'superResolve8';
    default:
      return undefined;
  }
}
