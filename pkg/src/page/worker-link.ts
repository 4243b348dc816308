import { EpsError, messageOf } from '../shared/errors.js';
import {
  NO_CALL,
  type Answer,
  type AnswerMessage,
  type Ask,
  type CallEvent,
  type CallMessage,
  type CallName,
  type EventMessage,
  type Failure,
  type FromWorker,
  type RunCommand,
  type ToWorker,
} from '../shared/protocol.js';
import type { WindowValues } from '../shared/requests.js';

/** How a call ended. */
export type Outcome<N extends CallName> =
  | { readonly ok: true; readonly answer: Answer<N> }
  | { readonly ok: false; readonly failure: Failure };

/** A restoration in progress. */
export interface RunHandle {
  /** Never rejects: a failure is an outcome. */
  readonly outcome: Promise<Outcome<'restore'>>;
  /** Allows one more step. */
  more(): void;
  /** Ends the run before its next tile. */
  cancel(): void;
}

/** A restoration in progress in one worker. */
export interface WorkerRun extends RunHandle {
  /** Gives the run a sample that another worker has drawn. */
  adopt(index: number, values: WindowValues): void;
}

/** What a call may have beside what it asks. */
interface CallOptions<N extends CallName> {
  /** Called for each event before the answer. */
  readonly onEvent?: (event: CallEvent<N>) => void;
  /** Buffers that move to the worker. */
  readonly transfer?: Transferable[];
}

interface OpenCall<N extends CallName> {
  readonly onEvent: (event: CallEvent<N>) => void;
  readonly settle: (outcome: Outcome<N>) => void;
}

/** The open calls by name and id. */
type OpenCalls = { readonly [N in CallName]: Map<number, OpenCall<N>> };

/**
 * The page's end of a worker. After a fatal failure the worker is terminated and all its calls
 * fail. The owner of the link then makes another.
 */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #open: OpenCalls = {
    load: new Map(),
    cost: new Map(),
    noise: new Map(),
    restore: new Map(),
  };
  #lastId = NO_CALL;
  #fatal: Failure | undefined;

  /** @throws EpsError `worker-failed` if the browser refuses to start a worker. */
  constructor() {
    this.#worker = startWorker();
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) =>
      this.#receive(data),
    );
    this.#worker.addEventListener('messageerror', () =>
      this.#fail(workerFailure('A message from the worker could not be read.')),
    );
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      // An event without a message means that the script, or one that it imports, did not load.
      const message = event.message
        ? `The worker failed: ${event.message}`
        : 'The worker could not be loaded: worker.js or wasm/eps_restore.js is missing beside ' +
          'the package, or is blocked.';
      this.#fail(workerFailure(message));
    });
  }

  /** False once the worker has been terminated. */
  get alive(): boolean {
    return this.#fatal === undefined;
  }

  /**
   * Makes a call and returns its answer.
   *
   * @throws EpsError with the code of the failure.
   */
  async ask<N extends CallName>(
    name: N,
    ask: Ask<N>,
    options: CallOptions<N> = {},
  ): Promise<Answer<N>> {
    const outcome = await this.call(name, ask, options);
    if (outcome.ok) return outcome.answer;
    throw errorOf(outcome.failure);
  }

  /** Makes a call and returns how it ended. Never rejects. */
  call<N extends CallName>(
    name: N,
    ask: Ask<N>,
    options: CallOptions<N> = {},
  ): Promise<Outcome<N>> {
    return this.#begin(name, ask, options).outcome;
  }

  /** Starts a restoration. */
  startRun(ask: Ask<'restore'>, onEvent: (event: CallEvent<'restore'>) => void): WorkerRun {
    const { id, outcome } = this.#begin('restore', ask, { onEvent });
    const send = (command: RunCommand, transfer: Transferable[] = []): void =>
      this.#post({ id, ...command }, transfer);
    return {
      outcome,
      more: () => send({ type: 'more' }),
      cancel: () => send({ type: 'cancel' }),
      adopt: (index, values) => {
        const buffers = values.map(({ buffer }) => buffer);
        send({ type: 'adopt', index, values }, buffers);
      },
    };
  }

  /** Terminates the worker. Every open call fails with this error. */
  terminate({ code, message }: EpsError): void {
    this.#fail({ code, message, fatal: true });
  }

  #begin<N extends CallName>(
    name: N,
    ask: Ask<N>,
    { onEvent = () => undefined, transfer = [] }: CallOptions<N>,
  ): { id: number; outcome: Promise<Outcome<N>> } {
    const id = ++this.#lastId;
    const outcome = new Promise<Outcome<N>>((settle) => {
      if (this.#fatal) settle({ ok: false, failure: this.#fatal });
      else this.#open[name].set(id, { onEvent, settle });
    });
    const message: CallMessage<N> = { type: 'call', id, name, ask };
    this.#post<N>(message, transfer);
    return { id, outcome };
  }

  #post<N extends CallName>(message: ToWorker<N>, transfer: Transferable[]): void {
    if (this.alive) this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'event':
        this.#emit(message);
        break;
      case 'answer':
        this.#answer(message);
        break;
      case 'failure':
        if (message.failure.fatal) this.#fail(message.failure);
        else this.#settleFailed(message.id, message.failure);
        break;
    }
  }

  #emit<N extends CallName>({ id, name, event }: EventMessage<N>): void {
    this.#open[name].get(id)?.onEvent(event);
  }

  #answer<N extends CallName>({ id, name, answer }: AnswerMessage<N>): void {
    const calls: Map<number, OpenCall<N>> = this.#open[name];
    const call = calls.get(id);
    calls.delete(id);
    call?.settle({ ok: true, answer });
  }

  #settleFailed(id: number, failure: Failure): void {
    for (const calls of Object.values(this.#open)) {
      const call = calls.get(id);
      calls.delete(id);
      call?.settle({ ok: false, failure });
    }
  }

  /** Terminates the worker, once, and fails every open call. */
  #fail(failure: Failure): void {
    if (this.#fatal) return;
    this.#fatal = failure;
    this.#worker.terminate();
    for (const calls of Object.values(this.#open))
      for (const id of [...calls.keys()]) this.#settleFailed(id, failure);
  }
}

/** The error of a failed call. */
export function errorOf({ code, message }: Failure): EpsError {
  return new EpsError(code, message);
}

function workerFailure(message: string): Failure {
  return { code: 'worker-failed', message, fatal: true };
}

function startWorker(): Worker {
  try {
    return new Worker(new URL('../worker.js', import.meta.url), {
      /* webpackChunkName: "eps-restore-worker" */ type: 'module',
    });
  } catch (cause) {
    throw new EpsError(
      'worker-failed',
      `The browser refused to start the worker: ${messageOf(cause)} ` +
        "The package's files must come from the page's own site.",
      { cause },
    );
  }
}
