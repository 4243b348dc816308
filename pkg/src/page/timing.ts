/** How long one evaluation takes by its number of pixels, learnt from the warm-up and every run. */
export class EvaluationTimes {
  /** Milliseconds by pixels. */
  readonly #observed = new Map<number, number>();

  /** Records an evaluation. */
  observe(pixels: number, milliseconds: number): void {
    if (pixels > 0 && milliseconds > 0) this.#observed.set(pixels, milliseconds);
  }

  /**
   * Expected milliseconds: those of the nearest size that was observed, scaled by the number of
   * pixels; 0 if there is none.
   */
  predict(pixels: number): number {
    let [nearest, milliseconds, distance] = [1, 0, Infinity];
    for (const [observedPixels, observed] of this.#observed) {
      const d = Math.abs(Math.log(observedPixels / pixels));
      if (d < distance) [nearest, milliseconds, distance] = [observedPixels, observed, d];
    }
    return (milliseconds * pixels) / nearest;
  }
}

/** The progress of one run, and the time that it still takes. */
export class RunClock {
  #spent = 0;
  #finished = 0;
  readonly #tiles: number;
  readonly #evaluations: number;
  readonly #expected: number;
  /** How many evaluate in parallel. */
  workers: number;

  /**
   * @param tiles tiles of the whole run.
   * @param evaluations evaluations of the whole run, each of equally many tiles.
   * @param expected milliseconds that an evaluation is expected to take, until the run's own tiles
   *   are measured.
   * @param workers how many are expected to evaluate in parallel.
   */
  constructor(tiles: number, evaluations: number, expected: number, workers = 1) {
    this.#tiles = tiles;
    this.#evaluations = evaluations;
    this.#expected = expected;
    this.workers = workers;
  }

  /**
   * Records that a tile has ended.
   *
   * @param finished tiles finished so far; unchanged by the linear estimate, which is not counted.
   */
  tile(finished: number, milliseconds: number): void {
    if (finished > this.#finished) this.#spent += milliseconds;
    this.#finished = finished;
  }

  /** Milliseconds of one evaluation: measured in this run, or expected before its first tile. */
  get evaluationMilliseconds(): number {
    return this.#finished > 0
      ? this.#tileMilliseconds * (this.#tiles / this.#evaluations)
      : this.#expected;
  }

  get secondsLeft(): number {
    return (this.#tiles * (1 - this.fraction) * this.#tileMilliseconds) / (1000 * this.workers);
  }

  /** Those of one tile, of runs without evaluations too. */
  get #tileMilliseconds(): number {
    if (this.#finished > 0) return this.#spent / this.#finished;
    return this.#tiles > 0 ? (this.#evaluations * this.#expected) / this.#tiles : 0;
  }

  /** 0 to 1. */
  get fraction(): number {
    return this.#tiles === 0 ? 1 : Math.min(1, this.#finished / this.#tiles);
  }
}
