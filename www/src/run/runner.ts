// One restoration at a time: started, followed, cancelled. Results that are finished when a run
// ends early are kept.

import { batch } from '@preact/signals-core';
import { EpsError, type Restorer, type RestoreStep, type Result } from 'eps-restore';
import type { AppState } from '../state/app-state.js';
import type { Entry, Outcome, Progress } from '../state/outcome.js';
import { packageTask } from '../state/package-task.js';
import { whenDefined } from '../state/watch.js';
import type { TaskId, View } from '../vocabulary.js';
import { plan as planWords, run as words } from '../words.js';
import { jobForAnother } from './another-job.js';
import type { EngineHost } from './engine.js';
import { compareWithTruth, finishedEntries, withStep } from './entries.js';
import { jobOf, type Job } from './job.js';
import { Pace, slownessOf } from './pace.js';
import { imageAt, resultAt, stepAt } from './target-size.js';
import { resultFacts, stageAnnouncement, stageText } from './texts.js';

interface RunnerEvents {
  /** Tells screen readers. */
  readonly announce: (text: string) => void;
  readonly failed: (error: unknown) => void;
  /** The visitor must do something before the run can start. */
  readonly refused: (todo: string) => void;
  /** A run has ended while the visitor looks at another task. */
  readonly doneElsewhere: (task: TaskId) => void;
}

interface Run {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export class Runner {
  private current: Run | undefined;
  /** The latest job that came to its end. */
  private job: Job | undefined;

  constructor(
    private readonly state: AppState,
    private readonly host: EngineHost,
    private readonly events: RunnerEvents,
  ) {}

  start(): void {
    const { state } = this;
    if (state.isRunning.peek()) return; // a queue of photos
    const todo = state.plan.peek()?.todo;
    const obstacle = todo ?? (state.isTooLarge.peek() ? planWords.tooLargeToStart : undefined);
    if (obstacle) this.events.refused(obstacle);
    else this.launch(() => this.nextJob());
  }

  /** Draws one more sample of the latest job. */
  startAnother(): void {
    const { job } = this;
    const outcome = this.state.latestOutcome.peek();
    if (job && outcome) this.launch(() => Promise.resolve(jobForAnother(job, outcome)));
  }

  private launch(prepare: () => Promise<Job | undefined>): void {
    if (this.current) return;
    const controller = new AbortController();
    this.state.progress.value = {
      stage: this.state.restorer.peek() ? words.starting : words.waiting,
      fraction: 0,
      secondsLeft: undefined,
      cancelling: false,
    };
    const ended = prepare()
      .then((job) => job && this.run(job, controller.signal))
      .finally(() => {
        this.current = undefined;
        this.state.progress.value = undefined;
      });
    this.current = { controller, ended };
  }

  private async nextJob(): Promise<Job | undefined> {
    await whenDefined(this.state.prepared);
    const job = jobOf(this.state);
    if (!job?.truth) return job;
    return { ...job, truth: await imageAt(job.truth, job.outcome.size) };
  }

  /** Asks the run to end, and resolves once it has. */
  async cancel(): Promise<void> {
    this.changeProgress({ stage: words.cancelling, secondsLeft: undefined, cancelling: true });
    this.current?.controller.abort();
    await this.current?.ended;
  }

  private async run(job: Job, signal: AbortSignal): Promise<void> {
    const { state, host, events } = this;
    const before = {
      outcome: state.latestOutcome.peek(),
      entryId: state.chosenEntryId.peek(),
      view: state.chosenView.peek(),
    };
    const expected = job.earlier.length > 0 ? undefined : state.cost.peek()?.seconds;
    this.changeProgress({ secondsLeft: expected });
    events.announce(words.began);
    let entries = [...job.earlier];
    try {
      const restorer = await host.ready(signal);
      const result = await this.follow(restorer, job, signal, expected, (step) => {
        entries = withStep(entries, step, job);
        this.showEntries(job, entries);
      });
      this.learnPace(result.milliseconds / 1000, expected);
      this.showResult(job, result);
      events.announce(words.done(result.milliseconds / 1000));
      if (state.task.peek() !== job.task) events.doneElsewhere(job.task);
    } catch (error) {
      const isCancelled = error instanceof EpsError && error.code === 'aborted';
      const end = isCancelled ? words.ended.cancelled : words.ended.stopped;
      const finished = entries.filter(({ unfinished }) => !unfinished);
      if (finished.length > job.earlier.length) this.showFinished(job, finished, end);
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
    job: Job,
    signal: AbortSignal,
    expected: number | undefined,
    showStep: (step: RestoreStep) => void,
  ): Promise<Result> {
    const { task, settings, simulate, mask, input, file, options } = job;
    const pace = new Pace(expected);
    const steps = restorer.stream(input, packageTask(task, settings, simulate, mask), {
      ...options,
      signal,
      file,
      // A step of a large photo takes many tiles.
      onProgress: ({ fraction }) => {
        const secondsLeft = pace.secondsLeft(fraction);
        if (!signal.aborted) this.changeProgress({ fraction, secondsLeft });
      },
    });
    /** Several samples may be drawn in parallel. */
    const stepsOfSample = new Map<number, number>();
    let announced = '';
    for (;;) {
      const next = await steps.next();
      const { size } = job.outcome;
      if (next.done) return resultAt(next.value, size);
      const step = await stepAt(next.value, size);
      const count = (stepsOfSample.get(step.sample) ?? 0) + 1;
      stepsOfSample.set(step.sample, count);
      showStep(step);
      this.changeProgress({
        stage: stageText(step, count, job),
        fraction: step.fraction,
        secondsLeft: pace.secondsLeft(step.fraction),
        cancelling: signal.aborted,
      });
      const announcement = stageAnnouncement(step, job);
      if (announcement !== announced) this.events.announce(announcement);
      announced = announcement;
    }
  }

  /** Later expectations follow how long this run took. */
  private learnPace(seconds: number, expected: number | undefined): void {
    const { slowness } = this.state;
    const raw = expected && expected / slowness.peek();
    slowness.value = slownessOf(seconds, raw) ?? slowness.peek();
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
      entries: compareWithTruth(finishedEntries(result, job), job),
      deviation: result.deviation ?? job.outcome.deviation,
      facts: resultFacts(result, job.task),
      isComplete: true,
    };
    this.job = job;
    // The mean is the best single answer; of a further run, the sample is what is new.
    const newest = job.earlier.length > 0 ? `sample-${job.firstSample + 1}` : 'mean';
    this.show(outcome, newest, view === 'result' ? 'compare' : view);
  }

  /** Shows the finished entries of a run that ended early. */
  private showFinished(job: Job, finished: readonly Entry[], end: string): void {
    const outcome = {
      ...job.outcome,
      entries: compareWithTruth(finished, job),
      facts: words.partialFacts(job.task, end),
    };
    this.show(outcome, finished.at(-1)?.id, this.state.chosenView.peek());
  }

  private show(outcome: Outcome | undefined, entryId: string | undefined, view: View): void {
    batch(() => {
      this.state.latestOutcome.value = outcome;
      this.state.chosenEntryId.value = entryId;
      this.state.chosenView.value = view;
    });
  }
}
