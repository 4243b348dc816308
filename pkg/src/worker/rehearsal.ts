import { release, type Engine, type Run } from './core.js';

/**
 * Compiles a GPU's pipelines while nothing else is asked of the worker, by small restorations of
 * the usual tasks, whose results are not read. Their first run then has hardly anything to compile.
 */
export class Rehearsal {
  /** The task that is rehearsed next. */
  #number = 0;
  #isOver = false;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Nothing is left to compile, or a rehearsal failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Goes on with the task that was reached, until the end or until `isIdle` is false.
   *
   * @throws the core's errors, after which no more is rehearsed.
   */
  async continue(isIdle: () => boolean): Promise<void> {
    try {
      while (!this.#isOver && (await this.#rehearse(isIdle))) this.#number++;
    } catch (thrown) {
      this.#isOver = true;
      throw thrown;
    }
  }

  /** Whether the task was rehearsed to its end. What was compiled before an interruption stays. */
  async #rehearse(isIdle: () => boolean): Promise<boolean> {
    let run: Run | undefined;
    try {
      run = this.#engine.rehearse(this.#number);
      if (!run) {
        this.#isOver = true;
        return false;
      }
      do {
        await new Promise<void>((resolve) => setTimeout(resolve, 0));
        if (!isIdle()) return false;
      } while ((await run.advance()) !== undefined);
      await run.result();
      return true;
    } finally {
      release(run);
    }
  }
}
