import type { DeviceKind, Precision } from '../shared/device.js';
import { EpsError, reading } from '../shared/errors.js';
import { DEFAULT_SAMPLER, LIMITS } from '../shared/limits.js';
import {
  SAMPLER_PRESETS,
  SOLVERS,
  type SamplerPreset,
  type SamplerRequest,
  type Solver,
} from '../shared/requests.js';
import { DEFAULT_STALL_MS } from '../shared/stall.js';
import { checkedAddress } from './addresses.js';
import { requireOptionalFile } from './jpeg-file.js';
import type { LoadProgress, RestoreProgress, RestoreStep } from './progress.js';
import {
  checkedTrustedTypes,
  type ScriptUrlPolicy,
  type TrustedTypesOption,
} from './trusted-types.js';
import { WHEN_BUSY, type WhenBusy } from './turns.js';
import {
  invalidOption,
  isObject,
  requireBoolean,
  requireInteger,
  requireKnownNames,
  requireNumber,
  requireOneOf,
  requireOptionalFunction,
  requireOptionalSignal,
} from './validation.js';

/** The settings of the sampler. Every field has a default. */
export interface SamplerOptions {
  /**
   * `'dpmpp2m'` (DPM-Solver++(2M), one evaluation a point; the default), `'heun'` (EDM's, two
   * evaluations a point except for the last), `'churn'` (EDM's stochastic sampler, as many) or
   * `'euler'` (one).
   */
  readonly solver?: Solver | undefined;
  /** Number of noise levels on the way down, a whole number from 1 to 1000. Default 6. */
  readonly points?: number | undefined;
  /**
   * The noise level to start from, in units of the image's half range; above `tauMin`, at most 80.
   * Default 5, or 80 if `fromMean` is false.
   */
  readonly tauMax?: number | undefined;
  /**
   * The noise level to end at, in the same units, at least 0.002. Default 0.01, or 0.002 for
   * `'heun'` and `'churn'`.
   */
  readonly tauMin?: number | undefined;
  /** Whether samples start around the posterior mean or from pure noise. Default true. */
  readonly fromMean?: boolean | undefined;
}

/**
 * `'draft'`, `'default'` or `'accurate'` (5, 7 and 11 evaluations for one sample, the mean's
 * included), or the settings.
 */
export type Sampler = SamplerPreset | SamplerOptions;

/** Options of {@link Restorer.load}. */
export interface LoadOptions {
  /**
   * `'auto'` (the default): WebGPU if the adapter is hardware and faster than the CPU, else the
   * CPU. `'webgpu'` and `'cpu'` force one.
   */
  readonly device?: 'auto' | DeviceKind | undefined;
  /**
   * How a GPU stores the network's feature maps and weights; it computes in f32 either way.
   * `'f16'` halves their memory and traffic, changes results by less than 0.05 dB, and needs an
   * adapter with `shader-f16`. Without it, device `'webgpu'` fails with `unsupported-device`, and
   * `'auto'` takes the CPU and says so in {@link Restorer.deviceReason}. The CPU stores f32 only.
   * Default `'f32'`.
   */
  readonly precision?: Precision | undefined;
  /**
   * How many workers share a restoration on the CPU, a whole number from 1 to 16. Each draws
   * samples of its own; those that are left evaluate tiles of the network for the others, so that
   * the mean of one photo takes all of them. Default: as many as the machine has cores and memory
   * for, up to 8. Results do not depend on it by a single bit. WebGPU uses one worker.
   */
  readonly workers?: number | undefined;
  /**
   * Called as the download, the start and the warm-up proceed. What it throws ends the load, and
   * the load rejects with it.
   */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Aborts the load. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The address of the weights, relative to the page. Default: the file in this package, found by
   * `import.meta.url`.
   */
  readonly modelUrl?: string | URL | undefined;
  /**
   * The address of the worker's script, `dist/worker.js`, relative to the page. The other files of
   * this package must lie around it. It may be on another site that allows it (CORS). Default: the
   * script in this package.
   */
  readonly workerUrl?: string | URL | undefined;
  /**
   * The address of the WebAssembly core, `wasm/eps_restore_bg.wasm`, relative to the page. Default:
   * the file in the package that the worker's script belongs to.
   */
  readonly wasmUrl?: string | URL | undefined;
  /**
   * Where Trusted Types are enforced: the name of the policy that makes the worker's address
   * trusted, or a policy of your own with `createScriptURL`. Default `'eps-restore'`, which the
   * page's `trusted-types` directive must allow.
   */
  readonly trustedTypesPolicy?: string | ScriptUrlPolicy | undefined;
  /**
   * Milliseconds, 1 to 3,600,000, after which a part that does not answer is given up: a download
   * or a worker's start without new data, the cache, the WebGPU adapter, the GPU, a run that was
   * aborted. Default 60,000.
   */
  readonly stallMs?: number | undefined;
  /**
   * Most bytes of WebAssembly memory that a restoration may take, 32e6 or more; that of an idle
   * restorer, 80 MB, is not counted. What takes more is restored window by window by `denoise`,
   * `jpeg`, `superResolve`, `colorize` and `demosaic`, and refused with `image-too-large` by the
   * other tasks. Default: all that WebAssembly has, 4.1e9.
   */
  readonly memoryLimit?: number | undefined;
  /**
   * SHA-256 of the weights, 64 hexadecimal digits. Known for the default weights. Weights from a
   * `modelUrl` are checked and cached only if it is given.
   */
  readonly sha256?: string | undefined;
  /**
   * How the weights are asked for, as by `fetch`: `headers`, `credentials`, `integrity` and so on.
   * Default: as a page's own scripts.
   */
  readonly modelRequest?: RequestInit | undefined;
}

/** Options of {@link Restorer.restore}, {@link Restorer.stream} and {@link Restorer.estimate}. */
export interface RestoreOptions {
  /**
   * Number of independent samples of the posterior, a whole number from 0 to 16. Default 1. With 0
   * only the posterior mean is computed: one evaluation, three with `refine`.
   */
  readonly samples?: number | undefined;
  /** Default `'default'`. */
  readonly sampler?: Sampler | undefined;
  /**
   * Whether two more evaluations refine the mean, from which the samples then start. It gains 0.1
   * to 1 dB if pixels are missing or blurred, and nothing if the photo is only noisy. Default
   * false.
   */
  readonly refine?: boolean | undefined;
  /**
   * A whole number from 0 to 2^53 - 1. The same seed gives the same samples. Default: random, and
   * reported in the result.
   */
  readonly seed?: number | undefined;
  /**
   * Whether steps carry `query`, what the network was asked about. It costs two more images a step.
   * Not for photos that are restored in windows. Default false.
   */
  readonly inspect?: boolean | undefined;
  /** Called after every step, with a preview. An error thrown here ends the run and the call. */
  readonly onStep?: ((step: RestoreStep) => void) | undefined;
  /**
   * Called after every tile of the network, the last tile of a step included. An error thrown here
   * ends the run and the call.
   */
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  /** Aborts the run. The restorer stays usable. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The file that the photo was decoded from. Where the noise is estimated, a JPEG tells what
   * compression did to the photo. Default: the photo itself, if it is a Blob or File.
   */
  readonly file?: Blob | undefined;
  /**
   * What a call does while another is under way. `'fail'` (the default): it fails with `busy`.
   * `'wait'`: it begins after all earlier ones. `'replace'`: all earlier ones fail with `aborted`,
   * as a page wants it that restores again at every change of a setting.
   */
  readonly whenBusy?: WhenBusy | undefined;
}

/** {@link LoadOptions}, checked, with their defaults. */
export interface CheckedLoadOptions {
  readonly device: 'auto' | DeviceKind;
  readonly precision: Precision;
  readonly workers: number | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly modelUrl: string | undefined;
  readonly workerUrl: string | undefined;
  readonly wasmUrl: string | undefined;
  readonly trustedTypesPolicy: TrustedTypesOption;
  readonly stallMs: number;
  readonly memoryLimit: number;
  readonly sha256: string | undefined;
  readonly modelRequest: RequestInit | undefined;
}

/** {@link RestoreOptions}, checked, with their defaults. */
export interface CheckedRestoreOptions {
  readonly samples: number;
  readonly sampler: SamplerRequest;
  readonly refine: boolean;
  readonly seed: number;
  readonly inspect: boolean;
  readonly onStep: ((step: RestoreStep) => void) | undefined;
  readonly onProgress: ((progress: RestoreProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly file: Blob | undefined;
  readonly whenBusy: WhenBusy;
}

const DEVICES = ['auto', 'webgpu', 'cpu'] as const;
const PRECISIONS = ['f32', 'f16'] as const;
const MAX_WORKERS = 16;
const MAX_STALL_MS = 3_600_000;
/** A restoration of 256 × 256 pixels takes less. */
const LEAST_MEMORY_LIMIT = 32e6;

/** @throws EpsError `invalid-option` that names the option, its value and what is valid. */
export function checkedLoadOptions(options: LoadOptions = {}): CheckedLoadOptions {
  return reading('invalid-option', 'The options', () => loadOptions(options));
}

function loadOptions(options: LoadOptions): CheckedLoadOptions {
  requireKnownNames('Restorer.load', options, [
    'device',
    'precision',
    'workers',
    'onProgress',
    'signal',
    'modelUrl',
    'workerUrl',
    'wasmUrl',
    'trustedTypesPolicy',
    'stallMs',
    'memoryLimit',
    'sha256',
    'modelRequest',
  ] satisfies (keyof LoadOptions)[]);
  const { device = 'auto', precision = 'f32', stallMs = DEFAULT_STALL_MS } = options;
  const { memoryLimit = LIMITS.pageBytes } = options;
  const { workers, onProgress, signal, modelUrl, workerUrl, wasmUrl, sha256, modelRequest } =
    options;
  requireOneOf('device', device, DEVICES);
  requireOneOf('precision', precision, PRECISIONS);
  if (precision === 'f16' && device === 'cpu')
    throw new EpsError(
      'invalid-option',
      "precision 'f16' is for GPUs: with device 'cpu' it must be 'f32'.",
    );
  if (workers !== undefined) requireInteger('workers', workers, 1, MAX_WORKERS);
  requireOptionalFunction('onProgress', onProgress);
  requireOptionalSignal(signal);
  requireNumber('stallMs', stallMs, 1, MAX_STALL_MS);
  requireNumber('memoryLimit', memoryLimit, LEAST_MEMORY_LIMIT, LIMITS.pageBytes);
  if (modelRequest !== undefined && !isObject(modelRequest))
    throw invalidOption('modelRequest', 'an object, as fetch takes it', modelRequest);
  return {
    device,
    precision,
    workers,
    onProgress,
    signal,
    modelUrl: checkedAddress('modelUrl', modelUrl),
    workerUrl: checkedAddress('workerUrl', workerUrl),
    wasmUrl: checkedAddress('wasmUrl', wasmUrl),
    trustedTypesPolicy: checkedTrustedTypes(options.trustedTypesPolicy),
    stallMs,
    memoryLimit,
    sha256: checkedSha256(sha256),
    modelRequest: modelRequest && { ...modelRequest },
  };
}

/**
 * The options with defaults of the call's own.
 *
 * @throws EpsError `invalid-option` if they are no object, or cannot be read.
 */
export function withDefaults<T extends object>(options: T, defaults: Partial<T>): T {
  return reading('invalid-option', 'The options', () => {
    if (!isObject(options)) throw invalidOption('options', 'an object', options);
    return { ...defaults, ...options };
  });
}

/** @throws EpsError `invalid-option` that names the option, its value and what is valid. */
export function checkedRestoreOptions(options: RestoreOptions = {}): CheckedRestoreOptions {
  return reading('invalid-option', 'The options', () => restoreOptions(options));
}

function restoreOptions(options: RestoreOptions): CheckedRestoreOptions {
  requireKnownNames('The restoration', options, [
    'samples',
    'sampler',
    'refine',
    'seed',
    'inspect',
    'onStep',
    'onProgress',
    'signal',
    'file',
    'whenBusy',
  ] satisfies (keyof RestoreOptions)[]);
  const { samples = 1, sampler = 'default', refine = false, seed = randomSeed() } = options;
  const { inspect = false, onStep, onProgress, signal, file, whenBusy = 'fail' } = options;
  requireInteger('samples', samples, 0, LIMITS.samples);
  requireBoolean('refine', refine);
  requireBoolean('inspect', inspect);
  requireInteger('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireOptionalFunction('onStep', onStep);
  requireOptionalFunction('onProgress', onProgress);
  requireOptionalSignal(signal);
  requireOptionalFile(file);
  requireOneOf('whenBusy', whenBusy, WHEN_BUSY);
  const checked = { samples, sampler: checkedSampler(sampler), refine, seed, inspect };
  return { ...checked, onStep, onProgress, signal, file, whenBusy };
}

function checkedSampler(sampler: Sampler): SamplerRequest {
  if (!isSamplerOptions(sampler)) {
    requireOneOf('sampler', sampler, SAMPLER_PRESETS);
    return sampler;
  }
  requireKnownNames('sampler', sampler, [
    'solver',
    'points',
    'tauMax',
    'tauMin',
    'fromMean',
  ] satisfies (keyof SamplerOptions)[]);
  const { solver = 'dpmpp2m', points = DEFAULT_SAMPLER.points, fromMean = true } = sampler;
  const [lowest, highest] = LIMITS.tau;
  const {
    tauMax = fromMean ? DEFAULT_SAMPLER.tauMax : highest,
    tauMin = solver === 'heun' || solver === 'churn' ? lowest : DEFAULT_SAMPLER.tauMin,
  } = sampler;
  requireOneOf('sampler.solver', solver, SOLVERS);
  requireInteger('sampler.points', points, 1, LIMITS.points);
  requireBoolean('sampler.fromMean', fromMean);
  requireNumber('sampler.tauMin', tauMin, lowest, highest);
  requireNumber('sampler.tauMax', tauMax, lowest, highest);
  if (tauMin >= tauMax)
    throw new EpsError(
      'invalid-option',
      `sampler.tauMin must be below sampler.tauMax; got ${tauMin} and ${tauMax}.`,
    );
  return { solver, points, tauMax, tauMin, fromMean };
}

function isSamplerOptions(sampler: Sampler): sampler is SamplerOptions {
  return isObject(sampler);
}

function checkedSha256(sha256: unknown): string | undefined {
  if (sha256 === undefined) return undefined;
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase();
  throw invalidOption('sha256', '64 hexadecimal digits', sha256);
}

function randomSeed(): number {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return seed;
}
