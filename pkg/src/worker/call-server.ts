import type { DeviceKind } from '../shared/device.js';
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
  type ToWorker,
} from '../shared/protocol.js';
import type { NoiseRequest } from '../shared/requests.js';
import { DEFAULT_STALL_MS } from '../shared/stall.js';
import { blursOf } from './blurs.js';
import { compileFrom } from './compile.js';
import { copyCost, runCopy } from './copy-run.js';
import { coreUrl, editJpeg, instantiateCore, jpegParts, splitMask, type Engine } from './core.js';
import { deviceLostError, explainFailure, isFatal } from './failure.js';
import { holdLock } from './life-lock.js';
import { loadEngine } from './load.js';
import { Rehearsal } from './rehearsal.js';
import { restore } from './restore.js';
import { RunControl } from './run-control.js';
import { serveTiles } from './tile-service.js';
import { coreTask } from './user-operator.js';

/** Calls that are answered at once, even during a run. */
const QUESTIONS: ReadonlySet<CallName> = new Set<CallName>([
  'cost',
  'noise',
  'compression',
  'suit',
  'parts',
  'blur',
  'split',
  'edit',
]);

/** Milliseconds without a call after which the worker compiles ahead: the next call may be near. */
const IDLE = 1000;

/** What a handler may use beside what the call asks. */
interface CallContext<N extends CallName> {
  readonly id: number;
  readonly emit: (event: CallEvent<N>, transfer?: Transferable[]) => void;
}

/** An answer, and the buffers that move to the page with it. */
interface Reply<N extends CallName> {
  readonly answer: Answer<N>;
  readonly transfer?: Transferable[];
}

type Handlers = {
  readonly [N in CallName]: (ask: Ask<N>, context: CallContext<N>) => Reply<N> | Promise<Reply<N>>;
};

/** The worker's end of the protocol: receives messages, runs the calls and answers them. */
export class CallServer {
  readonly #handlers: Handlers = {
    start: (ask, context) => this.#start(ask, context),
    load: (ask, context) => this.#load(ask, context),
    cost: async (ask) => {
      if (ask.task.kind === 'copy') return { answer: copyCost(ask) };
      const task = await coreTask(ask.task, this.#stallMs);
      return { answer: this.#loadedEngine().cost({ ...ask, ...task }) };
    },
    noise: (ask) => this.#measured(ask, (engine, asked) => engine.estimateNoise(asked)),
    compression: (ask) => this.#measured(ask, (engine, asked) => engine.estimateCompression(asked)),
    suit: (ask) => this.#measured(ask, (engine, asked) => engine.suitedNoise(asked)),
    parts: ({ file, areas }) => {
      this.#loadedEngine();
      const answer = jpegParts(file, areas);
      return { answer, transfer: answer.map((part) => part.file.buffer) };
    },
    blur: async (ask, { id, emit }) => {
      this.#loadedEngine();
      return { answer: await blursOf(ask, this.#control(id), emit) };
    },
    split: ({ mask, avoid }) => {
      this.#loadedEngine();
      const answer = splitMask(mask, avoid);
      return { answer, transfer: [answer.narrow.buffer, answer.wide.buffer] };
    },
    edit: ({ file, before, after }) => {
      this.#loadedEngine();
      const answer = editJpeg(file, before, after);
      return { answer, transfer: [answer.buffer] };
    },
    restore: (ask, context) => this.#restore(ask, context),
    tiles: ({ port }, { id }) => serveTiles(this.#loadedEngine(), port, this.#control(id)),
  };
  /** The message of the core's first panic. */
  #panicMessage: string | undefined;
  #stallMs = DEFAULT_STALL_MS;
  readonly #runs = new Map<number, RunControl>();
  #engine: Engine | undefined;
  /** The device that is being started. A panic meanwhile does not name it. */
  #startingDevice: DeviceKind | undefined;
  /** Settles when the calls accepted so far have been answered. */
  #queue: Promise<void> = Promise.resolve();
  /** Calls of the queue that have not been answered. */
  #pending = 0;
  #rehearsal: Rehearsal | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'call':
        this.#accept(message);
        break;
      case 'adopt':
        this.#runs.get(message.id)?.addSample(message.index, message.values);
        break;
      case 'share':
        this.#runs.get(message.id)?.setWorkers(message.every);
        break;
      case 'connect':
        this.#runs.get(message.id)?.helpers.connect(message.helper, message.port);
        break;
      case 'disconnect':
        this.#runs.get(message.id)?.helpers.disconnect(message.helper);
        break;
      case 'more':
        this.#runs.get(message.id)?.addCredit();
        break;
      case 'cancel':
        this.#runs.get(message.id)?.cancel();
        break;
    }
  }

  /** Reports an error that belongs to no call, or that outlives its call. */
  failAll(thrown: unknown): void {
    this.#fail(NO_CALL, thrown);
  }

  /** Answers a question at once, even during a run, and anything else in its turn. */
  #accept(message: CallMessage): void {
    const { id, name } = message;
    if (name === 'restore') this.#runs.set(id, new RunControl(message.ask.credit));
    if (name === 'tiles' || name === 'blur') this.#runs.set(id, new RunControl(Infinity));
    if (QUESTIONS.has(name)) {
      void this.#answer(message).finally(() => this.#runs.delete(id));
      return;
    }
    this.#pending++;
    clearTimeout(this.#idleTimer);
    this.#queue = this.#queue
      .then(() => this.#answer(message))
      .finally(() => {
        this.#runs.delete(id);
        this.#pending--;
        this.#rehearseWhenIdle();
      });
  }

  #rehearseWhenIdle(): void {
    const rehearsal = this.#rehearsal;
    const isIdle = (): boolean => this.#pending === 0;
    if (!rehearsal || rehearsal.isOver || !isIdle()) return;
    this.#idleTimer = setTimeout(() => {
      this.#queue = this.#queue
        .then(() => rehearsal.continue(isIdle))
        .catch((thrown: unknown) => {
          // Other errors come again in the run that they matter to.
          if (isFatal(explainFailure(thrown, this.#panicMessage))) this.failAll(thrown);
        });
    }, IDLE);
  }

  /** Never rejects. */
  async #answer<N extends CallName>({ id, name, ask }: CallMessage<N>): Promise<void> {
    const emit = (event: CallEvent<N>, transfer: Transferable[] = []): void => {
      const message: EventMessage<N> = { type: 'event', id, name, event };
      post<N>(message, transfer);
    };
    try {
      const { answer, transfer = [] } = await this.#handlers[name](ask, { id, emit });
      const message: AnswerMessage<N> = { type: 'answer', id, name, answer };
      post<N>(message, transfer);
    } catch (thrown) {
      this.#fail(id, thrown);
    }
  }

  #fail(id: number, thrown: unknown): void {
    const error = explainFailure(thrown, this.#panicMessage);
    const during = this.#startingDevice;
    const failure: Failure = {
      code: error.code,
      message: error.message,
      fatal: isFatal(error),
      ...(during && { during }),
    };
    post({ type: 'failure', id, failure }, []);
  }

  /** Compiles the core, while the page still reads the weights, unless it comes compiled. */
  async #start(ask: Ask<'start'>, { emit }: CallContext<'start'>): Promise<Reply<'start'>> {
    const { wasm, lock, stallMs } = ask;
    this.#stallMs = stallMs;
    emit({ type: 'running' });
    if (await holdLock(lock)) emit({ type: 'locked' });
    const module =
      wasm instanceof WebAssembly.Module
        ? wasm
        : await compileFrom(wasm ?? coreUrl(), () => emit({ type: 'bytes' }));
    await instantiateCore(module, (message) => (this.#panicMessage ??= message));
    return { answer: { module } };
  }

  async #load(ask: Ask<'load'>, { emit }: CallContext<'load'>): Promise<Reply<'load'>> {
    const loaded = await loadEngine(
      ask,
      this.#stallMs,
      (event) => {
        this.#startingDevice = event.device;
        emit(event);
      },
      (reason, message) => this.failAll(deviceLostError(reason, message)),
    );
    this.#startingDevice = undefined;
    const { engine, adapter, reason, evaluationMilliseconds } = loaded;
    this.#engine = engine;
    if (ask.rehearses) this.#rehearsal = new Rehearsal(engine);
    const { device, precision } = engine;
    return { answer: { device, precision, adapter, reason, evaluationMilliseconds } };
  }

  async #restore(
    ask: Ask<'restore'>,
    { id, emit }: CallContext<'restore'>,
  ): Promise<Reply<'restore'>> {
    const control = this.#control(id);
    const engine = this.#loadedEngine();
    const { task } = ask.request;
    const answer =
      task.kind === 'copy'
        ? await runCopy(engine, ask, task, control, emit)
        : await restore(engine, ask, this.#stallMs, control, emit);
    const { estimate, mean, deviation } = answer.images;
    const images = [estimate, mean, ...answer.samples, ...(deviation ? [deviation] : [])];
    return { answer, transfer: images.map(({ buffer }) => buffer) };
  }

  /** What the engine finds in a measurement. */
  async #measured<Found>(
    ask: NoiseRequest,
    find: (engine: Engine, measurement: Parameters<Engine['estimateNoise']>[0]) => Found,
  ): Promise<{ answer: Found }> {
    const task = await coreTask(ask.task, this.#stallMs);
    return { answer: find(this.#loadedEngine(), { ...ask, ...task }) };
  }

  #control(id: number): RunControl {
    const control = this.#runs.get(id);
    if (!control) throw new EpsError('internal', 'A run was started that was not accepted.');
    return control;
  }

  #loadedEngine(): Engine {
    if (!this.#engine)
      throw new EpsError('internal', 'The worker was called before its engine was loaded.');
    return this.#engine;
  }
}

function post<N extends CallName>(message: FromWorker<N>, transfer: Transferable[]): void {
  self.postMessage(message, { transfer });
}
