import { loadFraction, type LoadProgress } from './progress.js';

/** Reports the progress of a load. Each report repeats what earlier ones have said. */
export class LoadReporter {
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #signal: AbortSignal;
  readonly #onThrow: (error: unknown) => void;
  #last: LoadProgress = {
    stage: 'weights',
    fraction: 0,
    loadedBytes: 0,
    totalBytes: undefined,
    cached: false,
    device: undefined,
  };

  /**
   * @param signal ends the reports when it is aborted.
   * @param onThrow called with what the caller's `onProgress` throws. It must end the load.
   */
  constructor(
    onProgress: ((progress: LoadProgress) => void) | undefined,
    signal: AbortSignal,
    onThrow: (error: unknown) => void,
  ) {
    this.#onProgress = onProgress ?? (() => undefined);
    this.#signal = signal;
    this.#onThrow = onThrow;
  }

  /**
   * @param stageFraction 0 to 1 within the stage.
   * @param changes what else has changed since the last report.
   */
  report(
    stage: LoadProgress['stage'],
    stageFraction: number,
    changes: Partial<Omit<LoadProgress, 'stage' | 'fraction'>>,
  ): void {
    const fraction = Math.max(this.#last.fraction, loadFraction(stage, stageFraction));
    this.#last = { ...this.#last, ...changes, stage, fraction };
    if (this.#signal.aborted) return;
    try {
      this.#onProgress(this.#last);
    } catch (error) {
      this.#onThrow(error);
    }
  }
}
