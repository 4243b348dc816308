import type { ImageSize, TaskRequest } from '../../shared/requests.js';

/** By how much a grey photo is reduced to be coloured as a whole: as the core does it by itself. */
const OVERVIEW = 4;
/** The shortest side of a photo that the core reduces by as much. */
const OVERVIEW_SIDE = 64;

/** How a photo is divided into windows. */
export interface Division {
  /** The result is `factor` times as wide and as high. */
  readonly factor: number;
  /** Columns and rows at which windows begin are multiples of it. */
  readonly step: number;
  /**
   * The photo is restored as a whole at 1/`overview` of its size first, whose colours the windows
   * follow. Absent where windows need nothing but their surroundings.
   */
  readonly overview?: number;
}

/**
 * How a photo is divided for a task that measures every pixel from its surroundings: a window with
 * some of its surroundings then says what the whole photo says. Undefined for the other tasks.
 */
export function divisionOf(task: TaskRequest, photo: ImageSize): Division | undefined {
  switch (task.kind) {
    case 'denoise':
      return { factor: 1, step: 1 };
    case 'superResolve':
      return { factor: task.factor, step: 1 };
    case 'jpeg':
      return { factor: task.reduced?.factor ?? 1, step: 1 };
    case 'demosaic':
      return { factor: 1, step: 2 };
    case 'colorize':
      // Greys that are no luma are coloured at the photo's own size.
      if (!isMean(task.weights)) return { factor: 1, step: 1 };
      if (Math.min(photo.width, photo.height) < OVERVIEW_SIDE) return undefined;
      return { factor: 1, step: OVERVIEW, overview: OVERVIEW };
    default:
      return undefined;
  }
}

function isMean(weights: Extract<TaskRequest, { readonly kind: 'colorize' }>['weights']): boolean {
  if (weights === undefined || weights === 'mean') return true;
  return typeof weights !== 'string' && weights.every((weight) => weight === 1 / 3);
}
