// What the page says about a run.

import type { RestoreStep, Result } from 'eps-restore';
import type { Options } from '../state/settings.js';
import {
  DEVICE_NAMES,
  formatDuration,
  formatLevel,
  plural,
  TASK_TEXTS,
  type TaskId,
} from '../vocabulary.js';

/** @param count steps of this sample, or of the estimate and the mean, so far. */
export function stageText(
  { stage, sample, totalEvaluations }: RestoreStep,
  count: number,
  { samples, refine }: Options,
): string {
  if (stage === 'estimate') return 'Linear estimate';
  const meanSteps = refine ? 3 : 1;
  if (stage === 'mean') return refine ? `Mean, step ${count - 1} of ${meanSteps}` : 'Mean';
  const sampleSteps = (totalEvaluations - meanSteps) / samples;
  return `Sample ${sample + 1} of ${samples}, step ${count} of ${sampleSteps}`;
}

/** For screen readers, once a stage. */
export function stageAnnouncement({ stage, sample }: RestoreStep, { samples }: Options): string {
  switch (stage) {
    case 'estimate':
      return 'The linear estimate is ready.';
    case 'mean':
      return 'The mean is ready.';
    case 'sample':
      return `Sample ${sample + 1} of ${samples}`;
  }
}

export function resultFacts(result: Result, task: TaskId): string {
  const { kind, adapter } = result.device;
  const duration = formatDuration(result.milliseconds / 1000);
  const device = `${DEVICE_NAMES[kind]}${adapter ? ` (${adapter})` : ''}`;
  const noise = task === 'denoise' ? `, noise ${formatLevel(result.noise)} of 255` : '';
  return (
    `${TASK_TEXTS[task].name}, ${plural(result.evaluations, 'evaluation')} ` +
    `in ${duration} on ${device}, seed ${result.seed}${noise}.`
  );
}
