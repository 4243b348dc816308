// Whether the samples' deviation of a run makes intervals.

import type { Result } from 'eps-restore';
import type { Calibration } from '../state/outcome.js';
import type { Job } from './job.js';

/** Undefined after several steps: the last one does not know what those before have missed. */
export function calibrationOf(
  { family, samples }: Result,
  { course, isFurther, outcome }: Job,
): Calibration | undefined {
  const isOneStep = course.tasks.length === 1 && !(isFurther && outcome.isImproved);
  return family && isOneStep ? { family, samples: samples.length } : undefined;
}
