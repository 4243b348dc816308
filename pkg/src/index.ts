/**
 * Restores images in the browser by exact posterior sampling. Start with {@link Restorer.load}.
 *
 * @packageDocumentation
 */
export { Restorer } from './page/restorer.js';
export {
  inpaint,
  superResolve,
  deblur,
  denoise,
  jpeg,
  colorize,
  demosaic,
  compose,
  linearOperator,
} from './page/tasks.js';
export { gaussianKernel, motionKernel, diskKernel } from './page/kernels.js';
export { restoreAll } from './page/batch.js';
export { preload } from './page/preload.js';
export { isSupported } from './page/support.js';
export { clearCache } from './page/weights-cache.js';
export { readPhoto } from './page/photo.js';
export { toBlob } from './page/result.js';
export { interval } from './page/interval.js';
export { EpsError } from './shared/errors.js';
export { LIMITS } from './shared/limits.js';
export { chooseDevice, isSoftwareAdapter } from './shared/device.js';

export type { BatchItem, BatchOptions, BatchProgress } from './page/batch.js';
export type { BlurEstimate, BlurOptions } from './page/blur.js';
export type { LoadOptions, RestoreOptions, Sampler, SamplerOptions } from './page/options.js';
export type {
  Task,
  InpaintTask,
  SuperResolveTask,
  DeblurTask,
  DenoiseTask,
  JpegTask,
  ColorizeTask,
  DemosaicTask,
  ComposedTask,
  OperatorTask,
  NoiseOption,
} from './page/task-types.js';
export type {
  Borders,
  BayerPattern,
  Grain,
  GreyWeights,
  ImageSize,
  Reduction,
  SamplerPreset,
  Solver,
} from './shared/requests.js';
export type { ColourHints } from './page/colour-hints.js';
export type { Kernel } from './page/kernels.js';
export type { PhotoSource, PixelImage, ReadPhotoOptions } from './page/photo.js';
export type { MaskSource, MaskBytes, MaskValues } from './page/mask.js';
export type {
  LoadProgress,
  RestoreProgress,
  RestoreStep,
  StepQuery,
  Estimate,
} from './page/progress.js';
export type { FilledHoles, Result, ImageType } from './page/result.js';
export type { Coverage } from './page/interval.js';
export type { IntervalFamily } from './page/interval-family.js';
export type { RestorerInfo } from './page/restorer-info.js';
export type { WhenBusy } from './page/turns.js';
export type { ScriptUrlPolicy } from './page/trusted-types.js';
export type { DeviceKind, Precision, AdapterFacts, DeviceChoice } from './shared/device.js';
export type { EpsErrorCode } from './shared/errors.js';
