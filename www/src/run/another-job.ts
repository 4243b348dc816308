// More samples of a photo that has been restored.

import type { Outcome } from '../state/outcome.js';
import { keptEntries, variantsOf } from './entries.js';
import type { Job } from './job.js';

const SEEDS = 1e6;
/** Two can be compared, and make a map. */
export const FIRST_VARIANTS = 2;

/** The same job again for the first samples or one more, by another seed. */
export function jobForAnother(job: Job, { entries, deviation, calibration }: Outcome): Job {
  const earlier = keptEntries(entries);
  const firstSample = variantsOf(entries);
  const samples = firstSample === 0 ? FIRST_VARIANTS : 1;
  const { tasks } = job.course;
  return {
    ...job,
    options: { ...job.options, samples, seed: Math.floor(Math.random() * SEEDS) },
    earlier,
    isFurther: true,
    course: { index: 0, tasks: tasks.slice(-1), rest: [], shares: [1] },
    firstSample,
    outcome: {
      ...job.outcome,
      entries: earlier,
      deviation,
      calibration,
      samples: firstSample + samples,
    },
  };
}
