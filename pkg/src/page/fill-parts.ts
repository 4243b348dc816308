// Fill by the holes' width: wide ones are copied from the photo, and then the network does the rest
// with them known.

import { EpsError } from '../shared/errors.js';
import type { FinishedRun } from '../shared/protocol.js';
import type {
  CopyTask,
  FillTask,
  MaskSplit,
  MeasurementTask,
  RestoreRequest,
  TaskRequest,
} from '../shared/requests.js';
import { copySeconds } from './copy-time.js';
import type { NoiseOption } from './task-types.js';
import type { RestoreProgress } from './progress.js';
import type { FilledHoles } from './result.js';
import type { RunHooks } from './run-hooks.js';

/** What does the runs: a page's workers, or a program's own thread. */
export interface Runner {
  /** Runs a request to its end. Rejects with what else ends it. */
  run(request: RestoreRequest, hooks: RunHooks): Promise<FinishedRun>;
  /** The expected seconds of a run by the network. */
  seconds(request: RestoreRequest): Promise<number>;
}

/** The runs of a task, in their order, and of a fill how many holes are filled by what. */
export interface TaskParts {
  readonly tasks: readonly [TaskRequest] | readonly [CopyTask, MeasurementTask];
  readonly holes?: FilledHoles;
}

/** What is to be done for a mask's holes. With `noise` the network restores the whole photo. */
export function fillParts(
  { mask, avoid }: FillTask,
  { narrow, narrowHoles, wide, wideHoles }: MaskSplit,
  noise: NoiseOption['noise'],
): TaskParts {
  const holes = { network: narrowHoles, photo: wideHoles };
  if (wideHoles === 0) return { tasks: [{ kind: 'inpaint', mask }], holes };
  const copied = { kind: 'copy', mask: { ...mask, data: wide }, ...(avoid && { avoid }) } as const;
  if (narrowHoles > 0)
    return { tasks: [copied, { kind: 'inpaint', mask: { ...mask, data: narrow } }], holes };
  // Nothing is missing any more: a mask that paints nothing would leave the noise as it is.
  return { tasks: noise === undefined ? [copied] : [copied, { kind: 'denoise' }], holes };
}

/** Does the runs of a fill. Its samples show the variants of what was copied. */
export async function runParts(
  { tasks }: TaskParts,
  request: Omit<RestoreRequest, 'task'>,
  hooks: RunHooks,
  runner: Runner,
): Promise<FinishedRun> {
  if (tasks.length === 1) return runner.run({ ...request, task: tasks[0] }, hooks);
  const [copied, restored] = tasks;
  const copying = copySeconds(copied, request.samples + 1);
  const restoring = await runner.seconds({ ...request, task: restored });
  const from = copying / (copying + restoring);
  const copies = await runner.run(
    { ...request, task: copied },
    {
      credit: Infinity,
      onStep: () => undefined,
      onProgress: (progress) => {
        const secondsLeft = progress.secondsLeft + restoring;
        hooks.onProgress({ ...progress, fraction: from * progress.fraction, secondsLeft });
      },
    },
  );
  const later = <P extends RestoreProgress>(progress: P): P => ({
    ...progress,
    fraction: from + (1 - from) * progress.fraction,
  });
  // Where known pixels are a noisy measurement, the first copies are too, and are restored.
  const paint = request.noise === undefined ? painter(copied) : () => undefined;
  const image = { ...request.image, data: copies.images.mean };
  const run = await runner.run(
    { ...request, image, task: restored },
    {
      ...hooks,
      onProgress: (progress) => hooks.onProgress(later(progress)),
      onStep: (step) => {
        if (step.stage === 'sample') paint(step.preview.data, copies.samples[step.sample]);
        hooks.onStep(later(step));
      },
    },
  );
  for (const [index, sample] of run.samples.entries()) paint(sample, copies.samples[index]);
  if (run.images.deviation) paint(run.images.deviation, copies.images.deviation);
  return {
    ...run,
    milliseconds: copies.milliseconds + run.milliseconds,
    memoryBytes: Math.max(copies.memoryBytes, run.memoryBytes),
  };
}

type Bytes = Uint8Array | Uint8ClampedArray;

/** Paints the copied pixels of one picture onto another, both RGBA. */
function painter({ mask }: CopyTask): (onto: Bytes, copies: Bytes | undefined) => void {
  const offsets: number[] = [];
  for (let pixel = 0; pixel < mask.data.length; pixel++)
    if (mask.data[pixel] !== 0) offsets.push(4 * pixel);
  return (onto, copies) => {
    if (!copies) throw new EpsError('internal', 'A sample has no copies of its own.');
    for (const offset of offsets) onto.set(copies.subarray(offset, offset + 4), offset);
  };
}
