// What the next run will take.

import type { Estimate, MaskBytes, Restorer } from 'eps-restore';
import type { Size, TaskId } from '../vocabulary.js';
import { packageOptions, packageTask } from './package-task.js';
import type { Options, Settings } from './settings.js';

/** Settings change quickly while a slider is dragged: the page asks once they rest. */
export const COST_DELAY = 150;

export type Cost = Pick<Estimate, 'seconds' | 'evaluations' | 'tiles' | 'bytes'>;

export interface CostQuestion {
  readonly restorer: Restorer;
  readonly input: Size;
  readonly task: TaskId;
  readonly settings: Settings;
  readonly simulate: boolean;
  readonly options: Options;
  readonly mask: MaskBytes | undefined;
}

/** The cost; undefined if the input is wrong, which the run itself will report. */
export async function askCost(question: CostQuestion): Promise<Cost | undefined> {
  const { restorer, input, task, settings, simulate, options, mask } = question;
  try {
    return await restorer.estimate(
      input,
      packageTask(task, settings, simulate, mask),
      packageOptions(task, options),
    );
  } catch {
    return undefined;
  }
}
