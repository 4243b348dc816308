/**
 * The messages between the page and the worker.
 *
 * The page makes calls, and every message about a call carries the call's id. The worker runs
 * `load`, `restore` and `tiles` one at a time, in the order of arrival. Between two tiles of a
 * restoration it reads its messages: a cancelled run ends within one tile, and questions are
 * answered during a run.
 */
import type { DeviceKind, Precision } from './device.js';
import type { EpsErrorCode } from './errors.js';
import type {
  Area,
  BlurCandidate,
  BlurRequest,
  Cost,
  CostRequest,
  ImageSize,
  JpegPart,
  MaskSplit,
  NoiseRequest,
  Pixels,
  RestoredImages,
  RestoreRequest,
  Step,
  WindowValues,
} from './requests.js';

/**
 * The calls: what each one asks, what it is answered, and the events that come before the answer.
 * Both ends derive their types from this interface.
 */
export interface Calls {
  /** Compiles the core, or takes it over compiled. The first call. */
  start: { ask: StartRequest; answer: StartedWorker; event: StartEvent };
  /** Starts the engine and warms it up. */
  load: { ask: LoadRequest; answer: LoadedEngine; event: LoadEvent };
  /** What a restoration takes. */
  cost: { ask: CostRequest; answer: Cost; event: never };
  /** The standard deviation of a measurement's noise, in 8-bit levels. */
  noise: { ask: NoiseRequest; answer: number; event: never };
  /** The noise that stands for what compression did to a photo, in 8-bit levels. */
  compression: { ask: NoiseRequest; answer: number; event: never };
  /**
   * The noise before compression of a task that is best done by the coefficients of the photo's
   * file, 0 if they are exact; undefined where the pixels tell more.
   */
  suit: { ask: NoiseRequest; answer: number | undefined; event: never };
  /** The parts of a JPEG file that cover areas of the photo. */
  parts: { ask: PartsRequest; answer: JpegPart[]; event: never };
  /** The blurs that a photo may have. Its events: the share of the search that is done, 0 to 1. */
  blur: { ask: BlurRequest; answer: FoundBlur[]; event: number };
  /** The holes of a mask by what fills them. */
  split: { ask: SplitRequest; answer: MaskSplit; event: never };
  /** A JPEG file of an edited photo, with the file's coefficients where no pixel changed. */
  edit: { ask: EditRequest; answer: Uint8Array<ArrayBuffer>; event: never };
  /** Restores a photo. */
  restore: { ask: RunRequest; answer: FinishedRun; event: RunEvent };
  /** Evaluates tiles of another worker's run, until it is cancelled: it then fails as `aborted`. */
  tiles: { ask: TileService; answer: never; event: never };
}

export type CallName = keyof Calls;
export type Ask<N extends CallName> = Calls[N]['ask'];
export type Answer<N extends CallName> = Calls[N]['answer'];
export type CallEvent<N extends CallName> = Calls[N]['event'];

export interface StartRequest {
  /** The compiled core, or its address; undefined: the file beside the worker. */
  readonly wasm: WebAssembly.Module | string | undefined;
  /** The name of the lock that the worker holds as long as it lives. */
  readonly lock: string;
  /** Milliseconds after which a part of the platform that does not answer counts as stalled. */
  readonly stallMs: number;
}

export type StartEvent =
  /** The worker's script runs. */
  | { readonly type: 'running' }
  /** The worker holds its lock: once the page gets it, the worker is gone. */
  | { readonly type: 'locked' }
  /** More bytes of the core have arrived. */
  | { readonly type: 'bytes' };

export interface StartedWorker {
  /** The compiled core, for further workers. */
  readonly module: WebAssembly.Module;
}

export interface LoadRequest {
  readonly device: 'auto' | DeviceKind;
  readonly precision: Precision;
  readonly weights: Uint8Array<ArrayBuffer>;
  /** Whether a GPU's kernels are compiled while nothing is asked. */
  readonly rehearses: boolean;
}

export interface TileService {
  /** Where the tiles come from: see `tiles.ts`. */
  readonly port: MessagePort;
}

/** A candidate of the core, its kernel as the package's kernels are. */
export interface FoundBlur extends Omit<BlurCandidate, 'kernel'> {
  readonly kernel: ImageSize & { readonly data: Float32Array<ArrayBuffer> };
}

/** A mask; `avoid`: what is not copied from. */
export interface SplitRequest {
  readonly mask: Pixels;
  readonly avoid?: Pixels;
}

/** A JPEG file, and areas of the photo that it shows. */
export interface PartsRequest {
  readonly file: Uint8Array;
  readonly areas: readonly Area[];
}

/** The pixels that a JPEG file was decoded to, and what they have become. */
export interface EditRequest {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly before: Pixels;
  readonly after: Pixels;
}

export interface LoadEvent {
  readonly stage: 'engine' | 'warm-up';
  /** 0 to 1 within the stage. */
  readonly fraction: number;
  readonly device: DeviceKind;
}

export interface LoadedEngine {
  readonly device: DeviceKind;
  readonly precision: Precision;
  /** The adapter's name; empty on the CPU. */
  readonly adapter: string;
  /** Why this device was chosen: one sentence for people. */
  readonly reason: string;
  /** Milliseconds of one warm evaluation of 64 × 64 pixels. */
  readonly evaluationMilliseconds: number;
}

/** Pixels of the evaluation that the warm-up times. */
export const WARM_UP_PIXELS = 64 * 64;

export interface RunRequest {
  readonly request: RestoreRequest;
  /** How many steps the run may take before it needs a `more` for each further one. */
  readonly credit: number;
  /** Set if several workers share the run. */
  readonly share?: RunShare;
}

/** One worker's part of a restoration that several workers share. */
export type RunShare =
  /**
   * The lead computes the mean. Then it waits for the command `share`, draws its samples, and
   * adopts the samples of all workers for the deviation.
   */
  | { readonly role: 'lead' }
  /** A helper draws the samples first, first + every, … from the lead's mean. */
  | {
      readonly role: 'helper';
      readonly first: number;
      readonly every: number;
      readonly mean: WindowValues;
    };

export type RunEvent =
  | ({ readonly type: 'started' } & StartedRun)
  /** A tile that does not end a step. */
  | ({ readonly type: 'tile' } & FinishedTile)
  /** The last tile of a step. */
  | ({ readonly type: 'step'; readonly step: Step } & FinishedTile)
  /** Of a shared run: the mean that the helpers start from. */
  | { readonly type: 'mean'; readonly values: WindowValues }
  /** Of a shared run: a helper's sample, which the lead adopts. */
  | { readonly type: 'sample'; readonly index: number; readonly values: WindowValues };

/** A run before its first tile. The totals are those of the whole restoration. */
export interface StartedRun extends ImageSize {
  readonly device: DeviceKind;
  readonly totalSteps: number;
  readonly totalEvaluations: number;
  readonly meanEvaluations: number;
  /** Of a fill from the photo, which has no tiles: a hundred for each variant. */
  readonly totalTiles: number;
  /** Pixels of all tiles of one evaluation. */
  readonly pixels: number;
}

export interface FinishedTile {
  /** Tiles finished so far, this one included. */
  readonly tiles: number;
  /** Milliseconds of this tile, without the wait for credit. */
  readonly milliseconds: number;
}

export interface FinishedRun {
  readonly images: RestoredImages;
  /** RGBA bytes of each sample. */
  readonly samples: readonly Uint8Array<ArrayBuffer>[];
  readonly milliseconds: number;
  /** Bytes of WebAssembly memory after the run. */
  readonly memoryBytes: number;
}

/** What the page may tell a run that has started. */
export type RunCommand =
  /** Allows one more step. */
  | { readonly type: 'more' }
  /** Tells the lead of a shared run how many workers draw, itself included. */
  | { readonly type: 'share'; readonly every: number }
  /** Gives the run a worker that evaluates tiles of it. */
  | { readonly type: 'connect'; readonly helper: number; readonly port: MessagePort }
  /** Takes that worker away: it has ended, or has something else to do. */
  | { readonly type: 'disconnect'; readonly helper: number }
  /** Ends the run before its next tile. Its call then fails with `aborted`. */
  | { readonly type: 'cancel' }
  /** Gives the lead of a shared run a sample that a helper has drawn. */
  | { readonly type: 'adopt'; readonly index: number; readonly values: WindowValues };

/** Why a call failed. */
export interface Failure {
  readonly code: EpsErrorCode;
  readonly message: string;
  /** Whether the worker is unusable from now on, for all its calls. */
  readonly fatal: boolean;
  /** The device that was being started, if any. */
  readonly during?: DeviceKind;
}

/** The id of a failure that belongs to no call. */
export const NO_CALL = 0;

export type CallMessage<N extends CallName = CallName> = {
  [K in N]: {
    readonly type: 'call';
    readonly id: number;
    readonly name: K;
    readonly ask: Ask<K>;
  };
}[N];

export type CommandMessage = { readonly id: number } & RunCommand;

export type EventMessage<N extends CallName = CallName> = {
  [K in N]: {
    readonly type: 'event';
    readonly id: number;
    readonly name: K;
    readonly event: CallEvent<K>;
  };
}[N];

export type AnswerMessage<N extends CallName = CallName> = {
  [K in N]: {
    readonly type: 'answer';
    readonly id: number;
    readonly name: K;
    readonly answer: Answer<K>;
  };
}[N];

export interface FailureMessage {
  readonly type: 'failure';
  readonly id: number;
  readonly failure: Failure;
}

export type ToWorker<N extends CallName = CallName> = CallMessage<N> | CommandMessage;
export type FromWorker<N extends CallName = CallName> =
  EventMessage<N> | AnswerMessage<N> | FailureMessage;
