// The pictures of a run as entries of the results strip.

import type { RestoreStep, Result } from 'eps-restore';
import { psnr } from '../picture/pixels.js';
import type { Entry } from '../state/outcome.js';
import { results as words } from '../words.js';
import type { Job } from './job.js';

/** The entries with a step's preview in place of an earlier one. */
export function withStep(entries: readonly Entry[], step: RestoreStep, job: Job): Entry[] {
  const { stage, sample, preview, finished } = step;
  // A further sample repeats the steps before it, whose pictures are there already.
  if (stage !== 'sample' && job.isFurther) return [...entries];
  const entry =
    stage === 'estimate'
      ? estimateEntry(preview)
      : stage === 'mean'
        ? meanEntry(preview)
        : { ...sampleEntry(job.firstSample + sample, preview), unfinished: !finished };
  // Samples that are drawn in parallel come in any order.
  return [...entries.filter(({ id }) => id !== entry.id), entry].sort((a, b) => a.order - b.order);
}

export function finishedEntries({ estimate, mean, samples }: Result, job: Job): Entry[] {
  const drawn = samples.map((image, i) => sampleEntry(job.firstSample + i, image));
  const best = job.isFurther ? [] : [estimateEntry(estimate), meanEntry(mean)];
  return [...job.earlier, ...best, ...drawn];
}

const estimateEntry = (image: ImageData): Entry => ({
  id: 'estimate',
  order: -2,
  label: words.estimate,
  image,
});

const meanEntry = (image: ImageData): Entry => ({
  id: 'mean',
  order: -1,
  label: words.mean,
  image,
});

/** @param index from 0. */
const sampleEntry = (index: number, image: ImageData): Entry => ({
  id: `sample-${index + 1}`,
  order: index,
  label: words.sample(index + 1),
  image,
});

/**
 * If the clean picture is known: adds it to the entries, and to each entry how close it comes, over
 * the restored pixels.
 */
export function compareWithTruth(entries: readonly Entry[], { truth, mask }: Job): Entry[] {
  if (!truth) return [...entries];
  const original = { id: 'original', order: Infinity, label: words.original, image: truth };
  return [
    ...entries.map((entry) => ({ ...entry, psnr: psnr(truth, entry.image, mask?.data) })),
    original,
  ];
}

/** How many samples there are. */
export const variantsOf = (entries: readonly Entry[]): number =>
  entries.filter(({ id }) => id.startsWith('sample-')).length;

/** The pictures that a further run adds to: all but the original, which comes last again. */
export const keptEntries = (entries: readonly Entry[]): Entry[] =>
  entries.filter(({ id, unfinished }) => id !== 'original' && !unfinished);
