/** Values that arrive on their own time, read one by one. */
export class StepQueue<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  push(value: T): void {
    this.#waiting.push(value);
    this.#wake?.();
  }

  /** No more will come. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** The next value, or undefined after the last one. */
  async next(): Promise<T | undefined> {
    while (this.#waiting.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#waiting.shift();
  }
}
