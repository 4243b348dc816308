/** The WebAssembly core as the worker uses it. No other file loads it. */
import init, {
  BlurSearch,
  CopyRun,
  editJpeg as editJpegFile,
  Engine,
  jpegParts as jpegPartsOf,
  onPanic,
  splitMask as splitMaskOf,
  type CopyRequest,
} from '../../wasm/eps_restore.js';
import type { DeviceKind, Precision } from '../shared/device.js';
import type { Area, BlurRequest, JpegPart, MaskSplit, Pixels } from '../shared/requests.js';

export type { Engine, Run } from '../../wasm/eps_restore.js';
export type { OperatorFunctions } from '../../wasm/eps_restore.js';

/** Called when a GPU device is lost, with WebGPU's reason and message. */
export type DeviceLossListener = (reason: string, message: string) => void;

/** The address of the core beside this package. Bundlers recognise it and emit the file. */
export function coreUrl(): string {
  return new URL('../../wasm/eps_restore_bg.wasm', import.meta.url).href;
}

/**
 * Makes the instance of the compiled core that this worker uses.
 *
 * @param listener called with the message of a panic, before the core traps.
 */
export async function instantiateCore(
  module: WebAssembly.Module,
  listener: (message: string) => void,
): Promise<void> {
  await init({ module_or_path: module });
  onPanic(listener);
}

/** A JPEG of the photo `after`, from the file that was decoded to `before`. */
export function editJpeg(file: Uint8Array, before: Pixels, after: Pixels): Uint8Array<ArrayBuffer> {
  return new Uint8Array(editJpegFile(file, before, after));
}

/** The parts of a JPEG file that cover areas of the photo, without loss. */
export function jpegParts(file: Uint8Array, areas: readonly Area[]): JpegPart[] {
  return jpegPartsOf(file, areas);
}

/** Begins to fill a photo's holes from elsewhere in it. */
export function startCopy(request: CopyRequest): CopyRun {
  return new CopyRun(request);
}

/** Begins to look for the blur of a photo. */
export function startBlurSearch(photo: BlurRequest): BlurSearch {
  return new BlurSearch(photo);
}

/** The holes of a mask by what fills them; `avoid`: what is not copied from. */
export function splitMask(mask: Pixels, avoid?: Pixels): MaskSplit {
  return splitMaskOf(mask, avoid);
}

/** Frees what the core holds for a run. */
export function release(run: { free(): void } | undefined): void {
  try {
    run?.free();
  } catch {
    // After a panic the instance and its memory are gone. The panic is the error to report.
  }
}

/** Puts the network on a device. The core must have been instantiated. */
export async function createEngine(
  device: DeviceKind,
  weights: Uint8Array,
  precision: Precision,
  onLost: DeviceLossListener,
): Promise<Engine> {
  return Engine.create(device, weights, precision, onLost);
}
