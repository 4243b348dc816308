// One restoration at a time: started, followed, cancelled. Results that are finished when a run
// ends early are kept.

import { batch } from '@preact/signals-core';
import { EpsError, type Restorer, type RestoreStep, type Result } from 'eps-restore';
import type { AppState } from '../state/app-state.js';
import type { Entry, Outcome, Progress } from '../state/outcome.js';
import { packageTask } from '../state/package-task.js';
import { formatDuration, TASK_TEXTS, type View } from '../vocabulary.js';
import type { EngineHost } from './engine.js';
import { compareWithTruth, finishedEntries, withStep } from './entries.js';
import { jobOf, type Job } from './job.js';
import { resultFacts, stageAnnouncement, stageText } from './texts.js';

interface RunnerEvents {
  /** Tells screen readers. */
  readonly announce: (text: string) => void;
  readonly failed: (error: unknown) => void;
  /** The visitor must do something before the run can start. */
  readonly refused: (todo: string) => void;
}

interface Run {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export class Runner {
  private current: Run | undefined;

  constructor(
    private readonly state: AppState,
    private readonly host: EngineHost,
    private readonly events: RunnerEvents,
  ) {}

  start(): void {
    if (this.current) return;
    const todo = this.state.plan.peek()?.todo;
    if (todo) {
      this.events.refused(todo);
      return;
    }
    const job = jobOf(this.state);
    if (!job) return;
    const controller = new AbortController();
    const ended = this.run(job, controller.signal).finally(() => {
      this.current = undefined;
      this.state.progress.value = undefined;
    });
    this.current = { controller, ended };
  }

  /** Asks the run to end, and resolves once it has. */
  async cancel(): Promise<void> {
    this.changeProgress({ stage: 'Cancelling', secondsLeft: undefined, cancelling: true });
    this.current?.controller.abort();
    await this.current?.ended;
  }

  private async run(job: Job, signal: AbortSignal): Promise<void> {
    const { state, host, events } = this;
    const before = {
      outcome: state.outcome.peek(),
      entryId: state.chosenEntryId.peek(),
      view: state.chosenView.peek(),
    };
    state.progress.value = {
      stage: state.restorer.peek() ? 'Starting' : 'Waiting for the engine',
      fraction: 0,
      secondsLeft: state.cost.peek()?.seconds,
      cancelling: false,
    };
    events.announce('Restoring.');
    let entries: Entry[] = [];
    try {
      const restorer = await host.ready(signal);
      const result = await this.follow(restorer, job, signal, (step) => {
        entries = withStep(entries, step);
        this.showEntries(job, entries);
      });
      this.showResult(job, result);
      events.announce(`Done in ${formatDuration(result.milliseconds / 1000)}.`);
    } catch (error) {
      const isCancelled = error instanceof EpsError && error.code === 'aborted';
      const end = isCancelled ? 'Cancelled' : 'Stopped';
      const finished = entries.filter(({ unfinished }) => !unfinished);
      if (finished.length > 0) this.showFinished(job, finished, end);
      else this.show(before.outcome, before.entryId, before.view);
      events.announce(`${end}.`);
      if (!isCancelled) events.failed(error);
    } finally {
      host.refresh();
    }
  }

  /** Runs the job step by step, and shows its progress. */
  private async follow(
    restorer: Restorer,
    { task, settings, simulate, mask, input, options }: Job,
    signal: AbortSignal,
    showStep: (step: RestoreStep) => void,
  ): Promise<Result> {
    const steps = restorer.stream(input, packageTask(task, settings, simulate, mask), {
      ...options,
      signal,
      // A step of a large photo takes many tiles.
      onProgress: ({ fraction, secondsLeft }) => {
        if (!signal.aborted) this.changeProgress({ fraction, secondsLeft });
      },
    });
    /** Several samples may be drawn in parallel. */
    const stepsOfSample = new Map<number, number>();
    let announced = '';
    for (;;) {
      const next = await steps.next();
      if (next.done) return next.value;
      const step = next.value;
      const count = (stepsOfSample.get(step.sample) ?? 0) + 1;
      stepsOfSample.set(step.sample, count);
      showStep(step);
      this.changeProgress({
        stage: stageText(step, count, options),
        fraction: step.fraction,
        secondsLeft: step.secondsLeft,
        cancelling: signal.aborted,
      });
      const announcement = stageAnnouncement(step, options);
      if (announcement !== announced) this.events.announce(announcement);
      announced = announcement;
    }
  }

  private changeProgress(changes: Partial<Progress>): void {
    const progress = this.state.progress.peek();
    if (progress) this.state.progress.value = { ...progress, ...changes };
  }

  private showEntries(job: Job, entries: readonly Entry[]): void {
    const { chosenEntryId, chosenView } = this.state;
    const outcome = { ...job.outcome, entries };
    // The stage shows the first result. From the second on, it shows the visitor's choice.
    if (entries.length === 1) this.show(outcome, undefined, 'result');
    else this.show(outcome, chosenEntryId.peek(), chosenView.peek());
  }

  private showResult(job: Job, result: Result): void {
    const view = this.state.chosenView.peek();
    const outcome = {
      ...job.outcome,
      entries: compareWithTruth(finishedEntries(result), job),
      deviation: result.deviation,
      facts: resultFacts(result, job.task),
    };
    // The mean is the best single answer.
    this.show(outcome, 'mean', view === 'result' ? 'compare' : view);
  }

  /** Shows the finished entries of a run that ended early. */
  private showFinished(job: Job, finished: readonly Entry[], end: string): void {
    const outcome = {
      ...job.outcome,
      entries: compareWithTruth(finished, job),
      facts: `${TASK_TEXTS[job.task].name}. ${end} before the end; finished results are kept.`,
    };
    this.show(outcome, finished.at(-1)?.id, this.state.chosenView.peek());
  }

  private show(outcome: Outcome | undefined, entryId: string | undefined, view: View): void {
    batch(() => {
      this.state.outcome.value = outcome;
      this.state.chosenEntryId.value = entryId;
      this.state.chosenView.value = view;
    });
  }
}
