/** Steps that a run may take before its reader allows more. */
export class Pace {
  #left: number;
  #wake: (() => void) | undefined;

  /** @param credit steps that are allowed from the start. */
  constructor(credit: number) {
    this.#left = credit;
  }

  /** Allows one more step. */
  more(): void {
    this.#left++;
    this.#wake?.();
  }

  /** Resolves once a step is allowed. */
  async take(): Promise<void> {
    while (this.#left < 1) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#left--;
  }
}
