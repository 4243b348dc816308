/**
 * What the page asks of the core and what the core answers, as plain data. The page builds the
 * requests, the protocol carries them, and the worker passes them to the WebAssembly core
 * unchanged. The core refuses property names that it does not know.
 */

/** Named sampler settings, from the fewest evaluations of the network to the most. */
export const SAMPLER_PRESETS = ['draft', 'default', 'accurate'] as const;
export type SamplerPreset = (typeof SAMPLER_PRESETS)[number];

export const SOLVERS = ['dpmpp2m', 'heun', 'euler', 'churn'] as const;
export type Solver = (typeof SOLVERS)[number];

export const BORDERS = ['unknown', 'circular'] as const;
/**
 * What lies beyond the borders of a blurred photo: scenery that was not photographed (`'unknown'`),
 * or the photo again, wrapped around (`'circular'`).
 */
export type Borders = (typeof BORDERS)[number];

export const BAYER_PATTERNS = ['rggb', 'grbg', 'bggr', 'gbrg'] as const;
/** The colours of the 2 × 2 pixels at a sensor's upper left corner, row by row. */
export type BayerPattern = (typeof BAYER_PATTERNS)[number];

/**
 * How a photo was reduced: by the mean of blocks, by an antialiased bicubic filter, or by a
 * Gaussian whose standard deviation is in pixels of the large photo, above 0 and at most 30.
 */
export type Reduction = 'blockMean' | 'bicubic' | { readonly gaussian: number };

/** A size in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Bytes of an image: RGBA for a photo, one byte a pixel for a mask; rows from the top. */
export interface Pixels extends ImageSize {
  readonly data: Uint8Array;
}

/** A sampler by name, or with every setting stated. */
export type SamplerRequest =
  | SamplerPreset
  | {
      readonly solver: Solver;
      readonly points: number;
      readonly tauMax: number;
      readonly tauMin: number;
      readonly fromMean: boolean;
    };

/** A task with its masks decoded and its kernels checked. */
export type TaskRequest =
  | { readonly kind: 'inpaint'; readonly mask: Pixels }
  | { readonly kind: 'superResolve'; readonly factor: number; readonly reduction?: Reduction }
  | {
      readonly kind: 'deblur';
      readonly kernel: ImageSize & { readonly data: number[] };
      readonly borders?: Borders;
    }
  | { readonly kind: 'denoise' }
  | { readonly kind: 'colorize'; readonly weights?: [number, number, number] }
  | { readonly kind: 'demosaic'; readonly pattern: BayerPattern }
  | { readonly kind: 'compose'; readonly first: TaskRequest; readonly second: TaskRequest }
  /** `module`: the address from which the worker imports the operator's functions. */
  | { readonly kind: 'operator'; readonly module: string };

/** How to sample. */
interface SamplingRequest {
  readonly task: TaskRequest;
  /**
   * The standard deviation of the noise in 8-bit levels, or `'auto'` to estimate it. Absent: the
   * task's default.
   */
  readonly noise?: number | 'auto';
  readonly samples: number;
  readonly sampler: SamplerRequest;
  /** Whether two more evaluations refine the mean. */
  readonly refine: boolean;
}

/** A restoration. */
export interface RestoreRequest extends SamplingRequest {
  readonly image: Pixels;
  readonly seed: number;
}

/** A restoration of which only the photo's size is known. */
export interface CostRequest extends SamplingRequest, ImageSize {}

/** A measurement whose noise is to be estimated. */
export interface NoiseRequest {
  readonly image: Pixels;
  readonly task: TaskRequest;
}

/** What a restoration takes. */
export interface Cost extends ImageSize {
  /** Evaluations of the network. */
  readonly evaluations: number;
  /** Tiles of one evaluation. */
  readonly tiles: number;
  /** Pixels of all tiles of one evaluation. */
  readonly pixels: number;
  /** Most bytes of memory that the page needs. */
  readonly bytes: number;
  /** Most bytes of memory that the GPU needs; 0 on the CPU. */
  readonly gpuBytes: number;
}

/** One step of a restoration. */
export interface Step {
  /** `estimate`: the linear estimate; `mean`, `sample`: one evaluation of the network. */
  readonly stage: 'estimate' | 'mean' | 'sample';
  /** The sample's number from 0; -1 before the first sample. */
  readonly sample: number;
  /** Steps so far, this one included. */
  readonly step: number;
  /** Evaluations so far, this one included. */
  readonly evaluations: number;
  /** The noise level, in units of the image's half range. */
  readonly tau: number;
  /** Whether the preview is a finished sample, which the core does not keep. */
  readonly finished: boolean;
  /** RGBA bytes. */
  readonly preview: Uint8Array<ArrayBuffer>;
}

/** The images of a finished restoration other than its samples, as RGBA bytes. */
export interface RestoredImages extends ImageSize {
  readonly estimate: Uint8Array<ArrayBuffer>;
  readonly mean: Uint8Array<ArrayBuffer>;
  /** Absent with fewer than two samples. */
  readonly deviation?: Uint8Array<ArrayBuffer>;
  readonly evaluations: number;
  /** The standard deviation of the noise that was assumed, in 8-bit levels. */
  readonly noise: number;
}

/** The values of every window of the photo: one array for each window. */
export type WindowValues = Float32Array<ArrayBuffer>[];

/** The cost request of a restoration. */
export function costRequestOf(request: RestoreRequest): CostRequest {
  const { image, task, noise, samples, sampler, refine } = request;
  const { width, height } = image;
  return { width, height, task, samples, sampler, refine, ...(noise !== undefined && { noise }) };
}
