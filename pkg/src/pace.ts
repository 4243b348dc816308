/** How long one evaluation takes, by its number of pixels: learnt at warm-up and from every run. */
export class Pace {
  readonly #observed = new Map<number, number>();

  /** An evaluation of `pixels` pixels took this long. */
  observe(pixels: number, milliseconds: number): void {
    if (pixels > 0 && milliseconds > 0) this.#observed.set(pixels, milliseconds);
  }

  /** Expected milliseconds: the nearest size that was observed, scaled by the number of pixels; 0 before any was. */
  predict(pixels: number): number {
    let best: [number, number] | undefined;
    for (const entry of this.#observed) {
      if (!best || Math.abs(Math.log(entry[0] / pixels)) < Math.abs(Math.log(best[0] / pixels))) best = entry;
    }
    return best ? (best[1] * pixels) / best[0] : 0;
  }
}

/** The time of one run: what is done, and what is left. */
export class RunClock {
  #spent = 0;
  #evaluations = 0;
  readonly #total: number;
  readonly #expected: number;

  /**
   * @param totalEvaluations evaluations of the whole run.
   * @param expected milliseconds that one is expected to take, until the run itself tells.
   */
  constructor(totalEvaluations: number, expected: number) {
    this.#total = totalEvaluations;
    this.#expected = expected;
  }

  /** A step took this long, after which so many evaluations are done. */
  step(evaluations: number, milliseconds: number): void {
    if (evaluations > this.#evaluations) this.#spent += milliseconds;
    this.#evaluations = evaluations;
  }

  /** Milliseconds of one evaluation: measured in this run, or as expected before the first. */
  get evaluationMilliseconds(): number {
    return this.#evaluations > 0 ? this.#spent / this.#evaluations : this.#expected;
  }

  get secondsLeft(): number {
    return (Math.max(0, this.#total - this.#evaluations) * this.evaluationMilliseconds) / 1000;
  }

  /** 0 to 1. */
  get fraction(): number {
    return this.#total === 0 ? 1 : Math.min(1, this.#evaluations / this.#total);
  }
}
