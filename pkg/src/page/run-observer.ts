import { EpsError } from '../shared/errors.js';
import type { FinishedRun, FinishedTile, RunEvent, StartedRun } from '../shared/protocol.js';
import type { RestoreProgress, RestoreStep } from './progress.js';
import { imageDataOf } from './image-data.js';
import { RunClock, type EvaluationTimes } from './timing.js';

/** The caller's callbacks. What one of them throws ends the run. */
export interface RunCallbacks {
  readonly onStep: (step: RestoreStep) => void;
  readonly onProgress: (progress: RestoreProgress) => void;
}

/** Reports a run's events to its caller, with the progress and the time that is left. */
export class RunObserver {
  readonly #callbacks: RunCallbacks;
  readonly #times: EvaluationTimes;
  #workers: number;
  #started: { readonly run: StartedRun; readonly clock: RunClock } | undefined;
  /** Tiles of the last report. */
  #tiles: number | undefined;
  #thrown: { readonly error: unknown } | undefined;

  /**
   * @param times what evaluations took before this run.
   * @param workers how many are expected to evaluate in parallel.
   */
  constructor(callbacks: RunCallbacks, times: EvaluationTimes, workers: number) {
    this.#callbacks = callbacks;
    this.#times = times;
    this.#workers = workers;
  }

  /** What is known of the run since its start; undefined before it. */
  get started(): StartedRun | undefined {
    return this.#started?.run;
  }

  /** Reports an event. Returns false if a callback threw, and from then on. */
  report(event: RunEvent): boolean {
    if (this.#thrown) return false;
    try {
      this.#report(event);
      return true;
    } catch (error) {
      this.#thrown = { error };
      return false;
    }
  }

  /** Throws what a callback threw. */
  rethrow(): void {
    if (this.#thrown) throw this.#thrown.error;
  }

  /** Records how many workers evaluate in parallel after all. */
  setWorkers(count: number): void {
    this.#workers = count;
    if (this.#started) this.#started.clock.workers = count;
  }

  /** Records how long an evaluation took in the finished run. */
  recordTimes({ images }: FinishedRun): void {
    if (!this.#started || images.evaluations === 0) return;
    const { run, clock } = this.#started;
    this.#times.observe(run.pixels, clock.evaluationMilliseconds);
  }

  #report(event: RunEvent): void {
    if (event.type === 'started') {
      const { totalTiles, totalEvaluations, pixels } = event;
      const expected = this.#times.predict(pixels);
      const clock = new RunClock(totalTiles, totalEvaluations, expected, this.#workers);
      this.#started = { run: event, clock };
    }
    if (event.type !== 'tile' && event.type !== 'step') return;
    const { run, progress } = this.#progress(event);
    // A step may end after its last tile came back from another worker, and has been reported.
    if (progress.tiles !== this.#tiles) this.#callbacks.onProgress(progress);
    this.#tiles = progress.tiles;
    if (event.type === 'tile') return;
    const { totalSteps, totalEvaluations, meanEvaluations, width, height } = run;
    const { preview, query, ...step } = event.step;
    const image = (bytes: Uint8Array<ArrayBuffer>): ImageData => imageDataOf(bytes, width, height);
    this.#callbacks.onStep({
      ...progress,
      ...step,
      ...{ totalSteps, totalEvaluations, meanEvaluations },
      preview: image(preview),
      ...(query && { query: { state: image(query.state), pivot: image(query.pivot) } }),
    });
  }

  #progress({ tiles, milliseconds }: FinishedTile): { run: StartedRun; progress: RestoreProgress } {
    if (!this.#started) throw new EpsError('internal', 'A run reported a tile before its start.');
    const { run, clock } = this.#started;
    clock.tile(tiles, milliseconds);
    const { fraction, secondsLeft } = clock;
    return { run, progress: { tiles, totalTiles: run.totalTiles, fraction, secondsLeft } };
  }
}
