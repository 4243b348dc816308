// The pictures of a run as entries of the results strip.

import type { RestoreStep, Result } from 'eps-restore';
import { psnr } from '../picture/pixels.js';
import type { Entry } from '../state/outcome.js';
import type { Job } from './job.js';

/** The entries with a step's preview in place of an earlier one. */
export function withStep(entries: readonly Entry[], step: RestoreStep): Entry[] {
  const { stage, sample, preview, finished } = step;
  const entry =
    stage === 'estimate'
      ? estimateEntry(preview)
      : stage === 'mean'
        ? meanEntry(preview)
        : { ...sampleEntry(sample, preview), unfinished: !finished };
  // Samples that are drawn in parallel come in any order. With at most 8 samples, the alphabetical
  // order of ids is right.
  return [...entries.filter(({ id }) => id !== entry.id), entry].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}

export function finishedEntries({ estimate, mean, samples }: Result): Entry[] {
  return [
    estimateEntry(estimate),
    meanEntry(mean),
    ...samples.map((image, i) => sampleEntry(i, image)),
  ];
}

const estimateEntry = (image: ImageData): Entry => ({ id: 'estimate', label: 'Estimate', image });

const meanEntry = (image: ImageData): Entry => ({ id: 'mean', label: 'Mean', image });

const sampleEntry = (index: number, image: ImageData): Entry => ({
  id: `sample-${index + 1}`,
  label: `Sample ${index + 1}`,
  image,
});

/**
 * If the clean picture is known: adds it to the entries, and to each entry how close it comes, over
 * the restored pixels.
 */
export function compareWithTruth(entries: readonly Entry[], { truth, mask }: Job): Entry[] {
  if (!truth) return [...entries];
  return [
    ...entries.map((entry) => ({ ...entry, psnr: psnr(truth, entry.image, mask?.data) })),
    { id: 'original', label: 'Original', image: truth },
  ];
}
