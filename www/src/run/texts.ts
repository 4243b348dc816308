// What the page says about a run.

import type { RestoreStep, Result } from 'eps-restore';
import type { TaskId } from '../vocabulary.js';
import { DEVICES, run as words } from '../words.js';
import type { Job } from './job.js';

/** @param count steps of this sample, or of the estimate and the mean, so far. */
export function stageText(
  { stage, sample, totalEvaluations, meanEvaluations }: RestoreStep,
  count: number,
  { options, firstSample }: Job,
): string {
  const { samples } = options;
  if (stage === 'estimate') return words.estimate;
  if (stage === 'mean')
    return meanEvaluations > 1 ? words.meanStep(count - 1, meanEvaluations) : words.mean;
  const steps = (totalEvaluations - meanEvaluations) / samples;
  return words.sampleStep(firstSample + sample + 1, firstSample + samples, count, steps);
}

/** For screen readers, once a stage. */
export function stageAnnouncement({ stage, sample }: RestoreStep, job: Job): string {
  const { firstSample, options } = job;
  switch (stage) {
    case 'estimate':
      return words.estimateReady;
    case 'mean':
      return words.meanReady;
    case 'sample':
      return words.sampleBegan(firstSample + sample + 1, firstSample + options.samples);
  }
}

export function resultFacts(result: Result, task: TaskId): string {
  const { kind, adapter } = result.device;
  const device = `${DEVICES[kind]}${adapter ? ` (${adapter})` : ''}`;
  const level = task === 'denoise' ? result.noise : undefined;
  const seconds = result.milliseconds / 1000;
  return words.facts(task, result.evaluations, seconds, device, result.seed, level);
}
