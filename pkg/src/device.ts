/** Where the work runs. */
export type DeviceKind = 'webgpu' | 'cpu';

/** How the network's maps and weights are stored: 'f16' on a GPU only. */
export type Precision = 'f32' | 'f16';

/** What the browser says about its WebGPU adapter. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** The browser's own word for a software adapter. */
  readonly isFallbackAdapter: boolean;
}

/**
 * Which devices are worth starting, in order, and why; where there are two, the faster one stays.
 */
export interface DeviceChoice {
  /** Empty where nothing fits the request. */
  readonly candidates: readonly DeviceKind[];
  /** One sentence for people. */
  readonly reason: string;
}

/** Names under which rasterisers that run on the CPU present themselves as GPUs. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render driver|\bwarp\b/i;

/**
 * Whether an adapter only pretends to be a GPU. Many browsers hand out such an adapter where there
 * is no GPU; it is several times slower than the same processor through WebAssembly.
 */
export function isSoftwareAdapter(adapter: AdapterFacts): boolean {
  return (
    adapter.isFallbackAdapter ||
    SOFTWARE.test(`${adapter.vendor} ${adapter.architecture} ${adapter.description}`)
  );
}

/**
 * The rule of `device`: `'webgpu'` and `'cpu'` are obeyed; `'auto'` considers WebGPU only on a real
 * adapter, and then both are timed.
 *
 * @param requested what the caller asked for.
 * @param adapter the browser's adapter, or null where it has none.
 */
export function chooseDevice(
  requested: 'auto' | DeviceKind,
  adapter: AdapterFacts | null,
): DeviceChoice {
  if (requested === 'cpu') return { candidates: ['cpu'], reason: 'The CPU was asked for.' };
  if (requested === 'webgpu') {
    return adapter
      ? { candidates: ['webgpu'], reason: 'WebGPU was asked for.' }
      : { candidates: [], reason: 'This browser offers no WebGPU adapter.' };
  }
  if (!adapter) return { candidates: ['cpu'], reason: 'This browser offers no WebGPU adapter.' };
  if (isSoftwareAdapter(adapter)) {
    return {
      candidates: ['cpu'],
      reason: `The only WebGPU adapter is a software one (${adapterText(adapter)}): the CPU is faster without it.`,
    };
  }
  return {
    candidates: ['webgpu', 'cpu'],
    reason: 'WebGPU on a real adapter: timed against the CPU.',
  };
}

/**
 * The faster of the devices that were timed, and why; undefined where none was. Ties go to WebGPU,
 * which leaves the processor free.
 */
export function fasterDevice(
  timings: Partial<Record<DeviceKind, number>>,
): { kind: DeviceKind; reason: string } | undefined {
  const { webgpu, cpu } = timings;
  if (webgpu === undefined && cpu === undefined) return undefined;
  if (cpu === undefined) return { kind: 'webgpu', reason: 'Only WebGPU could be started.' };
  if (webgpu === undefined) return { kind: 'cpu', reason: 'Only the CPU could be started.' };
  const kind = webgpu <= cpu ? 'webgpu' : 'cpu';
  return {
    kind,
    reason: `One 64 × 64 evaluation takes ${webgpu.toFixed(0)} ms on WebGPU and ${cpu.toFixed(0)} ms on the CPU.`,
  };
}

/** An adapter's name for people. */
export function adapterText(adapter: AdapterFacts): string {
  return (
    [adapter.vendor, adapter.architecture, adapter.description]
      .filter((part) => part !== '')
      .join(' ') || 'unnamed'
  );
}
