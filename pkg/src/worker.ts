/**
 * The worker: takes messages, runs one call at a time, answers. What is done in a call is in
 * `worker-load.ts` and `worker-run.ts`.
 */
import init from '../wasm/eps_restore.js';
import { DeviceWatch } from './device-watch.js';
import type { DeviceKind } from './device.js';
import type { Engine } from './engine.js';
import { EpsError } from './errors.js';
import { PanicListener, isFatal } from './fatal.js';
import { NO_CALL, type FromWorker, type ToWorker, type WorkerScope } from './protocol.js';
import { withFunctions } from './user-operator.js';
import { loadEngine } from './worker-load.js';
import { RunControl, restore } from './worker-run.js';

const scope = self as unknown as WorkerScope;
const panics = new PanicListener(console);
const watch = new DeviceWatch(self as { GPUAdapter?: unknown }, failAll);

/**
 * The core is compiled while the page still reads the weights. A failure is told to the call that
 * needs it. Bundlers see the address, and emit the file.
 */
const compiled = init({ module_or_path: new URL('../wasm/eps_restore_bg.wasm', import.meta.url) });
compiled.catch(() => {});

let engine: Engine | undefined;
/** The device that is being started: a panic there does not say so itself. */
let attempting: DeviceKind | undefined;
const controls = new Map<number, RunControl>();
let last: Promise<void> = Promise.resolve();

function answer(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

function fail(id: number, thrown: unknown): void {
  const error = panics.explain(thrown);
  const during = (thrown as { during?: DeviceKind } | null)?.during ?? attempting;
  answer({
    id,
    type: 'failed',
    code: error.code,
    message: error.message,
    fatal: isFatal(error),
    during,
  });
}

/**
 * What went wrong outside any call, or outlives the call in which it did: the page lets go of this
 * worker.
 */
function failAll(thrown: unknown): void {
  fail(NO_CALL, thrown);
}

async function load(message: Extract<ToWorker, { type: 'load' }>): Promise<void> {
  await compiled.catch((cause: unknown) => {
    throw new EpsError(
      'worker-failed',
      `The WebAssembly core could not be loaded: ${(cause as Error).message} Is wasm/eps_restore_bg.wasm beside the package, and served?`,
      { cause },
    );
  });
  const loaded = await loadEngine(message, watch, (stage, within, device) => {
    attempting = device;
    answer({ id: message.id, type: 'loading', stage, within, device });
  });
  attempting = undefined;
  engine = loaded.engine;
  const { adapter, reason, evaluationMilliseconds } = loaded;
  answer({
    id: message.id,
    type: 'loaded',
    device: engine.device,
    precision: engine.precision,
    adapter,
    reason,
    evaluationMilliseconds,
  });
}

/** Answered at once, whatever is running. */
async function price({ id, question }: Extract<ToWorker, { type: 'cost' }>): Promise<void> {
  try {
    if (!engine)
      throw new EpsError('internal', 'A cost was asked for before the engine was loaded.');
    answer({ id, type: 'priced', cost: engine.cost(await withFunctions(question)) });
  } catch (thrown) {
    fail(id, thrown);
  }
}

/** Answered at once too. */
async function estimateNoise({
  id,
  measurement,
}: Extract<ToWorker, { type: 'noise' }>): Promise<void> {
  try {
    if (!engine)
      throw new EpsError('internal', 'Noise was to be estimated before the engine was loaded.');
    answer({
      id,
      type: 'estimated',
      noise: engine.estimateNoise(await withFunctions(measurement)),
    });
  } catch (thrown) {
    fail(id, thrown);
  }
}

async function start(
  message: Extract<ToWorker, { type: 'start' }>,
  control: RunControl,
): Promise<void> {
  if (!engine) throw new EpsError('internal', 'A run was started before the engine was loaded.');
  await restore(engine, message, control, answer);
}

function enqueue(id: number, work: () => Promise<void>): void {
  last = last
    .then(work)
    .catch((thrown: unknown) => fail(id, thrown))
    .finally(() => controls.delete(id));
}

scope.addEventListener('message', ({ data: message }) => {
  switch (message.type) {
    case 'load':
      return enqueue(message.id, () => load(message));
    case 'start': {
      const control = new RunControl(message.credit);
      controls.set(message.id, control);
      return enqueue(message.id, () => start(message, control));
    }
    case 'cost':
      return void price(message);
    case 'noise':
      return void estimateNoise(message);
    case 'adopt':
      return controls.get(message.id)?.give(message.index, message.values);
    case 'more':
      return controls.get(message.id)?.more();
    case 'cancel':
      return controls.get(message.id)?.cancel();
  }
});

// A panic inside a promise of the core's never settles it: it surfaces here, and is told once, as a
// message.
scope.addEventListener('error', (event) => {
  event.preventDefault();
  failAll(event.error ?? new Error(event.message));
});
scope.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  failAll(event.reason);
});
