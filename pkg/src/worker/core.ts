/**
 * The WebAssembly core as the worker uses it. wasm-bindgen types requests, steps and results as
 * `any` and names as `string`; the interfaces here state what they are. They are written by hand
 * and must match `src/web` in the Rust sources. No other file knows the core's exports.
 */
import init, { Engine as CoreEngine } from '../../wasm/eps_restore.js';
import type { DeviceKind, Precision } from '../shared/device.js';
import type {
  Cost,
  CostRequest,
  ImageSize,
  NoiseRequest,
  RestoredImages,
  RestoreRequest,
  Step,
  TaskRequest,
  WindowValues,
} from '../shared/requests.js';
import { watchDeviceLoss, type DeviceLossListener } from './device-loss.js';
import { listenForPanics } from './panic-listener.js';

/** The functions of a user's operator, on three planes of values in [-1, 1], row by row. */
export interface OperatorFunctions {
  /** A x; `size` is the image's. */
  readonly apply: (x: Float32Array, size: ImageSize) => Float32Array;
  /** Aᵀ y; `size` is the measurement's. */
  readonly adjoint: (y: Float32Array, size: ImageSize) => Float32Array;
  /** The image's size for a measurement's; absent if they are the same. */
  readonly imageSize?: (size: ImageSize) => ImageSize;
}

/** A task, and beside it the functions of an operator, which replace its module's address. */
export interface CoreTask {
  readonly task:
    Exclude<TaskRequest, { readonly kind: 'operator' }> | { readonly kind: 'operator' };
  readonly functions?: OperatorFunctions;
}

/** A request of the page, with its task as the core takes it. */
export type CoreRequest<T> = Omit<T, 'task'> & CoreTask;

/** The network on one device. */
export interface Engine {
  readonly device: DeviceKind;
  readonly precision: Precision;
  /** The adapter's name; empty on the CPU. */
  readonly adapter: string;
  /** Bytes of WebAssembly memory. */
  readonly memoryBytes: number;
  /** Compiles the pipelines and returns the milliseconds of one warm 64 × 64 evaluation. */
  warmUp(): Promise<number>;
  cost(request: CoreRequest<CostRequest>): Cost;
  /** The standard deviation of the noise, in 8-bit levels. */
  estimateNoise(request: CoreRequest<NoiseRequest>): number;
  start(request: CoreRequest<RestoreRequest>): Run;
  free(): void;
}

/**
 * One restoration. It advances tile by tile; to cancel it, stop advancing it. `free` releases its
 * memory.
 */
export interface Run extends ImageSize {
  /** The engine's device, or the CPU for operators that iterate. */
  readonly device: DeviceKind;
  readonly totalSteps: number;
  readonly totalEvaluations: number;
  readonly totalTiles: number;
  /** Tiles finished so far. */
  readonly tiles: number;
  /** Runs one tile: null within a step, the step at its end, undefined after the last step. */
  advance(): Promise<Step | null | undefined>;
  result(): Promise<RestoredImages>;
  /** Restricts the run to the samples first, first + every, … */
  share(first: number, every: number): void;
  /** Continues from the mean of the same run in another worker. */
  resume(mean: WindowValues): void;
  /** Takes the next sample of a shared run for the deviation, in order. */
  adopt(sample: WindowValues): void;
  /** The mean; undefined until it is computed and refined. */
  meanValues(): Promise<WindowValues | undefined>;
  /** The last finished sample of a shared run; undefined before the first. */
  sampleValues(): Promise<WindowValues | undefined>;
  free(): void;
}

/**
 * Compiles the core. Bundlers recognise the address and emit the file.
 *
 * @param onPanic called with the message of a panic, before the core traps.
 */
export async function compileCore(onPanic: (message: string) => void): Promise<void> {
  listenForPanics(console, onPanic);
  await init({ module_or_path: new URL('../../wasm/eps_restore_bg.wasm', import.meta.url) });
}

/** Puts the network on a device. The core must have been compiled. */
export async function createEngine(
  device: DeviceKind,
  weights: Uint8Array,
  precision: Precision,
  onLost: DeviceLossListener,
): Promise<Engine> {
  const create = (): Promise<CoreEngine> => CoreEngine.create(device, weights, precision);
  return (await watchDeviceLoss(create, onLost)) as Engine;
}
