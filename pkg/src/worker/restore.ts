import type { FinishedRun, RunEvent, RunRequest } from '../shared/protocol.js';
import { release, type Engine, type Run } from './core.js';
import type { RunControl } from './run-control.js';
import { SharedRun } from './shared-run.js';
import { TileLending } from './tile-lending.js';
import { coreTask } from './user-operator.js';

type EmitRunEvent = (event: RunEvent, transfer?: Transferable[]) => void;

/**
 * Runs one restoration to its end and emits each tile and each step.
 *
 * @param stallMs the limit for the import of an operator's module.
 * @throws EpsError `aborted` if the run is cancelled, and the core's errors.
 */
export async function restore(
  engine: Engine,
  { request, share }: RunRequest,
  stallMs: number,
  control: RunControl,
  emit: EmitRunEvent,
): Promise<FinishedRun> {
  control.throwIfCancelled();
  const begin = performance.now();
  let run: Run | undefined;
  try {
    const task = await coreTask(request.task, stallMs);
    run = engine.start({ ...request, ...task });
    const { device, width, height, pixels } = run;
    const { totalSteps, totalEvaluations, meanEvaluations, totalTiles } = run;
    const totals = { totalSteps, totalEvaluations, meanEvaluations, totalTiles, pixels };
    emit({ type: 'started', device, width, height, ...totals });
    const shared = share && new SharedRun(run, share, control, emit);
    const samples = await drawSamples(run, shared, control, emit);
    await shared?.complete(request.samples);
    control.throwIfCancelled();
    const images = { ...(await run.result()), evaluations: totalEvaluations };
    const milliseconds = performance.now() - begin;
    return { images, samples, milliseconds, memoryBytes: engine.memoryBytes };
  } finally {
    control.helpers.close();
    release(run);
  }
}

/** Advances the run to its end and returns the samples that it has drawn. */
async function drawSamples(
  run: Run,
  shared: SharedRun | undefined,
  control: RunControl,
  emit: EmitRunEvent,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const samples: Uint8Array<ArrayBuffer>[] = [];
  const lending = new TileLending(run, control, emit);
  let withinStep = false;
  for (;;) {
    await (withinStep ? control.beforeTile() : control.beforeStep());
    await lending.beforeTile();
    const begin = performance.now();
    const step = await run.advance();
    if (step === undefined) return samples;
    const tile = { tiles: run.tiles, milliseconds: performance.now() - begin };
    withinStep = step === null;
    if (step === null) {
      emit({ type: 'tile', ...tile });
      continue;
    }
    if (step.finished) samples.push(step.preview.slice());
    const { state, pivot } = step.query ?? {};
    const images = [step.preview, state, pivot].filter((image) => image !== undefined);
    emit(
      { type: 'step', step, ...tile },
      images.map(({ buffer }) => buffer),
    );
    await shared?.afterStep(step);
  }
}
