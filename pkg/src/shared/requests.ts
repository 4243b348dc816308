/**
 * What the page asks of the core and what the core answers, as plain data. The page builds the
 * requests, the protocol carries them, and the worker passes them to the WebAssembly core
 * unchanged, which states their types. The core refuses property names that it does not know.
 */

import type {
  BayerPattern,
  Borders,
  CoreTask,
  CostRequest as CoreCostRequest,
  NoiseRequest as CoreNoiseRequest,
  Pixels,
  RestoreRequest as CoreRestoreRequest,
  SamplerPreset,
  Solver,
} from '../../wasm/eps_restore.js';

export type {
  Area,
  BayerPattern,
  BlurCandidate,
  BlurRequest,
  Borders,
  Cost,
  Grain,
  GreyWeights,
  ImageSize,
  JpegPart,
  MaskSplit,
  Pixels,
  Reduction,
  RestoredImages,
  SamplerPreset,
  SamplerRequest,
  Solver,
  Step,
  WindowValues,
} from '../../wasm/eps_restore.js';

/** Named sampler settings, from the fewest evaluations of the network to the most. */
export const SAMPLER_PRESETS = ['draft', 'default', 'accurate'] as const satisfies SamplerPreset[];
export const SOLVERS = ['dpmpp2m', 'heun', 'euler', 'churn'] as const satisfies Solver[];
export const BORDERS = ['unknown', 'circular'] as const satisfies Borders[];
export const BAYER_PATTERNS = ['rggb', 'grbg', 'bggr', 'gbrg'] as const satisfies BayerPattern[];

/** The kernel of a blur. */
export type KernelRequest = Extract<CoreTask, { readonly kind: 'deblur' }>['kernel'];

/** Colours that some pixels of a grey photo should have. */
export type CoreHints = NonNullable<Extract<CoreTask, { readonly kind: 'colorize' }>['hints']>;

/** Holes that are filled with the photo's own texture, without the network. */
export interface CopyTask {
  readonly kind: 'copy';
  readonly mask: Pixels;
  /** What is not copied from. */
  readonly avoid?: Pixels;
}

/** Holes of which it is still to be found what fills them. */
export interface FillTask {
  readonly kind: 'fill';
  readonly mask: Pixels;
  /** What is not copied from. */
  readonly avoid?: Pixels;
}

/** A measurement. `module`: the address from which the worker imports an operator. */
export type MeasurementTask = CoreTask<{ readonly kind: 'operator'; readonly module: string }>;
/** What a worker does in one run. */
export type TaskRequest = MeasurementTask | CopyTask;
/** A task of the page. */
export type PageTask = TaskRequest | FillTask;
export type RestoreRequest = Omit<CoreRestoreRequest<TaskRequest>, 'functions'>;
export type CostRequest = Omit<CoreCostRequest<TaskRequest>, 'functions'>;
export type NoiseRequest = Omit<CoreNoiseRequest<PageTask>, 'functions'>;

/** The cost request of a restoration. */
export function costRequestOf(request: RestoreRequest): CostRequest {
  const { image, task, noise, samples, sampler, refine } = request;
  const { width, height } = image;
  return { width, height, task, samples, sampler, refine, ...(noise !== undefined && { noise }) };
}
