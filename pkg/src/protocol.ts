/**
 * What the page and the worker say to each other. Every message of a call carries the call's id.
 *
 * The worker runs one call at a time, in the order of arrival. Between two tiles it looks at its
 * messages, so a cancelled run ends within one tile, and a question of cost or of noise is answered
 * amid a run.
 */
import type { DeviceKind, Precision } from './device.js';
import type {
  EngineCost,
  EngineMeasurement,
  EngineQuestion,
  EngineRequest,
  EngineResult,
  EngineStep,
} from './engine.js';
import type { EpsErrorCode } from './errors.js';

/** A run's part in a restoration that several workers share. */
export interface Share {
  /** It draws the samples first, first + every, … */
  readonly first: number;
  readonly every: number;
  /**
   * The mean of each window, which another has computed; absent for the one that computes it, and
   * adopts everyone's samples for the deviation.
   */
  readonly mean?: Float32Array[];
}

export type ToWorker =
  | {
      id: number;
      type: 'load';
      device: 'auto' | DeviceKind;
      precision: Precision;
      weights: Uint8Array<ArrayBuffer>;
    }
  /**
   * `credit`: how many steps may be taken before a `more`; a run that nobody looks at stands still.
   */
  | { id: number; type: 'start'; request: EngineRequest; credit: number; share?: Share }
  | { id: number; type: 'cost'; question: EngineQuestion }
  | { id: number; type: 'noise'; measurement: EngineMeasurement }
  /** A sample that another has drawn: its values in each window. */
  | { id: number; type: 'adopt'; index: number; values: Float32Array<ArrayBuffer>[] }
  | { id: number; type: 'more' }
  | { id: number; type: 'cancel' };

/** No call has it: what the worker says of itself. */
export const NO_CALL = 0;

export type FromWorker =
  | { id: number; type: 'loading'; stage: 'engine' | 'warm-up'; within: number; device: DeviceKind }
  | {
      id: number;
      type: 'loaded';
      device: DeviceKind;
      precision: Precision;
      adapter: string;
      reason: string;
      evaluationMilliseconds: number;
    }
  | { id: number; type: 'priced'; cost: EngineCost }
  | { id: number; type: 'estimated'; noise: number }
  | {
      id: number;
      type: 'started';
      device: DeviceKind;
      width: number;
      height: number;
      totalSteps: number;
      totalEvaluations: number;
      totalTiles: number;
      pixels: number;
    }
  /** So many tiles are done; `milliseconds`: what the last one took. */
  | { id: number; type: 'tile'; tiles: number; milliseconds: number }
  /** The last tile of a step; `milliseconds`: what that one took, without waiting for credit. */
  | { id: number; type: 'step'; step: EngineStep; tiles: number; milliseconds: number }
  /** Of a shared run: what the others start from, and a sample to be adopted. */
  | { id: number; type: 'mean'; values: Float32Array<ArrayBuffer>[] }
  | { id: number; type: 'sample'; index: number; values: Float32Array<ArrayBuffer>[] }
  | {
      id: number;
      type: 'done';
      result: EngineResult;
      samples: Uint8Array[];
      milliseconds: number;
      memoryBytes: number;
    }
  | { id: number; type: 'cancelled' }
  /**
   * `fatal`: the worker is of no further use, told with id 0 too, whether or not a call is open.
   * `during`: the device that was being started.
   */
  | {
      id: number;
      type: 'failed';
      code: EpsErrorCode;
      message: string;
      fatal: boolean;
      during: DeviceKind | undefined;
    };

/**
 * The part of a dedicated worker's global scope that is used here; TypeScript cannot load its types
 * beside a page's.
 */
export interface WorkerScope {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEvent) => void): void;
  addEventListener(
    type: 'unhandledrejection',
    listener: (event: PromiseRejectionEvent) => void,
  ): void;
}

/**
 * A worker's bytes as something that can be transferred: wasm-bindgen hands out copies, and a view
 * of anything larger is copied here.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  return whole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
