import type { DeviceKind } from '../../wasm/eps_restore.js';
import { reading } from './errors.js';

export type { DeviceKind, Precision } from '../../wasm/eps_restore.js';

/** What the browser reports about its WebGPU adapter. */
export interface AdapterFacts {
  /** `GPUAdapterInfo.vendor`, such as `'nvidia'`; may be empty. */
  readonly vendor: string;
  /** `GPUAdapterInfo.architecture`, such as `'hopper'`; may be empty. */
  readonly architecture: string;
  /** `GPUAdapterInfo.description`; may be empty. */
  readonly description: string;
  /** Whether the browser itself marks the adapter as a software fallback. */
  readonly isFallbackAdapter: boolean;
}

/** The devices to try, and why. If there are two, both are timed and the faster one is kept. */
export interface DeviceChoice {
  /** In the order in which they are started; empty if no device fits the request. */
  readonly candidates: readonly DeviceKind[];
  /** One sentence for people. */
  readonly reason: string;
}

/** Names of rasterisers that run on the CPU and present themselves as GPUs. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render driver|\bwarp\b/i;

/**
 * Whether an adapter is a rasteriser on the CPU instead of a GPU. Many browsers offer such an
 * adapter on machines without a GPU. It is several times slower than the same CPU through
 * WebAssembly.
 *
 * @throws EpsError `invalid-option` if the adapter is none.
 * @example
 * ```ts
 * const { vendor, architecture, description, isFallbackAdapter } = gpuAdapter.info;
 * if (isSoftwareAdapter({ vendor, architecture, description, isFallbackAdapter }))
 *   hideGpuOption();
 * ```
 */
export function isSoftwareAdapter(adapter: AdapterFacts): boolean {
  return reading('invalid-option', 'The adapter', () => {
    const name = `${adapter.vendor} ${adapter.architecture} ${adapter.description}`;
    return adapter.isFallbackAdapter || SOFTWARE.test(name);
  });
}

/**
 * The rule behind the `device` option of `Restorer.load`. `'webgpu'` and `'cpu'` force one device.
 * `'auto'` considers WebGPU only on a hardware adapter, and then both devices are timed.
 *
 * @param requested the device that the caller asked for.
 * @param adapter the browser's adapter, or null if it has none.
 * @throws EpsError `invalid-option` if the adapter is none.
 * @example
 * ```ts
 * const { candidates, reason } = chooseDevice('auto', null);
 * // ['cpu'], 'This browser offers no WebGPU adapter.'
 * ```
 */
export function chooseDevice(
  requested: 'auto' | DeviceKind,
  adapter: AdapterFacts | null,
): DeviceChoice {
  if (requested === 'cpu') return { candidates: ['cpu'], reason: 'The CPU was asked for.' };
  if (!adapter) {
    const candidates: DeviceKind[] = requested === 'webgpu' ? [] : ['cpu'];
    return { candidates, reason: 'This browser offers no WebGPU adapter.' };
  }
  if (requested === 'webgpu') return { candidates: ['webgpu'], reason: 'WebGPU was asked for.' };
  if (isSoftwareAdapter(adapter)) {
    return {
      candidates: ['cpu'],
      reason:
        `The only WebGPU adapter is a software one (${adapterName(adapter)}): ` +
        'the CPU is faster without it.',
    };
  }
  return {
    candidates: ['webgpu', 'cpu'],
    reason: 'WebGPU on a hardware adapter: timed against the CPU.',
  };
}

/**
 * The faster of the devices that were timed, and why; undefined if none was. A tie goes to WebGPU,
 * which leaves the CPU free.
 *
 * @param timings milliseconds of one evaluation on each device that could be started.
 */
export function fasterDevice(
  timings: Partial<Record<DeviceKind, number>>,
): { kind: DeviceKind; reason: string } | undefined {
  const { webgpu, cpu } = timings;
  if (webgpu === undefined && cpu === undefined) return undefined;
  if (cpu === undefined) return { kind: 'webgpu', reason: 'Only WebGPU could be started.' };
  if (webgpu === undefined) return { kind: 'cpu', reason: 'Only the CPU could be started.' };
  return {
    kind: webgpu <= cpu ? 'webgpu' : 'cpu',
    reason:
      `One 64 × 64 evaluation takes ${webgpu.toFixed(0)} ms on WebGPU ` +
      `and ${cpu.toFixed(0)} ms on the CPU.`,
  };
}

/** An adapter's name for people. */
export function adapterName(adapter: AdapterFacts): string {
  const parts = [adapter.vendor, adapter.architecture, adapter.description];
  return parts.filter((part) => part !== '').join(' ') || 'unnamed';
}
