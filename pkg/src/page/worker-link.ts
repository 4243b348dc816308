import { EpsError } from '../shared/errors.js';
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
import { StallWatch, seconds } from '../shared/stall.js';
import { addressAdvice } from './addresses.js';
import { whenReleased } from './life-lock.js';
import { startWorker, type StartingWorker, type WorkerSettings } from './worker-script.js';

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
  /** Tells the lead of a shared run how many workers draw, itself included. */
  share(every: number): void;
  /** Gives the run a sample that another worker has drawn. */
  adopt(index: number, values: WindowValues): void;
  /** Gives the run a worker that evaluates tiles of it: the other end of the port. */
  connect(helper: number, port: MessagePort): void;
  /** Takes that worker away. */
  disconnect(helper: number): void;
}

/** A call that can be ended before its answer. */
export interface CallHandle<N extends CallName> {
  /** Never rejects: a failure is an outcome. */
  readonly outcome: Promise<Outcome<N>>;
  /** Ends it before its next part. */
  readonly cancel: () => void;
}

/** A worker that evaluates tiles of runs in other workers. */
export type TileServer = CallHandle<'tiles'>;

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
  readonly #stallMs: number;
  readonly #starting: StartingWorker;
  readonly #open: OpenCalls = {
    start: new Map(),
    load: new Map(),
    blur: new Map(),
    cost: new Map(),
    edit: new Map(),
    noise: new Map(),
    parts: new Map(),
    suit: new Map(),
    compression: new Map(),
    restore: new Map(),
    split: new Map(),
    tiles: new Map(),
  };
  #lastId = NO_CALL;
  #fatal: Failure | undefined;

  /**
   * @param settings with `stallMs`: milliseconds without a sign of life after which a start fails,
   *   and a cancelled run has lost its worker.
   * @throws EpsError `worker-failed` if the browser refuses to start a worker.
   */
  constructor(settings: WorkerSettings & { readonly stallMs: number }) {
    this.#stallMs = settings.stallMs;
    this.#starting = startWorker(settings);
    this.#worker = this.#starting.worker;
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
        : 'The worker could not be loaded: its script, or one that it imports, is missing, is ' +
          'blocked, or is on another site that does not allow it (CORS). ' +
          addressAdvice('workerUrl');
      this.#fail(workerFailure(message));
    });
  }

  /**
   * Waits until the worker runs with its compiled core. From then on the worker's end, for whatever
   * reason, is noticed at once.
   *
   * @param wasm the compiled core, or its address; undefined: the file in this package.
   */
  async start(wasm: WebAssembly.Module | string | undefined): Promise<Outcome<'start'>> {
    const stallMs = this.#stallMs;
    const lock = `eps-restore ${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
    let waitsFor = "the worker's script has not answered";
    const watch = new StallWatch(stallMs, () =>
      this.#fail(workerFailure(`The start stalled: ${waitsFor} for ${seconds(stallMs)}.`)),
    );
    const onEvent = ({ type }: CallEvent<'start'>): void => {
      watch.beat();
      this.#starting.onLoaded();
      if (type === 'running') waitsFor = 'no data of the WebAssembly core has come';
      if (type === 'locked') whenReleased(lock, () => this.#fail(ended()));
    };
    const outcome = await this.call('start', { wasm, lock, stallMs }, { onEvent });
    watch.stop();
    return outcome;
  }

  /** False once the worker has been terminated. */
  get alive(): boolean {
    return this.#fatal === undefined;
  }

  /** Why the worker was terminated. */
  get end(): Failure | undefined {
    return this.#fatal;
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

  /** Makes a call that can be ended before its answer. */
  begin<N extends 'blur' | 'tiles'>(name: N, ask: Ask<N>, options: CallOptions<N>): CallHandle<N> {
    const { id, outcome } = this.#begin(name, ask, options);
    return { outcome, cancel: () => this.#cancel(id, outcome) };
  }

  /** Starts a restoration. */
  startRun(ask: Ask<'restore'>, onEvent: (event: CallEvent<'restore'>) => void): WorkerRun {
    const { id, outcome } = this.#begin('restore', ask, { onEvent });
    const send = (command: RunCommand, transfer: Transferable[] = []): void =>
      this.#post({ id, ...command }, transfer);
    return {
      outcome,
      more: () => send({ type: 'more' }),
      cancel: () => this.#cancel(id, outcome),
      share: (every) => send({ type: 'share', every }),
      adopt: (index, values) => {
        const buffers = values.map(({ buffer }) => buffer);
        send({ type: 'adopt', index, values }, buffers);
      },
      connect: (helper, port) => send({ type: 'connect', helper, port }, [port]),
      disconnect: (helper) => send({ type: 'disconnect', helper }),
    };
  }

  /** Lets the worker evaluate the tiles that come through a port. */
  serveTiles(port: MessagePort): TileServer {
    return this.begin('tiles', { port }, { transfer: [port] });
  }

  #cancel(id: number, outcome: Promise<unknown>): void {
    this.#post({ id, type: 'cancel' }, []);
    this.#expectEnd(outcome);
  }

  /** Gives the worker up if a cancelled run does not end: an operator may never return. */
  #expectEnd(outcome: Promise<unknown>): void {
    const stallMs = this.#stallMs;
    const watch = new StallWatch(stallMs, () =>
      this.#fail(workerFailure(`A run has not ended ${seconds(stallMs)} after its cancellation.`)),
    );
    void outcome.then(() => watch.stop());
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
    this.#starting.onLoaded();
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

function ended(): Failure {
  return workerFailure('The worker was ended from outside, by the browser or by the page.');
}
