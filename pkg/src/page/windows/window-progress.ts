import type { RestoreProgress, RestoreStep } from '../progress.js';

/** The progress of a photo from that of its windows, and of what is restored before them. */
export class WindowProgress {
  readonly #count: number;
  readonly #begun = performance.now();
  /** All parts, in windows. */
  readonly #total: number;
  #done = 0;
  #tilesDone = 0;
  /** The part under way, in windows, and its tiles that are done. */
  #size = 0;
  #tiles = 0;

  /**
   * @param count of windows.
   * @param before how many windows take as long as what comes before them.
   */
  constructor(count: number, before: number) {
    this.#count = count;
    this.#total = before + count;
  }

  /** Begins a part that takes as long as `size` windows. Returns whether it is the first one. */
  begin(size: number): boolean {
    this.#done += this.#size;
    this.#tilesDone += this.#tiles;
    this.#size = size;
    this.#tiles = 0;
    return this.#done === 0;
  }

  of({ tiles, totalTiles, fraction, secondsLeft }: RestoreProgress): RestoreProgress {
    this.#tiles = tiles;
    const done = this.#done + fraction * this.#size;
    const seconds = (performance.now() - this.#begun) / 1000;
    // Before a part has ended, what it is expected to take in all.
    const each = this.#done > 0 ? seconds / done : (seconds + secondsLeft) / this.#size;
    const left = (this.#total - this.#done) / this.#size;
    return {
      tiles: this.#tilesDone + tiles,
      totalTiles: this.#tilesDone + Math.round(left * totalTiles),
      fraction: done / this.#total,
      secondsLeft: (this.#total - done) * each,
    };
  }

  /** The step that has ended window number `index`. */
  step(last: RestoreStep, index: number): Omit<RestoreStep, 'preview'> {
    return {
      ...last,
      ...this.of(last),
      stage: 'mean',
      sample: -1,
      step: index + 1,
      totalSteps: this.#count,
      finished: false,
    };
  }
}
