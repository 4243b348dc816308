// One restoration at a time: started, followed, cancelled. Results that are finished when a run
// ends early are kept.

import { batch } from '@preact/signals-core';
import { EpsError, type Restorer, type RestoreStep, type Result } from 'eps-restore';
import type { AppState } from '../state/app-state.js';
import type { Entry, Outcome, Progress } from '../state/outcome.js';
import { packageTask } from '../state/package-task.js';
import { whenDefined } from '../state/watch.js';
import type { View } from '../vocabulary.js';
import { plan as planWords, run as words } from '../words.js';
import { jobForAnother } from './another-job.js';
import { calibrationOf } from './calibration.js';
import type { EngineHost } from './engine.js';
import { compareWithTruth, finishedEntries, withStep } from './entries.js';
import { jobOf, type Job } from './job.js';
import { fractionOfAll, jobAfter } from './next-step.js';
import { Pace, slownessOf } from './pace.js';
import { imageAt, resultAt, stepAt } from './target-size.js';
import { namesOf, resultFacts, stageAnnouncement, stageText, type Made } from './texts.js';

interface RunnerEvents {
  /** Tells screen readers. */
  readonly announce: (text: string) => void;
  readonly failed: (error: unknown) => void;
  /** The visitor must do something before the run can start. */
  readonly refused: (todo: string) => void;
  /** A run has ended while the visitor looks at another task. */
  readonly doneElsewhere: (job: Job) => void;
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

  /** Draws the first samples of the latest job, or one more. */
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
        this.state.inspected.value = undefined;
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
    const expected = job.isFurther ? undefined : state.cost.peek()?.seconds;
    this.changeProgress({ secondsLeft: expected });
    events.announce(words.began);
    let entries = [...job.earlier];
    try {
      const restorer = await host.ready(signal);
      const pace = new Pace(expected);
      const made = await this.runSteps(restorer, job, signal, pace, (current, step) => {
        entries = step ? withStep(entries, step, current) : [...current.earlier];
        this.showEntries(current, entries);
      });
      this.learnPace(made.milliseconds / 1000, expected);
      this.showResult(made);
      events.announce(words.done(made.milliseconds / 1000));
      if (!state.outcome.peek()) events.doneElsewhere(job);
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

  /** Runs a job, and what comes after it. */
  private async runSteps(
    restorer: Restorer,
    first: Job,
    signal: AbortSignal,
    pace: Pace,
    showStep: (job: Job, step?: RestoreStep) => void,
  ): Promise<Made> {
    const { size } = first.outcome;
    const sums = { evaluations: 0, milliseconds: 0 };
    for (let job = first; ;) {
      const result = await this.follow(restorer, job, signal, pace, (step) => showStep(job, step));
      sums.evaluations += result.evaluations;
      sums.milliseconds += result.milliseconds;
      const hasMore = job.course.rest.length > 0;
      const next = hasMore && jobAfter(job, result.mean, await imageAt(result.mean, size));
      if (!next) return { job, result: await resultAt(result, size), ...sums };
      showStep(next);
      job = next;
    }
  }

  /** Runs one job step by step, and shows its progress. */
  private async follow(
    restorer: Restorer,
    job: Job,
    signal: AbortSignal,
    pace: Pace,
    showStep: (step: RestoreStep) => void,
  ): Promise<Result> {
    const { task, settings, simulate, input, file, options } = job;
    const changeFraction = (ofJob: number): void => {
      const fraction = fractionOfAll(job, ofJob);
      this.changeProgress({ fraction, secondsLeft: pace.secondsLeft(fraction) });
    };
    const steps = restorer.stream(input, packageTask(task, settings, simulate, job), {
      ...options,
      inspect: this.state.isInspecting.peek(),
      signal,
      file,
      // A step of a large photo takes many tiles.
      onProgress: ({ fraction }) => {
        if (!signal.aborted) changeFraction(fraction);
      },
    });
    /** Several samples may be drawn in parallel. */
    const stepsOfSample = new Map<number, number>();
    let announced = '';
    for (;;) {
      const next = await steps.next();
      if (next.done) return next.value;
      if (this.state.isInspecting.peek()) this.state.inspected.value = next.value;
      const step = await stepAt(next.value, job.outcome.size);
      const count = (stepsOfSample.get(step.sample) ?? 0) + 1;
      stepsOfSample.set(step.sample, count);
      showStep(step);
      changeFraction(step.fraction);
      this.changeProgress({ stage: stageText(step, count, job), cancelling: signal.aborted });
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

  private showResult(made: Made): void {
    const view = this.state.chosenView.peek();
    const { job, result } = made;
    const outcome = {
      ...job.outcome,
      entries: compareWithTruth(finishedEntries(result, job), job),
      ...(result.deviation && {
        deviation: result.deviation,
        calibration: calibrationOf(result, job),
      }),
      facts: resultFacts(made),
      isComplete: true,
    };
    this.job = job;
    // The mean is the best single answer; of a further run, the sample is what is new.
    const newest = job.isFurther ? `sample-${job.firstSample + 1}` : 'mean';
    this.show(outcome, newest, view === 'result' ? 'compare' : view);
  }

  /** Shows the finished entries of a run that ended early. */
  private showFinished(job: Job, finished: readonly Entry[], end: string): void {
    const outcome = {
      ...job.outcome,
      entries: compareWithTruth(finished, job),
      facts: words.partialFacts(namesOf(job.course.tasks), end),
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
