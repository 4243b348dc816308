// A run's progress and results.

import type { IntervalFamily, MaskBytes } from 'eps-restore';
import type { Box, Size, TaskId } from '../vocabulary.js';

export interface Progress {
  readonly stage: string;
  /** 0 to 1. */
  readonly fraction: number;
  readonly secondsLeft: number | undefined;
  readonly cancelling: boolean;
}

/** A picture of the results strip. */
export interface Entry {
  readonly id: string;
  /** Its place in the strip. */
  readonly order: number;
  readonly label: string;
  readonly image: ImageData;
  /** In dB, if the clean picture is known. */
  readonly psnr?: number;
  /** Whether the run is still working on it. */
  readonly unfinished?: boolean;
}

/** Of a deviation: whose intervals it has, and of how many samples it is. */
export interface Calibration {
  readonly family: IntervalFamily;
  readonly samples: number;
}

/** The results of a run so far. They do not change with the settings. */
export interface Outcome {
  readonly photoName: string;
  /** The last one, if Improve took several. */
  readonly task: TaskId;
  /** Whether Improve made it. */
  readonly isImproved: boolean;
  /** What was restored. Enlarge shows it at the size of the result. */
  readonly before: ImageData;
  /** The size of the results. */
  readonly size: Size;
  readonly entries: readonly Entry[];
  readonly deviation: ImageData | undefined;
  /** What makes intervals of it, where they are calibrated. */
  readonly calibration: Calibration | undefined;
  /** What was filled. */
  readonly mask?: MaskBytes;
  /** How many samples were asked for. */
  readonly samples: number;
  /** The part of the picture that is restored, unless it is nearly the whole. */
  readonly focus: Box | undefined;
  readonly facts: string;
  /** Whether the run came to its end. */
  readonly isComplete: boolean;
}
