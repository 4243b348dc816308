/**
 * The surface of the WebAssembly core as the worker uses it: what `wasm/eps_restore.js` exports,
 * with the shapes that wasm-bindgen cannot state.
 */
import type { DeviceKind, Precision } from './device.js';

/** A named course of the sampler, or one spelt out in full. */
export type EngineSampler =
  | 'draft'
  | 'default'
  | 'accurate'
  | {
      solver: 'euler' | 'heun' | 'dpmpp2m' | 'churn';
      points: number;
      tauMax: number;
      tauMin: number;
      fromMean: boolean;
    };

/** Pixels as the core takes them. */
export interface EnginePixels {
  data: Uint8Array;
  width: number;
  height: number;
}

export type EngineTask =
  | { kind: 'inpaint'; mask: EnginePixels }
  | {
      kind: 'superResolve';
      factor: number;
      reduction?: 'blockMean' | 'bicubic' | { gaussian: number };
    }
  | {
      kind: 'deblur';
      kernel: { data: number[]; width: number; height: number };
      borders?: 'unknown' | 'circular';
    }
  | { kind: 'denoise' }
  | { kind: 'colorize'; weights?: [number, number, number] }
  | { kind: 'demosaic'; pattern: 'rggb' | 'grbg' | 'bggr' | 'gbrg' }
  | { kind: 'compose'; first: EngineTask; second: EngineTask }
  /** `module` is for the worker, which imports its functions for the core. */
  | { kind: 'operator'; module?: string };

/** What a module with a linear operator exports. */
export interface EngineFunctions {
  apply: (x: Float32Array, size: { width: number; height: number }) => Float32Array;
  adjoint: (y: Float32Array, size: { width: number; height: number }) => Float32Array;
  imageSize?: (size: { width: number; height: number }) => { width: number; height: number };
}

export interface EngineRequest {
  /** RGBA, four bytes a pixel. */
  image: EnginePixels;
  task: EngineTask;
  /** Of the task `operator`. */
  functions?: EngineFunctions;
  /**
   * Standard deviation in 8-bit levels, or that it is to be estimated; absent: the task's default,
   * an estimate to denoise.
   */
  noise?: number | 'auto';
  samples: number;
  sampler: EngineSampler;
  /** Whether two more evaluations refine the mean. */
  refine: boolean;
  seed: number;
}

/** What one step of a run did. */
export interface EngineStep {
  stage: 'estimate' | 'mean' | 'sample';
  sample: number;
  step: number;
  evaluations: number;
  tau: number;
  /** Whether the preview is a finished sample, which the run does not keep. */
  finished: boolean;
  preview: Uint8Array;
}

/** What the steps have not told. */
export interface EngineResult {
  width: number;
  height: number;
  estimate: Uint8Array;
  mean: Uint8Array;
  deviation: Uint8Array | undefined;
  evaluations: number;
  /** The noise that was assumed, in 8-bit levels. */
  noise: number;
}

/**
 * One restoration, advanced tile by tile. No longer advanced, it is cancelled; `free` gives its
 * memory back.
 */
export interface EngineRun {
  /** Where it runs: the engine's device, or the CPU for operators that iterate. */
  readonly device: DeviceKind;
  readonly width: number;
  readonly height: number;
  readonly totalSteps: number;
  readonly totalEvaluations: number;
  /** Tiles of the network in all, and those that are done. */
  readonly totalTiles: number;
  readonly tiles: number;
  /** One tile: null in the midst of a step, the step at its end, undefined once finished. */
  advance(): Promise<EngineStep | null | undefined>;
  result(): Promise<EngineResult>;
  /** Draws the samples first, first + every, … alone; `adopt` takes everyone's, in order. */
  share(first: number, every: number): void;
  resume(mean: Float32Array[]): void;
  adopt(sample: Float32Array[]): void;
  /**
   * Values in each window: of the mean, once it is computed and refined, and of the last finished
   * sample of a shared run.
   */
  meanValues(): Promise<Float32Array<ArrayBuffer>[] | undefined>;
  sampleValues(): Promise<Float32Array<ArrayBuffer>[] | undefined>;
  free(): void;
}

/** A restoration of which only the size is known. */
export interface EngineQuestion {
  width: number;
  height: number;
  task: EngineTask;
  functions?: EngineFunctions;
  noise?: number | 'auto';
  samples: number;
  sampler: EngineSampler;
  /** Whether two more evaluations refine the mean. */
  refine: boolean;
}

/** A measurement whose noise is to be estimated. */
export interface EngineMeasurement {
  image: EnginePixels;
  task: EngineTask;
  functions?: EngineFunctions;
}

/** What it will take. */
export interface EngineCost {
  /** Pixels of the result. */
  width: number;
  height: number;
  evaluations: number;
  /** Tiles of one evaluation, and the pixels of them all. */
  tiles: number;
  pixels: number;
  /** Memory of the page at most, and of a GPU, 0 on the CPU. */
  bytes: number;
  gpuBytes: number;
}

/** The network on one device. */
export interface Engine {
  readonly device: DeviceKind;
  readonly precision: Precision;
  readonly adapter: string;
  readonly memoryBytes: number;
  warmUp(): Promise<number>;
  cost(question: EngineQuestion): EngineCost;
  /** Its standard deviation in 8-bit levels. */
  estimateNoise(measurement: EngineMeasurement): number;
  start(request: EngineRequest): EngineRun;
  free(): void;
}

export interface EngineConstructor {
  create(device: DeviceKind, weights: Uint8Array, precision: Precision): Promise<Engine>;
}
