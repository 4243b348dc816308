import * as core from '../wasm/eps_restore.js';
import type { DeviceWatch } from './device-watch.js';
import {
  adapterText,
  chooseDevice,
  fasterDevice,
  type AdapterFacts,
  type DeviceKind,
} from './device.js';
import type { Engine, EngineConstructor } from './engine.js';
import { EpsError, toEpsError } from './errors.js';
import { isFatal } from './fatal.js';
import type { ToWorker } from './protocol.js';

type LoadMessage = Extract<ToWorker, { type: 'load' }>;

/** wasm-bindgen types a request and a step as `any`; `engine.ts` says what they are. */
const EngineClass = core.Engine as unknown as EngineConstructor;

export interface LoadedEngine {
  readonly engine: Engine;
  /**
   * What it runs on: the core's word for the adapter, or the browser's where the core has none.
   * Empty on the CPU.
   */
  readonly adapter: string;
  /** Why it is this device. */
  readonly reason: string;
  /** One warm 64 × 64 evaluation. */
  readonly evaluationMilliseconds: number;
}

/**
 * Starts the engine on the device that {@link chooseDevice} names; where there are two candidates,
 * on both, and keeps the faster.
 *
 * @throws EpsError; with `during`, the device at which it happened.
 */
export async function loadEngine(
  { device: requested, precision, weights }: Pick<LoadMessage, 'device' | 'precision' | 'weights'>,
  watch: DeviceWatch,
  onProgress: (stage: 'engine' | 'warm-up', within: number, device: DeviceKind) => void,
): Promise<LoadedEngine> {
  const adapter = requested === 'cpu' ? null : await adapterFacts();
  const choice = chooseDevice(requested, adapter);
  if (choice.candidates.length === 0)
    throw new EpsError(
      'unsupported-device',
      `${choice.reason} Ask for device 'auto' or 'cpu' instead.`,
    );

  const started = new Map<DeviceKind, Engine>();
  const timings: Partial<Record<DeviceKind, number>> = {};
  let failure: EpsError | undefined;
  /** With two candidates one of them may fail, as long as the instance survives it. */
  const attempt = async (kind: DeviceKind, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      failure = Object.assign(toEpsError(thrown, 'internal'), { during: kind });
      if (isFatal(failure) || choice.candidates.length === 1) throw failure;
    }
  };
  const steps = choice.candidates.length;
  for (const [i, kind] of choice.candidates.entries()) {
    onProgress('engine', i / steps, kind);
    await attempt(
      kind,
      async () =>
        void started.set(
          kind,
          await EngineClass.create(kind, weights, kind === 'cpu' ? 'f32' : precision),
        ),
    );
  }
  for (const [i, [kind, engine]] of [...started].entries()) {
    onProgress('warm-up', i / started.size, kind);
    await attempt(kind, async () => void (timings[kind] = await engine.warmUp()));
  }
  const faster = fasterDevice(timings);
  if (!faster) throw failure ?? new EpsError('internal', 'No device could be started.');
  if (faster.kind === 'cpu') watch.end();
  for (const [kind, engine] of started) if (kind !== faster.kind) engine.free();
  onProgress('warm-up', 1, faster.kind);
  let reason = choice.candidates.length === 1 ? choice.reason : faster.reason;
  if (failure)
    reason += ` ${adapter ? `The adapter was ${adapterText(adapter)}: ` : ''}${failure.message}`;
  const engine = started.get(faster.kind)!;
  const name = engine.adapter || (faster.kind === 'webgpu' && adapter ? adapterText(adapter) : '');
  return { engine, adapter: name, reason, evaluationMilliseconds: timings[faster.kind]! };
}

/** What the browser says about its adapter; null where WebGPU is missing or hands out none. */
async function adapterFacts(): Promise<AdapterFacts | null> {
  const { gpu } = navigator as { gpu?: GPU };
  if (!gpu) return null;
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return null;
    // Older browsers have no info, or tell of the fallback elsewhere.
    const { info, isFallbackAdapter = false } = adapter as {
      info?: Partial<AdapterFacts>;
      isFallbackAdapter?: boolean;
    };
    const { vendor = '', architecture = '', description = '' } = info ?? {};
    return {
      vendor,
      architecture,
      description,
      isFallbackAdapter: info?.isFallbackAdapter ?? isFallbackAdapter,
    };
  } catch {
    return null;
  }
}
