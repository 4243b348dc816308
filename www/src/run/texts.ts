// What the page says about a run.

import type { RestoreStep, Result } from 'eps-restore';
import type { TaskId } from '../vocabulary.js';
import { DEVICES, run as words, TASKS } from '../words.js';
import type { Job } from './job.js';

/** @param count steps of this sample, or of the estimate and the mean, so far. */
export function stageText(step: RestoreStep, count: number, job: Job): string {
  const { index, tasks } = job.course;
  const text = textOfStage(step, count, job);
  return tasks.length > 1
    ? words.partOf(index + 1, tasks.length, TASKS[job.task].name, text)
    : text;
}

function textOfStage(
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

/** What came of the last job, with the sums over all steps. */
export interface Made {
  readonly job: Job;
  readonly result: Result;
  readonly evaluations: number;
  readonly milliseconds: number;
}

export const namesOf = (tasks: readonly TaskId[]): string =>
  tasks.map((task) => TASKS[task].name).join(', ');

export function resultFacts({ job, result, evaluations, milliseconds }: Made): string {
  const { kind, adapter } = result.device;
  const device = `${DEVICES[kind]}${adapter ? ` (${adapter})` : ''}`;
  const { consistency } = result;
  const level = (job.task === 'denoise' && result.noise) || undefined;
  const names = namesOf(job.course.tasks);
  const { fill, seed } = result;
  const filled = fill && fill.photo > 0 ? words.filled(fill.network, fill.photo) : '';
  const same = consistency === undefined ? '' : words.compressesBack(Math.floor(100 * consistency));
  return words.facts(names, evaluations, milliseconds / 1000, device, seed, level) + filled + same;
}
