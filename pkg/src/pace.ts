/** How long one evaluation takes, by its number of pixels: learnt at warm-up and from every run. */
export class Pace {
  readonly #observed = new Map<number, number>();

  /** An evaluation of `pixels` pixels took this long. */
  observe(pixels: number, milliseconds: number): void {
    if (pixels > 0 && milliseconds > 0) this.#observed.set(pixels, milliseconds);
  }

  /**
   * Expected milliseconds: the nearest size that was observed, scaled by the number of pixels; 0
   * before any was.
   */
  predict(pixels: number): number {
    let best: [number, number] | undefined;
    for (const entry of this.#observed) {
      if (!best || Math.abs(Math.log(entry[0] / pixels)) < Math.abs(Math.log(best[0] / pixels)))
        best = entry;
    }
    return best ? (best[1] * pixels) / best[0] : 0;
  }
}

/** The time of one run: what is done, and what is left. */
export class RunClock {
  #spent = 0;
  #done = 0;
  readonly #tiles: number;
  readonly #evaluations: number;
  readonly #expected: number;
  readonly #abreast: number;

  /**
   * @param tiles tiles of the whole run.
   * @param evaluations evaluations of the whole run: each is as many tiles.
   * @param expected milliseconds that an evaluation is expected to take, until the run itself
   *   tells.
   * @param abreast workers that evaluate at the same time.
   */
  constructor(tiles: number, evaluations: number, expected: number, abreast = 1) {
    this.#tiles = tiles;
    this.#evaluations = evaluations;
    this.#expected = expected;
    this.#abreast = abreast;
  }

  /** Something took this long, after which so many tiles are done. */
  tile(done: number, milliseconds: number): void {
    if (done > this.#done) this.#spent += milliseconds;
    this.#done = done;
  }

  /** Milliseconds of one evaluation: measured in this run, or as expected before its first tile. */
  get evaluationMilliseconds(): number {
    return this.#done > 0
      ? (this.#spent / this.#done) * (this.#tiles / this.#evaluations)
      : this.#expected;
  }

  get secondsLeft(): number {
    return (
      (this.#evaluations * (1 - this.fraction) * this.evaluationMilliseconds) /
      (1000 * this.#abreast)
    );
  }

  /** 0 to 1. */
  get fraction(): number {
    return this.#tiles === 0 ? 1 : Math.min(1, this.#done / this.#tiles);
  }
}
