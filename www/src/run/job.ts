// What a run needs of the page's state, as it was when Restore was pressed.

import type { Bits } from '../picture/mask-bits.js';
import { fittedTo } from '../picture/hints.js';
import { ownFile } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import type { Entry, Outcome } from '../state/outcome.js';
import type { Options, Settings, Step } from '../state/settings.js';
import { packageOptions } from '../state/package-task.js';
import type { Box, Size, TaskId } from '../vocabulary.js';

export interface Job {
  readonly task: TaskId;
  readonly settings: Settings;
  readonly simulate: boolean;
  /** As the package takes them. */
  readonly options: Options;
  readonly input: ImageData;
  /** The file that the input was decoded from, as it is. */
  readonly file: Blob | undefined;
  /** What the step that fills fills; a copy, because the visitor may go on painting. */
  readonly mask: (Size & { readonly data: Bits }) | undefined;
  /** A copy of the colours to follow. */
  readonly hints: ImageData | undefined;
  /** The clean picture, if the damage is simulated. */
  readonly truth: ImageData | undefined;
  /** Pictures of earlier steps, or of earlier runs of this job. */
  readonly earlier: readonly Entry[];
  /** Whether it only adds samples to an earlier run. */
  readonly isFurther: boolean;
  /** What comes after it, and how the time is divided. */
  readonly course: Course;
  /** The number of this run's first sample, from 0. */
  readonly firstSample: number;
  /** The outcome before the first step. */
  readonly outcome: Outcome;
}

/** A job's place among the steps of Improve; alone, it is the first and last. */
export interface Course {
  /** From 0. */
  readonly index: number;
  readonly tasks: readonly TaskId[];
  readonly rest: readonly Step[];
  /** The share of the time that each step is expected to take. */
  readonly shares: readonly number[];
}

/** The job of the current state, or of its first step; undefined without a photo. */
export function jobOf(state: AppState): Job | undefined {
  const photo = state.photo.peek();
  const plan = state.plan.peek();
  const prepared = state.prepared.peek();
  if (!photo || !plan || !prepared) return undefined;
  const [step, ...rest] = state.steps.peek();
  if (!step) return undefined;
  const { task, settings } = step;
  const tasks = [task, ...rest.map((later) => later.task)];
  const painted = tasks.includes('fill') ? state.filled.peek() : undefined;
  const mask = painted && {
    data: painted.bits.slice(),
    width: painted.width,
    height: painted.height,
  };
  const bounds = state.maskBounds.peek();
  const options = packageOptions(task, state.options.peek());
  return {
    task,
    settings,
    simulate: state.simulate.peek(),
    options,
    input: prepared.input,
    file: state.simulate.peek() ? undefined : ownFile(photo),
    mask,
    hints: hintsOf(state, prepared.input),
    truth: prepared.truth,
    earlier: [],
    isFurther: false,
    course: { index: 0, tasks, rest, shares: sharesOf(state.cost.peek()?.parts, tasks.length) },
    firstSample: 0,
    outcome: {
      photoName: photo.name,
      task: tasks.at(-1) ?? task,
      isImproved: state.isImproving.peek(),
      before: prepared.input,
      size: plan.output,
      entries: [],
      deviation: undefined,
      calibration: undefined,
      // Its rim is blended with `before`: what other steps changed would come back.
      ...(mask && rest.length === 0 && { mask }),
      samples: options.samples,
      // With other steps, the fill is not what they all are about.
      focus: bounds && rest.length === 0 ? focusAround(bounds, plan.output) : undefined,
      facts: '',
      isComplete: false,
    },
  };
}

/** The painted colours, if there are any and the task follows them. */
function hintsOf({ hints, hintBounds }: AppState, input: ImageData): ImageData | undefined {
  const painted = hintBounds.peek() && hints.peek();
  const { width, height } = input;
  return painted && fittedTo(painted, { width, height }).picture({ x: 0, y: 0, width, height });
}

/** Of the seconds of the steps; equal where those are not known. */
function sharesOf(parts: readonly number[] | undefined, count: number): number[] {
  const known = parts?.length === count ? parts : new Array<number>(count).fill(1);
  const sum = known.reduce((all, seconds) => all + seconds, 0) || 1;
  return known.map((seconds) => seconds / sum);
}

/** A square with a margin around the box; undefined if that is nearly the whole picture. */
function focusAround(box: Box, { width, height }: Size): Box | undefined {
  const longest = Math.max(box.width, box.height);
  const margin = Math.max(16, longest / 4);
  const side = Math.min(width, height, Math.round(longest + 2 * margin));
  if (side > 0.7 * Math.max(width, height)) return undefined;
  const start = (from: number, length: number, limit: number): number =>
    Math.round(Math.min(limit - side, Math.max(0, from + length / 2 - side / 2)));
  return {
    x: start(box.x, box.width, width),
    y: start(box.y, box.height, height),
    width: side,
    height: side,
  };
}
