import type { BayerPattern, Borders, GreyWeights, Reduction } from '../shared/requests.js';
import type { ColourHints } from './colour-hints.js';
import type { Kernel } from './kernels.js';
import type { MaskSource } from './mask.js';

/** The noise of the measurement. */
export interface NoiseOption {
  /**
   * Standard deviation of the photo's noise in 8-bit levels, above 0 and at most 255, or `'auto'`
   * to estimate it from the photo. Default: `'auto'` for denoise, and for superResolve, deblur and
   * colorize of a JPEG file; else 1.275 for inpaint; 2 for superResolve, colorize, demosaic and
   * linearOperator; 2.5 for deblur; the greater of the two parts' for compose.
   */
  readonly noise?: number | 'auto' | undefined;
}

/** Fills missing pixels. Made by `inpaint`. */
export interface InpaintTask extends NoiseOption {
  readonly kind: 'inpaint';
  readonly mask: MaskSource;
  /**
   * What fills the missing pixels. `'network'`: what surrounds them, for scratches, dust, wires and
   * faces. `'photo'`: texture from elsewhere in the photo, for people and objects of up to 400
   * pixels; the mean is then the first fill and each sample another one, no evaluation is made,
   * and `noise` is not used. `'auto'` (the default): each hole by its width. Those wider than 16
   * pixels are filled from the photo first, then the network does the others with these known;
   * with `noise`, it restores the whole photo. Where the mask leaves fewer pixels than the wide
   * holes miss, and as a part of `compose`, the network fills all.
   */
  readonly fill?: 'auto' | 'network' | 'photo' | undefined;
  /** What is not copied from, as a mask. */
  readonly avoid?: MaskSource | undefined;
}

/** Enlarges a photo that was reduced. Made by `superResolve`. */
export interface SuperResolveTask extends NoiseOption {
  readonly kind: 'superResolve';
  readonly factor: 2 | 3 | 4 | 8 | 16;
  /** Default `'blockMean'`. */
  readonly reduction?: Reduction | undefined;
}

/** Removes a blur. Made by `deblur`. */
export interface DeblurTask extends NoiseOption {
  readonly kind: 'deblur';
  /** `'auto'`: it is found from the photo. */
  readonly kernel: Kernel | 'auto';
  /** Default `'unknown'`. */
  readonly borders?: Borders | undefined;
}

/** Removes white Gaussian noise. Made by `denoise`. */
export interface DenoiseTask extends NoiseOption {
  readonly kind: 'denoise';
}

/** Removes the traces of JPEG compression. Made by `jpeg`. */
export interface JpegTask {
  readonly kind: 'jpeg';
  /** By how much the photo was reduced before it was compressed. Default: it was not. */
  readonly factor?: SuperResolveTask['factor'] | undefined;
  /** How it was reduced. Default `'blockMean'`. */
  readonly reduction?: 'blockMean' | 'bicubic' | undefined;
  /**
   * The standard deviation of the noise that the photo had before it was compressed, in 8-bit
   * levels. Default: none.
   */
  readonly noise?: number | undefined;
}

/** Colours a grey photo. Made by `colorize`. */
export interface ColorizeTask extends NoiseOption {
  readonly kind: 'colorize';
  /** Default `'mean'`. */
  readonly weights?: GreyWeights | undefined;
  /** Default: none. They go with the weights `'mean'`. */
  readonly hints?: ColourHints | undefined;
}

/** Reconstructs the colours of a sensor's mosaic. Made by `demosaic`. */
export interface DemosaicTask extends NoiseOption {
  readonly kind: 'demosaic';
  readonly pattern: BayerPattern;
}

/** Undoes two degradations, one applied after the other. Made by `compose`. */
export interface ComposedTask extends NoiseOption {
  readonly kind: 'compose';
  /** What was done first. */
  readonly first: Task;
  /** What was done to the outcome of the first. */
  readonly second: Task;
}

/** Inverts a linear operator that a module states. Made by `linearOperator`. */
export interface OperatorTask extends NoiseOption {
  readonly kind: 'operator';
  /** The module's absolute address. */
  readonly module: string;
}

/** What was done to the photo and is to be undone. The function of its name makes each kind. */
export type Task =
  | InpaintTask
  | SuperResolveTask
  | DeblurTask
  | DenoiseTask
  | JpegTask
  | ColorizeTask
  | DemosaicTask
  | ComposedTask
  | OperatorTask;
