import { abortedError } from '../shared/errors.js';
import type { WindowValues } from '../shared/requests.js';
import { TileHelpers } from './tile-helpers.js';

/** What the page's commands change in a run: its credit, end, share, samples and helpers. */
export class RunControl {
  /** The workers that evaluate tiles of the run. */
  readonly helpers = new TileHelpers(() => this.wake());
  #credit: number;
  #cancelled = false;
  #wake: (() => void) | undefined;
  #workers: number | undefined;
  readonly #samples = new Map<number, WindowValues>();

  /** @param credit steps that the run may take before it needs {@link RunControl.addCredit}. */
  constructor(credit: number) {
    this.#credit = credit;
  }

  /** Allows one more step. */
  addCredit(): void {
    this.#credit++;
    this.wake();
  }

  /** Makes the run's next check throw. */
  cancel(): void {
    this.#cancelled = true;
    this.wake();
  }

  /** Stores a sample of a shared run until the lead adopts it. */
  addSample(index: number, values: WindowValues): void {
    this.#samples.set(index, values);
    this.wake();
  }

  /** Stores how many workers draw the samples. */
  setWorkers(count: number): void {
    this.#workers = count;
    this.wake();
  }

  /** Waits for the number of workers that draw. Throws `aborted` if the run is cancelled. */
  async workers(): Promise<number> {
    for (;;) {
      this.throwIfCancelled();
      if (this.#workers !== undefined) return this.#workers;
      await this.change();
    }
  }

  /** Removes and returns a sample; undefined if it has not arrived. */
  takeSample(index: number): WindowValues | undefined {
    const values = this.#samples.get(index);
    this.#samples.delete(index);
    return values;
  }

  /** Waits for a sample, removes and returns it. Throws `aborted` if the run is cancelled. */
  async nextSample(index: number): Promise<WindowValues> {
    for (;;) {
      this.throwIfCancelled();
      const values = this.takeSample(index);
      if (values) return values;
      await this.change();
    }
  }

  /** Lets the messages that have arrived be read. Throws `aborted` if the run is cancelled. */
  async beforeTile(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.throwIfCancelled();
  }

  /** The same before the first tile of a step, for which it also waits for credit. */
  async beforeStep(): Promise<void> {
    await this.beforeTile();
    while (this.#credit <= 0) {
      await this.change();
      this.throwIfCancelled();
    }
    this.#credit--;
  }

  /** @throws EpsError `aborted` if the run is cancelled. */
  throwIfCancelled(): void {
    if (this.#cancelled) throw abortedError();
  }

  /** Resolves at the next command, and when anything else has changed for the run. */
  change(): Promise<void> {
    return new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Ends the wait for a {@link RunControl.change}. */
  wake(): void {
    this.#wake?.();
  }
}
