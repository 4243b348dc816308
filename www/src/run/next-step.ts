// From one step of Improve to the next: its best result is what the next one starts from.

import type { Entry } from '../state/outcome.js';
import { packageOptions } from '../state/package-task.js';
import { TASKS } from '../words.js';
import type { Job } from './job.js';

/** Before the estimate and the mean. */
const FIRST_ORDER = -20;

/**
 * @param mean at the size of the job's input.
 * @param shown the same at the size of the results.
 * @returns undefined after the last step.
 */
export function jobAfter(job: Job, mean: ImageData, shown: ImageData): Job | undefined {
  const { course, options, earlier } = job;
  const [step, ...rest] = course.rest;
  if (!step) return undefined;
  const made: Entry = {
    id: `step-${course.index + 1}`,
    order: FIRST_ORDER + course.index,
    label: TASKS[job.task].name,
    image: shown,
  };
  return {
    ...job,
    ...step,
    options: packageOptions(step.task, options),
    input: mean,
    // What the file tells holds for the opened photo alone.
    file: undefined,
    hints: undefined,
    earlier: [...earlier, made],
    course: { ...course, index: course.index + 1, rest },
  };
}

/** The share of the whole that is over. */
export function fractionOfAll({ course }: Job, fraction: number): number {
  const { index, shares } = course;
  const before = shares.slice(0, index).reduce((sum, share) => sum + share, 0);
  return before + fraction * (shares[index] ?? 1);
}
