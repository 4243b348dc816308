import { EpsError, abortedError } from '../shared/errors.js';

/** What a call does while another is under way: see {@link RestoreOptions.whenBusy}. */
export type WhenBusy = 'fail' | 'wait' | 'replace';
export const WHEN_BUSY = ['fail', 'wait', 'replace'] as const satisfies WhenBusy[];

/** One call among those of a restorer. It is over at its end, or as soon as it is aborted. */
export class Turn {
  readonly #stop = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #forward = (): void => this.stop(this.#caller?.reason);
  #isOver = false;
  #onOver: () => void = () => undefined;
  /** Resolves when the call is over. */
  readonly over = new Promise<void>((resolve) => (this.#onOver = resolve));
  /** Resolves when the call may begin. */
  readonly begun: Promise<unknown>;

  constructor(caller: AbortSignal | undefined, earlier: readonly Turn[]) {
    this.#caller = caller;
    this.begun = Promise.all(earlier.map(({ over }) => over));
    if (caller?.aborted) this.#forward();
    caller?.addEventListener('abort', this.#forward);
  }

  /** Aborted by the caller's signal, and by a later call that takes this one's place. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  stop(reason: unknown): void {
    this.#stop.abort(reason);
    this.end();
  }

  end(): void {
    this.#isOver = true;
    this.#onOver();
    this.#caller?.removeEventListener('abort', this.#forward);
  }
}

/** The calls of a restorer, which runs one at a time. */
export class Turns {
  #open: Turn[] = [];

  /**
   * A turn for a call, which begins after those before it.
   *
   * @throws EpsError `busy` if there are any and the call does not want to wait.
   */
  take(whenBusy: WhenBusy, signal: AbortSignal | undefined): Turn {
    this.#open = this.#open.filter(({ isOver }) => !isOver);
    if (whenBusy === 'fail' && this.#open.length > 0)
      throw new EpsError(
        'busy',
        'This restorer is working on another photo. Wait for it, abort it by its signal, or ' +
          "state whenBusy: 'wait' or 'replace'.",
      );
    if (whenBusy === 'replace') for (const turn of this.#open) turn.stop(replacedError());
    const turn = new Turn(signal, this.#open);
    this.#open = [...this.#open, turn];
    return turn;
  }
}

function replacedError(): EpsError {
  return new EpsError('aborted', 'A later call has taken the place of this one.');
}

/**
 * The outcome of `work`, or a rejection as soon as the signal is aborted. The work itself goes on;
 * its outcome is then ignored.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(abortedError(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
