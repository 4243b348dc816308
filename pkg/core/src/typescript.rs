//! The TypeScript types of requests and answers, written into `eps_restore.d.ts`.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export type DeviceKind = 'webgpu' | 'cpu';
export type Precision = 'f32' | 'f16';

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
   * Standard deviation in 8-bit levels, or `auto` to estimate it. Absent: none to inpaint, an
   * estimate to denoise, else the task's usual level.
   */
  noise?: number | 'auto';
  samples: number;
  sampler: EngineSampler;
  /** Whether two more evaluations refine the mean. */
  refine: boolean;
  seed: number;
}

/** The outcome of one step. */
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

/** The images that no step delivers, and what was assumed. */
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

/** A restoration of which only the size is known. */
export interface EngineOutline {
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

/** The time and memory that a restoration takes. */
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
"#;
