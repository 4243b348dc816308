import {
  adapterName,
  chooseDevice,
  fasterDevice,
  type AdapterFacts,
  type DeviceKind,
} from '../shared/device.js';
import { EpsError, toEpsError } from '../shared/errors.js';
import type { LoadEvent, LoadRequest } from '../shared/protocol.js';
import { seconds, withinStall } from '../shared/stall.js';
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
 * @param stallMs milliseconds after which an adapter or a GPU that does not answer is given up. The
 *   warm-up of a GPU has no limit if there is no other device to go on with.
 * @param onLost called when the GPU of the engine that was kept is lost, or a GPU while there is no
 *   choice yet.
 * @throws EpsError `unsupported-device` if no device fits, and the core's errors.
 */
export async function loadEngine(
  request: LoadRequest,
  stallMs: number,
  onEvent: (event: LoadEvent) => void,
  onLost: DeviceLossListener,
): Promise<ChosenEngine> {
  const { adapter, problem } = request.device === 'cpu' ? NO_ADAPTER : await findAdapter(stallMs);
  const choice = chooseDevice(request.device, adapter);
  const devices = choice.candidates;
  const reason = problem ?? choice.reason;
  if (devices.length === 0)
    throw new EpsError('unsupported-device', `${reason} Ask for device 'auto' or 'cpu' instead.`);
  let isGpuGivenUp = false;
  const onGpuLost: DeviceLossListener = (...loss) => {
    if (!isGpuGivenUp) onLost(...loss);
  };
  const { candidates, failure } = await startCandidates(
    devices,
    request,
    stallMs,
    onEvent,
    onGpuLost,
  );
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
  stallMs: number,
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
    const engine = await attempt(() =>
      answering(device, stallMs, createEngine(device, weights, stored, onLost)),
    );
    if (engine) engines.push(engine);
  }
  const candidates: Candidate[] = [];
  for (const [i, engine] of engines.entries()) {
    onEvent({ stage: 'warm-up', fraction: i / engines.length, device: engine.device });
    const milliseconds = await attempt(() =>
      // Pipelines take long to compile: only where there is another device is this one given up.
      devices.length > 1 ? answering(engine.device, stallMs, engine.warmUp()) : engine.warmUp(),
    );
    candidates.push({ engine, milliseconds });
  }
  return { candidates, failure };
}

/** The outcome of `work`; a fatal error if it is a GPU's and does not settle within the limit. */
function answering<T>(device: DeviceKind, stallMs: number, work: Promise<T>): Promise<T> {
  if (device === 'cpu') return work;
  return withinStall(
    stallMs,
    work,
    () => new EpsError('device-lost', `The GPU has not answered within ${seconds(stallMs)}.`),
  );
}

/** The browser's adapter. If there is none for another reason than usual, `problem` says why. */
interface FoundAdapter {
  readonly adapter: AdapterFacts | null;
  readonly problem?: string;
}

const NO_ADAPTER: FoundAdapter = { adapter: null };

async function findAdapter(stallMs: number): Promise<FoundAdapter> {
  const silence = new Error(
    `The browser has not answered the request for a WebGPU adapter within ${seconds(stallMs)}.`,
  );
  try {
    return { adapter: await withinStall(stallMs, adapterFacts(), () => silence) };
  } catch (thrown) {
    return thrown === silence ? { adapter: null, problem: silence.message } : NO_ADAPTER;
  }
}

/** What the browser reports about its adapter; null if it has no WebGPU or no adapter. */
async function adapterFacts(): Promise<AdapterFacts | null> {
  const browser: { readonly gpu?: GPU } = navigator;
  const adapter: OlderAdapter | null | undefined = await browser.gpu?.requestAdapter({
    powerPreference: 'high-performance',
  });
  if (!adapter) return null;
  const { info = {} } = adapter;
  const { vendor = '', architecture = '', description = '' } = info;
  const { isFallbackAdapter = adapter.isFallbackAdapter ?? false } = info;
  return { vendor, architecture, description, isFallbackAdapter };
}

/** Older browsers have no `info`, or report the fallback on the adapter itself. */
interface OlderAdapter {
  readonly info?: Partial<AdapterFacts>;
  readonly isFallbackAdapter?: boolean;
}
