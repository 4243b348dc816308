// One more sample of a photo that has been restored.

import type { Outcome } from '../state/outcome.js';
import { keptEntries } from './entries.js';
import type { Job } from './job.js';

const SEEDS = 1e6;

/** The same job again for one more sample, by another seed. */
export function jobForAnother(job: Job, { entries, deviation }: Outcome): Job {
  const earlier = keptEntries(entries);
  return {
    ...job,
    options: { ...job.options, samples: 1, seed: Math.floor(Math.random() * SEEDS) },
    earlier,
    firstSample: earlier.filter(({ order }) => order >= 0).length,
    outcome: { ...job.outcome, entries: earlier, deviation },
  };
}
