// One restoration at a time: started, watched, cancelled. What is finished when it ends early is
// kept.

import {
  EpsError,
  type MaskBytes,
  type RestoreProgress,
  type RestoreStep,
  type Restorer,
  type Result,
} from 'eps-restore';
import { DEVICE_NAMES, type EngineHost } from './engine';
import { psnr } from './pixels';
import { coreOptions, coreTask, TASK_NAMES } from './tasks';
import { duration, levels, plural } from './text';
import type { Box } from './mask';
import type { App, Entry, Options, Outcome, State } from './state';

interface Watchers {
  readonly say: (words: string) => void;
  readonly failed: (error: unknown) => void;
  readonly refused: (why: string) => void;
}

/** What a run needs of the page's state, as it was when Restore was pressed. */
interface Job {
  readonly state: State;
  readonly mask: MaskBytes | undefined;
  readonly outcome: Outcome;
  readonly truth: ImageData | undefined;
}

export class Runner {
  private stop: AbortController | undefined;
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly app: App,
    private readonly host: EngineHost,
    private readonly watchers: Watchers,
  ) {}

  get running(): boolean {
    return this.stop !== undefined;
  }

  start(): void {
    const { plan, prepared } = this.app.value;
    if (this.running || !plan || !prepared) return;
    if (plan.todo) {
      this.watchers.refused(plan.todo);
      return;
    }
    const stop = new AbortController();
    this.stop = stop;
    this.ended = this.run(stop.signal).finally(() => {
      this.stop = undefined;
      this.app.set({ progress: undefined });
    });
  }

  /** Asks the run to end, and resolves once it has. */
  async cancel(): Promise<void> {
    const { progress } = this.app.value;
    if (progress)
      this.app.set({
        progress: { ...progress, stage: 'Cancelling', secondsLeft: undefined, cancelling: true },
      });
    this.stop?.abort();
    await this.ended;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { app, host, watchers } = this;
    const job = jobOf(app.value);
    const before = { outcome: app.value.outcome, shown: app.value.shown, view: app.value.view };
    const waiting = { fraction: 0, secondsLeft: app.value.cost?.seconds, cancelling: false };
    app.set({
      progress: { ...waiting, stage: host.current ? 'Starting' : 'Waiting for the engine' },
    });
    watchers.say('Restoring.');
    let entries: Entry[] = [];
    try {
      const restorer = await host.ready(signal);
      const result = await this.follow(restorer, job, signal, (step) => {
        entries = withStep(entries, step);
        app.set({
          outcome: { ...job.outcome, entries },
          ...(entries.length === 1 && step.stage === 'estimate'
            ? { shown: undefined, view: 'result' as const }
            : {}),
        });
      });
      const done = finished(result);
      app.set({
        outcome: {
          ...job.outcome,
          entries: judged([...done, ...original(job)], job),
          deviation: result.deviation,
          facts: factsOf(result, job),
        },
        shown: 'mean', // the best single answer; the samples stand beside it
        view: app.value.view === 'result' ? 'compare' : app.value.view,
      });
      watchers.say(`Done in ${duration(result.milliseconds / 1000)}.`);
    } catch (error) {
      const kept = entries.filter(({ unfinished }) => !unfinished);
      const cancelled = error instanceof EpsError && error.code === 'aborted';
      const how = cancelled ? 'Cancelled' : 'Stopped';
      app.set(
        kept.length
          ? {
              outcome: {
                ...job.outcome,
                entries: judged([...kept, ...original(job)], job),
                facts: `${TASK_NAMES[job.outcome.task]}. ${how} before the end; what was finished is kept.`,
              },
              shown: kept.at(-1)!.id,
            }
          : before,
      );
      watchers.say(`${how}.`);
      if (!cancelled) watchers.failed(error);
    } finally {
      host.refresh();
    }
  }

  private async follow(
    restorer: Restorer,
    { state, mask }: Job,
    signal: AbortSignal,
    show: (step: RestoreStep) => void,
  ): Promise<Result> {
    const { app, watchers } = this;
    const { task, settings, prepared } = state;
    const options = coreOptions(task, state.options);
    // Between two steps of a large photo there are many tiles.
    const onProgress = ({ fraction, secondsLeft }: RestoreProgress): void => {
      const { progress } = app.value;
      if (progress && !signal.aborted)
        app.set({ progress: { ...progress, fraction, secondsLeft } });
    };
    const steps = restorer.stream(prepared!.input, coreTask(task, settings, state.simulate, mask), {
      ...options,
      onProgress,
      signal,
    });
    /** Steps of each sample: several may be drawn side by side. */
    const taken = new Map<number, number>();
    let stage = '';
    for (;;) {
      const next = await steps.next();
      if (next.done) return next.value;
      const step = next.value;
      show(step);
      taken.set(step.sample, (taken.get(step.sample) ?? 0) + 1);
      app.set({
        progress: {
          stage: stageText(step, taken.get(step.sample)!, options),
          fraction: step.fraction,
          secondsLeft: step.secondsLeft,
          cancelling: signal.aborted,
        },
      });
      const now =
        step.stage === 'sample'
          ? `Sample ${step.sample + 1} of ${options.samples}`
          : step.stage === 'mean'
            ? 'The mean is there.'
            : 'The linear estimate is there.';
      if (now !== stage) watchers.say(now);
      stage = now;
    }
  }
}

function jobOf(state: State): Job {
  const { task, mask, photo, plan, prepared, options } = state;
  const box = task === 'fill' ? mask?.bounds() : undefined;
  return {
    state,
    // A copy: the visitor may go on painting.
    mask:
      mask && task === 'fill'
        ? { data: mask.bits.slice(), width: mask.width, height: mask.height }
        : undefined,
    truth: prepared!.truth,
    outcome: {
      name: photo!.name,
      task,
      before: prepared!.before,
      entries: [],
      deviation: undefined,
      samples: options.samples,
      focus: box && around(box, plan!.output.width, plan!.output.height),
      facts: '',
    },
  };
}

/**
 * The box with a quarter of its size around it, within the picture; nothing where that is nearly
 * the whole.
 */
function around(box: Box, width: number, height: number): Box | undefined {
  const margin = Math.max(16, Math.max(box.width, box.height) / 4);
  const side = Math.min(width, height, Math.round(Math.max(box.width, box.height) + 2 * margin));
  if (side > 0.7 * Math.max(width, height)) return undefined;
  const place = (start: number, length: number, limit: number): number =>
    Math.round(Math.min(limit - side, Math.max(0, start + length / 2 - side / 2)));
  return {
    x: place(box.x, box.width, width),
    y: place(box.y, box.height, height),
    width: side,
    height: side,
  };
}

const idOf = ({ stage, sample }: RestoreStep): string =>
  stage === 'sample' ? `sample-${sample + 1}` : stage;

const LABELS: Readonly<Record<string, string>> = { estimate: 'Estimate', mean: 'Mean' };

function withStep(entries: readonly Entry[], step: RestoreStep): Entry[] {
  const id = idOf(step);
  const entry: Entry = {
    id,
    label: LABELS[id] ?? `Sample ${step.sample + 1}`,
    image: step.preview,
    unfinished: step.stage === 'sample' && !step.finished,
  };
  // Samples that are drawn side by side come in any order. There are 8 at most, so that ids sort as
  // they are numbered.
  return [...entries.filter((other) => other.id !== id), entry].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
}

function finished({ estimate, mean, samples }: Result): Entry[] {
  return [
    { id: 'estimate', label: 'Estimate', image: estimate },
    { id: 'mean', label: 'Mean', image: mean },
    ...samples.map((image, i) => ({ id: `sample-${i + 1}`, label: `Sample ${i + 1}`, image })),
  ];
}

const original = ({ truth }: Job): Entry[] =>
  truth ? [{ id: 'original', label: 'Original', image: truth }] : [];

/**
 * Where the clean picture is known: how near each result comes to it, over the pixels that were
 * restored.
 */
function judged(entries: readonly Entry[], { truth, mask }: Job): Entry[] {
  return entries.map((entry) =>
    truth && entry.id !== 'original'
      ? { ...entry, psnr: psnr(truth, entry.image, mask?.data) }
      : entry,
  );
}

/** @param taken steps of this sample so far; before the first, the estimate's and the mean's. */
function stageText(
  { stage, sample, totalEvaluations }: RestoreStep,
  taken: number,
  { samples, refine }: Options,
): string {
  if (stage === 'estimate') return 'Linear estimate';
  const mean = refine ? 3 : 1;
  if (stage === 'mean') return refine ? `Mean, step ${taken - 1} of ${mean}` : 'Mean';
  return `Sample ${sample + 1} of ${samples}, step ${taken} of ${(totalEvaluations - mean) / samples}`;
}

function factsOf(result: Result, { outcome }: Job): string {
  const { kind, adapter } = result.device;
  const where =
    kind === 'cpu' ? 'on the CPU' : `on ${DEVICE_NAMES[kind]}${adapter ? ` (${adapter})` : ''}`;
  const noise = outcome.task === 'denoise' ? `, noise ${levels(result.noise)} of 255` : '';
  return `${TASK_NAMES[outcome.task]}, ${plural(result.evaluations, 'evaluation')} in ${duration(result.milliseconds / 1000)} ${where}, seed ${result.seed}${noise}.`;
}
