// The public types as a page's program sees them. It is compiled, never run.
import { expectTypeOf } from 'expect-type';
import {
  chooseDevice,
  clearCache,
  colorize,
  compose,
  deblur,
  demosaic,
  denoise,
  diskKernel,
  EpsError,
  gaussianKernel,
  inpaint,
  isSoftwareAdapter,
  isSupported,
  jpeg,
  linearOperator,
  motionKernel,
  preload,
  readPhoto,
  restoreAll,
  Restorer,
  superResolve,
  toBlob,
} from 'eps-restore';
import type {
  BatchItem,
  BatchOptions,
  BlurEstimate,
  ColorizeTask,
  ComposedTask,
  DeblurTask,
  DemosaicTask,
  DenoiseTask,
  DeviceChoice,
  DeviceKind,
  EpsErrorCode,
  Estimate,
  InpaintTask,
  JpegTask,
  Kernel,
  LoadOptions,
  LoadProgress,
  MaskSource,
  OperatorTask,
  PhotoSource,
  Precision,
  RestoreOptions,
  RestoreStep,
  RestorerInfo,
  FilledHoles,
  Result,
  SuperResolveTask,
  Task,
} from 'eps-restore';

declare const restorer: Restorer;
declare const photo: PhotoSource;
declare const mask: MaskSource;
declare const kernel: Kernel;

// Loading.
expectTypeOf<Parameters<typeof Restorer.load>[0]>().toEqualTypeOf<LoadOptions | undefined>();
expectTypeOf(Restorer.load()).resolves.toEqualTypeOf<Restorer>();
// @ts-expect-error its constructor is private: Restorer.load makes one.
new Restorer();
expectTypeOf(restorer.device).toEqualTypeOf<DeviceKind>();
expectTypeOf<DeviceKind>().toEqualTypeOf<'webgpu' | 'cpu'>();
expectTypeOf(restorer.precision).toEqualTypeOf<Precision>();
expectTypeOf<NonNullable<LoadOptions['onProgress']>>().parameters.toEqualTypeOf<
  [progress: LoadProgress]
>();
expectTypeOf({ modelUrl: new URL('https://site.example/') }).toExtend<LoadOptions>();
expectTypeOf({ stallMs: '5' }).not.toExtend<LoadOptions>();
expectTypeOf({ memoryLimit: 1e9 }).toExtend<LoadOptions>();
// An option may be stated as undefined, whatever exactOptionalPropertyTypes says.
expectTypeOf({ signal: undefined, workers: undefined }).toExtend<LoadOptions>();

expectTypeOf(restorer.info).toEqualTypeOf<RestorerInfo>();
expectTypeOf(Restorer.shared({ device: 'cpu' })).resolves.toEqualTypeOf<Restorer>();
expectTypeOf({ modelRequest: { headers: { authorization: '' } } }).toExtend<LoadOptions>();
expectTypeOf(preload()).resolves.toBeVoid();
expectTypeOf(clearCache()).resolves.toBeBoolean();
expectTypeOf(isSupported()).toBeBoolean();

// Tasks, each of its own type and all of one.
expectTypeOf(inpaint(mask, { fill: 'photo', avoid: mask })).toEqualTypeOf<InpaintTask>();
expectTypeOf(inpaint(mask, { fill: 'auto' })).toEqualTypeOf<InpaintTask>();
expectTypeOf(superResolve(4, { reduction: { gaussian: 2 } })).toEqualTypeOf<SuperResolveTask>();
expectTypeOf(deblur(kernel, { borders: 'circular' })).toEqualTypeOf<DeblurTask>();
expectTypeOf(deblur('auto')).toEqualTypeOf<DeblurTask>();
expectTypeOf(denoise(25)).toEqualTypeOf<DenoiseTask>();
expectTypeOf(denoise('auto')).toEqualTypeOf<DenoiseTask>();
expectTypeOf(jpeg({ factor: 2, noise: 3 })).toEqualTypeOf<JpegTask>();
expectTypeOf(colorize({ weights: [0.2, 0.5, 0.3] })).toEqualTypeOf<ColorizeTask>();
expectTypeOf(
  colorize({ hints: { colours: new ImageData(1, 1), noise: 6 } }),
).toEqualTypeOf<ColorizeTask>();
expectTypeOf(demosaic('rggb')).toEqualTypeOf<DemosaicTask>();
expectTypeOf(compose(denoise(5), colorize())).toEqualTypeOf<ComposedTask>();
expectTypeOf(linearOperator('./operator.js')).toEqualTypeOf<OperatorTask>();
expectTypeOf<InpaintTask | DeblurTask | ComposedTask>().toExtend<Task>();
expectTypeOf<Task['kind']>().toEqualTypeOf<
  | 'inpaint'
  | 'superResolve'
  | 'deblur'
  | 'denoise'
  | 'jpeg'
  | 'colorize'
  | 'demosaic'
  | 'compose'
  | 'operator'
>();
for (const made of [gaussianKernel(1), motionKernel(5, 30), diskKernel(2)])
  expectTypeOf(made).toEqualTypeOf<Kernel>();
expectTypeOf<5>().not.toExtend<Parameters<typeof superResolve>[0]>();
expectTypeOf<'bggr'>().toExtend<Parameters<typeof demosaic>[0]>();
expectTypeOf<'auto' | number>().toExtend<NonNullable<Parameters<typeof denoise>[0]>>();

// What holds a picture.
expectTypeOf<
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement
  | VideoFrame
  | File
  | Response
  | ArrayBuffer
  | string
  | URL
>().toExtend<PhotoSource>();
expectTypeOf<{ data: Uint8Array; width: number; height: number }>().toExtend<PhotoSource>();
expectTypeOf<number>().not.toExtend<PhotoSource>();
expectTypeOf<{ data: boolean[]; width: number; height: number }>().toExtend<MaskSource>();

// Restoring.
expectTypeOf(restorer.restore(photo, denoise())).resolves.toEqualTypeOf<Result>();
expectTypeOf(restorer.stream(photo, denoise())).toEqualTypeOf<
  AsyncGenerator<RestoreStep, Result, void>
>();
expectTypeOf(
  restorer.estimate({ width: 9, height: 9 }, denoise()),
).resolves.toEqualTypeOf<Estimate>();
expectTypeOf(restorer.estimateNoise(photo, denoise())).resolves.toBeNumber();
expectTypeOf(restorer.estimateCompression(photo)).resolves.toBeNumber();
expectTypeOf(restorer.editJpeg(new Blob(), photo)).resolves.toEqualTypeOf<Blob>();
expectTypeOf(
  Restorer.restore('photo.jpg', denoise(), { load: {} }),
).resolves.toEqualTypeOf<Result>();
expectTypeOf(restoreAll(restorer, [photo], (index) => denoise(index))).toEqualTypeOf<
  AsyncGenerator<BatchItem, void, void>
>();
expectTypeOf<{
  onProgress: (progress: { index: number; fraction: number }) => void;
}>().toExtend<BatchOptions>();
expectTypeOf<'wait'>().toExtend<NonNullable<RestoreOptions['whenBusy']>>();
expectTypeOf(restorer.dispose()).toBeVoid();
expectTypeOf(restorer[Symbol.dispose]()).toBeVoid();
expectTypeOf<{ sampler: 'draft' }>().toExtend<RestoreOptions>();
expectTypeOf<{ sampler: { solver: 'heun'; points: 3 } }>().toExtend<RestoreOptions>();
expectTypeOf<{ sampler: 'fast' }>().not.toExtend<RestoreOptions>();
expectTypeOf<Result['mean']>().toEqualTypeOf<ImageData>();
expectTypeOf<Result['samples']>().toEqualTypeOf<readonly ImageData[]>();
expectTypeOf<Result['deviation']>().toEqualTypeOf<ImageData | undefined>();
expectTypeOf<Result['fill']>().toEqualTypeOf<FilledHoles | undefined>();
expectTypeOf<Result['blur']>().toEqualTypeOf<BlurEstimate | undefined>();
expectTypeOf<RestoreStep['preview']>().toEqualTypeOf<ImageData>();
expectTypeOf(readPhoto(photo)).resolves.toEqualTypeOf<ImageData>();
expectTypeOf(toBlob(new ImageData(1, 1), 'image/webp', 0.9)).resolves.toEqualTypeOf<Blob>();

// Errors and devices.
declare const error: EpsError;
expectTypeOf(error).toExtend<Error>();
expectTypeOf(error.code).toEqualTypeOf<EpsErrorCode>();
expectTypeOf(error.toJSON()).toEqualTypeOf<{
  name: string;
  code: EpsErrorCode;
  message: string;
}>();
expectTypeOf(chooseDevice('auto', null)).toEqualTypeOf<DeviceChoice>();
expectTypeOf(isSoftwareAdapter).returns.toBeBoolean();
