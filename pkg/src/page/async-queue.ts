/** A queue whose reader waits for values that have not arrived yet. */
export class AsyncQueue<T> {
  readonly #values: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  push(value: T): void {
    this.#values.push(value);
    this.#wake?.();
  }

  /** Ends the queue after the values that were pushed. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Removes and returns the next value; undefined after the last one. */
  async next(): Promise<T | undefined> {
    while (this.#values.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#values.shift();
  }
}
