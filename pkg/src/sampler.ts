import type { EngineSampler } from './engine.js';

/** Evaluations of one sample by the named samplers, the mean's not included. */
const NAMED = { draft: 4, default: 6, accurate: 10 } as const;

/** Evaluations of a whole run: one for the mean, then those of every sample. */
export function evaluationsOf(sampler: EngineSampler, samples: number): number {
  if (typeof sampler === 'string') return 1 + samples * NAMED[sampler];
  return 1 + samples * (sampler.solver === 'heun' ? 2 * sampler.points - 1 : sampler.points);
}
