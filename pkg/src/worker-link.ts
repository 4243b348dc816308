import { EpsError, type EpsErrorCode } from './errors.js';
import { NO_CALL, type FromWorker, type ToWorker } from './protocol.js';

type Message<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;
/** What a call hears on its way. */
export type CallEvent = Message<'loading' | 'started' | 'tile' | 'step' | 'mean' | 'sample'>;
/** What ends a call. */
export type CallEnd = Message<'loaded' | 'priced' | 'estimated' | 'done' | 'cancelled' | 'failed'>;
/** A message whose id is yet to be given. */
type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;

/** One call under way. */
export interface Call {
  /** Never rejects: a failure is an end like others. */
  readonly end: Promise<CallEnd>;
  /** Lets the run take one step more. */
  more(): void;
  /** Ends the run before its next tile. */
  cancel(): void;
  /** Gives a shared run a sample that another has drawn. */
  adopt(index: number, values: Float32Array<ArrayBuffer>[]): void;
}

/**
 * The page's end of a worker. A worker that has failed for good is ended, its calls with it;
 * whoever holds the link makes another.
 */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #calls = new Map<number, { hear(event: CallEvent): void; finish(end: CallEnd): void }>();
  #lastId = NO_CALL;
  #dead: Message<'failed'> | undefined;

  /** @throws EpsError `worker-failed` where the browser does not let the page have a worker. */
  constructor() {
    try {
      this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
        /* webpackChunkName: "eps-restore-worker" */ type: 'module',
      });
    } catch (cause) {
      throw new EpsError(
        'worker-failed',
        `The browser refused to start the worker: ${(cause as Error).message} The package's files must come from the page's own site.`,
        { cause },
      );
    }
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) =>
      this.#hear(data),
    );
    this.#worker.addEventListener('messageerror', () =>
      this.#die('worker-failed', 'A message from the worker could not be read.'),
    );
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      // Without a message it is the script, or one that it imports, that could not be loaded.
      const why = event.message
        ? `The worker failed: ${event.message}`
        : 'The worker could not be loaded: worker.js or wasm/eps_restore.js is missing beside the package, or is blocked.';
      this.#die('worker-failed', why);
    });
  }

  /** False once the worker has been ended. */
  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Makes a call; `hear` gets what comes before its end. */
  call(
    message: Unnumbered<Extract<ToWorker, { type: 'load' | 'cost' | 'noise' | 'start' }>>,
    transfer: Transferable[],
    hear: (event: CallEvent) => void,
  ): Call {
    const id = ++this.#lastId;
    const end = new Promise<CallEnd>((finish) => {
      if (this.#dead) finish({ ...this.#dead, id });
      else this.#calls.set(id, { hear, finish });
    });
    this.#post({ ...message, id } as ToWorker, transfer);
    const adopt = (index: number, values: Float32Array<ArrayBuffer>[]): void =>
      this.#post(
        { id, type: 'adopt', index, values },
        values.map(({ buffer }) => buffer),
      );
    return {
      end,
      more: () => this.#post({ id, type: 'more' }),
      cancel: () => this.#post({ id, type: 'cancel' }),
      adopt,
    };
  }

  /** Ends the worker, and every open call with this error. */
  terminate(error: EpsError): void {
    this.#die(error.code, error.message);
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    if (this.alive) this.#worker.postMessage(message, transfer);
  }

  #hear(message: FromWorker): void {
    if (message.type === 'failed' && message.fatal)
      return this.#die(message.code, message.message, message.during);
    const call = this.#calls.get(message.id);
    if (!call) return;
    if (!ends(message)) return call.hear(message);
    this.#calls.delete(message.id);
    call.finish(message);
  }

  #die(code: EpsErrorCode, message: string, during?: Message<'failed'>['during']): void {
    if (this.#dead) return;
    this.#dead = { id: NO_CALL, type: 'failed', code, message, fatal: true, during };
    this.#worker.terminate();
    for (const [id, call] of this.#calls) call.finish({ ...this.#dead, id });
    this.#calls.clear();
  }
}

function ends(message: CallEvent | CallEnd): message is CallEnd {
  return ['loaded', 'priced', 'estimated', 'done', 'cancelled', 'failed'].includes(message.type);
}
