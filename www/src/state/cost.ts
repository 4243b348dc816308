// What the next run will take.

import type { Estimate, Restorer } from 'eps-restore';
import type { Size } from '../vocabulary.js';
import { packageOptions, packageTask, type Painted } from './package-task.js';
import type { Options, Step } from './settings.js';

/** Settings change quickly while a slider is dragged: the page asks once they rest. */
export const COST_DELAY = 150;

type Part = Pick<Estimate, 'seconds' | 'evaluations' | 'tiles' | 'bytes'>;

export interface Cost extends Part {
  /** The seconds of each step. */
  readonly parts: readonly number[];
}

export interface CostQuestion {
  readonly restorer: Restorer;
  /** Only the last step may change the size. */
  readonly input: Size;
  readonly steps: readonly Step[];
  readonly simulate: boolean;
  readonly options: Options;
  readonly painted: Painted;
}

/** The cost; undefined if the input is wrong, which the run itself will report. */
export async function askCost(question: CostQuestion): Promise<Cost | undefined> {
  const { restorer, input, steps, simulate, options, painted } = question;
  try {
    const parts: Part[] = [];
    for (const { task, settings } of steps) {
      const asked = packageTask(task, settings, simulate, painted);
      parts.push(await restorer.estimate(input, asked, packageOptions(task, options)));
    }
    return together(parts);
  } catch {
    return undefined;
  }
}

/** One step ends before the next begins. */
function together(parts: readonly Part[]): Cost {
  const sum = (of: (part: Part) => number): number =>
    parts.reduce((all, part) => all + of(part), 0);
  const most = (of: (part: Part) => number): number => Math.max(0, ...parts.map(of));
  return {
    seconds: sum(({ seconds }) => seconds),
    evaluations: sum(({ evaluations }) => evaluations),
    tiles: most(({ tiles }) => tiles),
    bytes: most(({ bytes }) => bytes),
    parts: parts.map(({ seconds }) => seconds),
  };
}
