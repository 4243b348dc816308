//! The TypeScript types of requests and answers, which wasm-bindgen writes into `eps_restore.d.ts`.
//! `request.rs` reads the requests, and refuses names that it does not know; `answers.rs` writes
//! the answers.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const REQUESTS: &str = r#"
export type DeviceKind = 'webgpu' | 'cpu';
/** How a GPU stores the network's maps and weights. */
export type Precision = 'f32' | 'f16';

/** A size in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Bytes of an image: RGBA for a photo, one byte a pixel for a mask; rows from the top. */
export interface Pixels extends ImageSize {
  readonly data: Uint8Array;
}

/** Named sampler settings, from the fewest evaluations of the network to the most. */
export type SamplerPreset = 'draft' | 'default' | 'accurate';
export type Solver = 'dpmpp2m' | 'heun' | 'euler' | 'churn';
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

/**
 * What lies beyond the borders of a blurred photo: scenery that was not photographed (`'unknown'`),
 * or the photo again, wrapped around (`'circular'`).
 */
export type Borders = 'unknown' | 'circular';
/**
 * The mix of R, G and B that a grey photo is: their mean, the luma of BT.601 or BT.709, or three
 * weights of at least 0 whose sum is 1.
 */
export type GreyWeights = 'mean' | 'bt601' | 'bt709' | readonly [number, number, number];
/** The colours of the 2 × 2 pixels at a sensor's upper left corner, row by row. */
export type BayerPattern = 'rggb' | 'grbg' | 'bggr' | 'gbrg';
/**
 * How a photo was reduced: by the mean of blocks, by an antialiased bicubic filter, or by a
 * Gaussian whose standard deviation is in pixels of the large photo, above 0 and at most 30.
 */
export type Reduction = 'blockMean' | 'bicubic' | { readonly gaussian: number };

/** A task with its masks decoded and its kernels checked. */
export type CoreTask<Operator = { readonly kind: 'operator' }> =
  | { readonly kind: 'inpaint'; readonly mask: Pixels }
  | { readonly kind: 'superResolve'; readonly factor: number; readonly reduction?: Reduction }
  | {
      readonly kind: 'deblur';
      readonly kernel: ImageSize & { readonly data: number[] };
      readonly borders?: Borders;
    }
  | { readonly kind: 'denoise' }
  /** `file`: the JPEG that the photo was decoded from. `reduced`: how it was made small before. */
  | {
      readonly kind: 'jpeg';
      readonly file: Uint8Array;
      readonly reduced?: { readonly factor: number; readonly reduction?: Reduction };
    }
  | {
      readonly kind: 'colorize';
      readonly weights?: GreyWeights;
      /** `colours`: RGBA of the photo's size, painted where alpha is at least 128. */
      readonly hints?: { readonly colours: Pixels; readonly noise?: number };
    }
  /** `small`: in colour, at 1/2, 1/4 or 1/8 of the size; the mean's, then one for each sample. */
  | { readonly kind: 'colorizeFrom'; readonly small: readonly Pixels[] }
  | { readonly kind: 'demosaic'; readonly pattern: BayerPattern }
  | {
      readonly kind: 'compose';
      readonly first: CoreTask<Operator>;
      readonly second: CoreTask<Operator>;
    }
  | Operator;

/** The functions of a user's operator, on three planes of values in [-1, 1], row by row. */
export interface OperatorFunctions {
  /** A x; `size` is the image's. */
  readonly apply: (x: Float32Array, size: ImageSize) => Float32Array;
  /** Aᵀ y; `size` is the measurement's. */
  readonly adjoint: (y: Float32Array, size: ImageSize) => Float32Array;
  /** The image's size for a measurement's; absent if they are the same. */
  readonly imageSize?: (size: ImageSize) => ImageSize;
}

/** A task; `functions` of the task `operator`. */
export interface TaskFields<Task> {
  readonly task: Task;
  readonly functions?: OperatorFunctions;
}

/** How to sample. */
export interface SamplingFields {
  /**
   * The standard deviation of the noise in 8-bit levels, or `'auto'` to estimate it. Absent: the
   * task's default, which a JPEG file changes.
   */
  readonly noise?: number | 'auto';
  readonly samples: number;
  readonly sampler: SamplerRequest;
  /** Whether two more evaluations refine the mean. */
  readonly refine: boolean;
}

/** A restoration. */
export interface RestoreRequest<Task = CoreTask> extends TaskFields<Task>, SamplingFields {
  readonly image: Pixels;
  /** The bytes of the file that the image was decoded from: a JPEG's tell its noise. */
  readonly file?: Uint8Array;
  readonly seed: number;
  /** Whether steps carry what the network was asked about. Default: false. */
  readonly inspect?: boolean;
}

/** A restoration of which only the photo's size is known. */
export interface CostRequest<Task = CoreTask>
  extends TaskFields<Task>, SamplingFields, ImageSize {}

/** Holes that are filled with the photo's own texture, without the network. */
export interface CopyRequest {
  readonly image: Pixels;
  /** Not 0 where pixels are missing. */
  readonly mask: Pixels;
  /** Not 0 where nothing is copied from. */
  readonly avoid?: Pixels;
  readonly seed: number;
  /** How many fills to make; each copies from other places. */
  readonly variants: number;
}

/** A photo whose blur is to be estimated. */
export interface BlurRequest {
  readonly image: Pixels;
  /** The bytes of the file that the image was decoded from: JPEG's rounding counts. */
  readonly file?: Uint8Array;
  /**
   * The largest side of a kernel of any shape, in pixels: odd, 5 to 31. Default: none is looked
   * for.
   */
  readonly kernelSide?: number;
}

/** A measurement whose noise is to be estimated. */
export interface NoiseRequest<Task = CoreTask> extends TaskFields<Task> {
  readonly image: Pixels;
  /** The bytes of the file that the image was decoded from: a JPEG's tell its noise. */
  readonly file?: Uint8Array;
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const ANSWERS: &str = r#"
/** What a restoration takes. */
export interface Cost extends ImageSize {
  /** Evaluations of the network. */
  readonly evaluations: number;
  /** Those of them that the mean takes. */
  readonly meanEvaluations: number;
  /** Tiles of one evaluation. */
  readonly tiles: number;
  /** Pixels of all tiles of one evaluation. */
  readonly pixels: number;
  /** Most bytes of memory that the page needs. */
  readonly bytes: number;
  /** Most bytes of memory that the GPU needs; 0 on the CPU. */
  readonly gpuBytes: number;
  /** The share of what the device holds: its memory, or a GPU's buffers. Above 1 it is refused. */
  readonly load: number;
}

/** The holes of a mask by what fills them: one byte a pixel, 1 where it is missing. */
export interface MaskSplit {
  /** Holes that the network fills. */
  readonly narrow: Uint8Array<ArrayBuffer>;
  readonly narrowHoles: number;
  /** Holes that are filled from the photo. */
  readonly wide: Uint8Array<ArrayBuffer>;
  readonly wideHoles: number;
}

/** A rectangle of a photo, as it is displayed, in pixels. */
export interface Area extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/** A part of a JPEG file, and the area of the photo that it shows. */
export interface JpegPart {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly area: Area;
}

/** A blur that a photo may have. */
export interface BlurCandidate {
  readonly kind: 'none' | 'gaussian' | 'disk' | 'motion' | 'free';
  /**
   * The Gaussian's standard deviation, the disk's radius, the motion's length or the longer side of
   * the kernel of any shape, in pixels; 0.
   */
  readonly size: number;
  /** The standard deviation of the size's error, in pixels; 0. */
  readonly sizeDeviation: number;
  /** The direction of the motion, in degrees counter-clockwise from the right; 0. */
  readonly angle: number;
  /** The probability of the kind, 0 to 1; those of all candidates sum to 1. */
  readonly confidence: number;
  /** Its weights row by row; their sum is 1. */
  readonly kernel: ImageSize & { readonly data: readonly number[] };
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
  /** Where it was asked for; absent of the linear estimate. */
  readonly query?: Query;
}

/** What the network was asked about: RGBA bytes. */
export interface Query {
  /** The sampler's state z, divided by sqrt(1 + (tau/0.5)²). */
  readonly state: Uint8Array<ArrayBuffer>;
  /** The pivot of z. */
  readonly pivot: Uint8Array<ArrayBuffer>;
}

/** The grain of a photo: noise that follows brightness. */
export interface Grain {
  /**
   * Its standard deviation in 8-bit levels: of red, green and blue, each at a brightness of 16, 48,
   * 80, … 240.
   */
  readonly deviations: readonly (readonly number[])[];
  /**
   * Its power in four octaves of frequency, the finest first, where white noise has 1 in each: of
   * luma, and of both chroma axes.
   */
  readonly bands: { readonly luma: readonly number[]; readonly chroma: readonly number[] };
  /** The standard deviation of what JPEG compression did beside it, in 8-bit levels. */
  readonly compression: number;
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
  /** Where that noise follows brightness. */
  readonly grain?: Grain;
  /**
   * Of the task `jpeg` at the photo's own size: the share of the file's coefficients that the mean
   * compresses back to.
   */
  readonly consistency?: number;
  /** Over the number of entries measured. Absent where known pixels are kept as they are. */
  readonly chiSquare?: number;
}

/** The values of every window of the photo: one array for each window. */
export type WindowValues = Float32Array<ArrayBuffer>[];

/** A tile of a run that another worker evaluates: the network's inputs, and its number. */
export interface LentTile {
  readonly number: number;
  /** Of four inputs, one after another: images, channels, rows, columns. */
  readonly shape: Uint32Array<ArrayBuffer>;
  /** The values of all inputs, one after another. */
  readonly values: Float32Array<ArrayBuffer>;
}
"#;
