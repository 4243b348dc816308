import {
  adapterName,
  chooseDevice,
  fasterDevice,
  type AdapterFacts,
  type DeviceKind,
} from '../shared/device.js';
import { EpsError, toEpsError } from '../shared/errors.js';
import type { LoadEvent, LoadRequest } from '../shared/protocol.js';
import { createEngine, type DeviceLossListener, type Engine } from './core.js';
import { isFatal } from './failure.js';

/** The engine that was kept. */
export interface ChosenEngine {
  readonly engine: Engine;
  /** The adapter's name as the core reports it, else as the browser does; empty on the CPU. */
  readonly adapter: string;
  /** Why this device was chosen. */
  readonly reason: string;
  /** Milliseconds of one warm 64 × 64 evaluation. */
  readonly evaluationMilliseconds: number;
}

/** An engine that was started, and what its warm-up measured; undefined if the warm-up failed. */
interface Candidate {
  readonly engine: Engine;
  readonly milliseconds: number | undefined;
}

/**
 * Starts an engine on each device that {@link chooseDevice} names, times them, and keeps the
 * fastest.
 *
 * @param onLost called when the GPU of the engine that was kept is lost, or a GPU while there is no
 *   choice yet.
 * @throws EpsError `unsupported-device` if no device fits, and the core's errors.
 */
export async function loadEngine(
  request: LoadRequest,
  onEvent: (event: LoadEvent) => void,
  onLost: DeviceLossListener,
): Promise<ChosenEngine> {
  const adapter = request.device === 'cpu' ? null : await adapterFacts();
  const { candidates: devices, reason } = chooseDevice(request.device, adapter);
  if (devices.length === 0)
    throw new EpsError('unsupported-device', `${reason} Ask for device 'auto' or 'cpu' instead.`);
  let isGpuGivenUp = false;
  const { candidates, failure } = await startCandidates(devices, request, onEvent, (...loss) => {
    if (!isGpuGivenUp) onLost(...loss);
  });
  const millisecondsOn = (device: DeviceKind): number | undefined =>
    candidates.find(({ engine }) => engine.device === device)?.milliseconds;
  const [webgpu, cpu] = [millisecondsOn('webgpu'), millisecondsOn('cpu')];
  const faster = fasterDevice({
    ...(webgpu !== undefined && { webgpu }),
    ...(cpu !== undefined && { cpu }),
  });
  const chosen = candidates.find(({ engine }) => engine.device === faster?.kind);
  if (!faster || chosen?.milliseconds === undefined)
    throw failure ?? new EpsError('internal', 'No device could be started.');
  isGpuGivenUp = faster.kind === 'cpu';
  for (const { engine } of candidates) if (engine !== chosen.engine) engine.free();
  onEvent({ stage: 'warm-up', fraction: 1, device: faster.kind });
  const name = adapter ? adapterName(adapter) : '';
  const reasons = [devices.length === 1 ? reason : faster.reason];
  if (failure) reasons.push(name ? `The adapter was ${name}:` : '', failure.message);
  return {
    engine: chosen.engine,
    adapter: chosen.engine.adapter || (faster.kind === 'webgpu' ? name : ''),
    reason: reasons.filter((part) => part !== '').join(' '),
    evaluationMilliseconds: chosen.milliseconds,
  };
}

/**
 * Starts an engine on each device, then warms each of them up. If there are several, some may fail,
 * as long as the WebAssembly instance survives it; `failure` is the last such error.
 */
async function startCandidates(
  devices: readonly DeviceKind[],
  { weights, precision }: LoadRequest,
  onEvent: (event: LoadEvent) => void,
  onLost: DeviceLossListener,
): Promise<{ candidates: Candidate[]; failure: EpsError | undefined }> {
  let failure: EpsError | undefined;
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      failure = toEpsError(thrown, 'internal');
      if (isFatal(failure) || devices.length === 1) throw failure;
      return undefined;
    }
  };
  const engines: Engine[] = [];
  for (const [i, device] of devices.entries()) {
    onEvent({ stage: 'engine', fraction: i / devices.length, device });
    const stored = device === 'cpu' ? 'f32' : precision;
    const engine = await attempt(() => createEngine(device, weights, stored, onLost));
    if (engine) engines.push(engine);
  }
  const candidates: Candidate[] = [];
  for (const [i, engine] of engines.entries()) {
    onEvent({ stage: 'warm-up', fraction: i / engines.length, device: engine.device });
    candidates.push({ engine, milliseconds: await attempt(() => engine.warmUp()) });
  }
  return { candidates, failure };
}

/** What the browser reports about its adapter; null if it has no WebGPU or no adapter. */
async function adapterFacts(): Promise<AdapterFacts | null> {
  const browser: { readonly gpu?: GPU } = navigator;
  try {
    const adapter: OlderAdapter | null | undefined = await browser.gpu?.requestAdapter({
      powerPreference: 'high-performance',
    });
    if (!adapter) return null;
    const { info = {} } = adapter;
    const { vendor = '', architecture = '', description = '' } = info;
    const { isFallbackAdapter = adapter.isFallbackAdapter ?? false } = info;
    return { vendor, architecture, description, isFallbackAdapter };
  } catch {
    return null;
  }
}

/** Older browsers have no `info`, or report the fallback on the adapter itself. */
interface OlderAdapter {
  readonly info?: Partial<AdapterFacts>;
  readonly isFallbackAdapter?: boolean;
}
