/**
 * Restores images in the browser by exact posterior sampling.
 *
 * @packageDocumentation
 */
export { Restorer } from './restorer.js';
export {
  inpaint,
  superResolve,
  deblur,
  denoise,
  colorize,
  demosaic,
  compose,
  linearOperator,
} from './tasks.js';
export { gaussianKernel, motionKernel, diskKernel } from './kernels.js';
export { readPhoto } from './photo.js';
export { toBlob } from './result.js';
export { EpsError } from './errors.js';
export { chooseDevice, isSoftwareAdapter } from './device.js';

export type { LoadOptions, RestoreOptions, Sampler, SamplerOptions } from './options.js';
export type {
  Task,
  InpaintTask,
  SuperResolveTask,
  DeblurTask,
  DenoiseTask,
  ColorizeTask,
  DemosaicTask,
  ComposedTask,
  OperatorTask,
  NoiseOption,
  Borders,
  BayerPattern,
} from './tasks.js';
export type { Reduction, GreyWeights } from './operator-options.js';
export type { Kernel } from './kernels.js';
export type { PhotoSource, PixelImage } from './photo.js';
export type { MaskSource, MaskBytes } from './mask.js';
export type { ImageSize } from './prepare.js';
export type { LoadProgress, RestoreProgress, RestoreStep, Estimate } from './progress.js';
export type { Result, ImageType } from './result.js';
export type { DeviceKind, Precision, AdapterFacts, DeviceChoice } from './device.js';
export type { EpsErrorCode } from './errors.js';
