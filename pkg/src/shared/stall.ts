/** Limits for parts of the platform that may never answer. */

/** Milliseconds after which a part of the platform that does not answer counts as stalled. */
export const DEFAULT_STALL_MS = 60_000;

/** How many ticks without a sign of life are a stall. */
const TICKS = 4;

/**
 * Waits for signs of life and reports their absence.
 *
 * It counts ticks instead of comparing times: a device that slept, or a thread that was busy, comes
 * back with one late tick and not with a stall.
 */
export class StallWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  #ticks = 0;

  /**
   * @param milliseconds without a sign of life after which `onStall` is called, once.
   */
  constructor(milliseconds: number, onStall: () => void) {
    this.#timer = setInterval(() => {
      if (++this.#ticks < TICKS) return;
      this.stop();
      onStall();
    }, milliseconds / TICKS);
  }

  /** Records a sign of life. */
  beat(): void {
    this.#ticks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/**
 * The outcome of `work`, or `error()` if it does not settle within this time.
 *
 * @param milliseconds the limit.
 */
export function withinStall<T>(
  milliseconds: number,
  work: Promise<T>,
  error: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const watch = new StallWatch(milliseconds, () => reject(error()));
    void work.then(resolve, reject).finally(() => watch.stop());
  });
}

/** A time limit as messages show it. */
export function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
