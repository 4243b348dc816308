import type { DeviceKind, Precision } from './device.js';
import type { EngineSampler } from './engine.js';
import { EpsError } from './errors.js';
import { checkNames } from './names.js';
import type { LoadProgress, RestoreProgress, RestoreStep } from './progress.js';
import { suggestion } from './suggest.js';

/** The course of the sampler, spelt out. Every field has a default. */
export interface SamplerOptions {
  /**
   * `'dpmpp2m'` (DPM-Solver++(2M), one evaluation a point; the default), `'heun'` (EDM's, two
   * evaluations a point but the last), `'churn'` (EDM's stochastic sampler, the same) or `'euler'`
   * (one).
   */
  readonly solver?: 'dpmpp2m' | 'heun' | 'euler' | 'churn' | undefined;
  /** Noise levels on the way down, a whole number from 1 to 1000. Default 6. */
  readonly points?: number | undefined;
  /**
   * The noise level to start from, in units of the image's half range; above `tauMin`, at most 80.
   * Default 5, or 80 where `fromMean` is false.
   */
  readonly tauMax?: number | undefined;
  /**
   * The noise level to end at, at least 0.002. Default 0.01, or 0.002 for `'heun'` and `'churn'`.
   */
  readonly tauMin?: number | undefined;
  /** Whether samples start around the posterior mean (the default), or from pure noise. */
  readonly fromMean?: boolean | undefined;
}

/**
 * `'draft'`, `'default'`, `'accurate'` (5, 7 and 11 evaluations for one sample, the mean's
 * included), or the course spelt out.
 */
export type Sampler = 'draft' | 'default' | 'accurate' | SamplerOptions;

/** Options of {@link Restorer.load}. */
export interface LoadOptions {
  /**
   * `'auto'` (the default): WebGPU on a real adapter where it is faster than the CPU, else the CPU.
   * `'webgpu'` and `'cpu'` force one.
   */
  readonly device?: 'auto' | DeviceKind | undefined;
  /**
   * How a GPU stores the network's maps and weights; it computes in f32 either way. `'f16'` takes
   * half their memory and traffic, changes results by less than 0.05 dB, and needs an adapter with
   * `shader-f16`: without, WebGPU is refused (`unsupported-device`; with device `'auto'` the CPU is
   * taken, and {@link Restorer.deviceReason} says so). The CPU knows f32 alone. Default `'f32'`.
   */
  readonly precision?: Precision | undefined;
  /**
   * Workers that draw samples side by side on the CPU, a whole number from 1 to 16. Default: as
   * many as the machine has cores, and memory for, up to 8. Samples are the same however many there
   * are. On WebGPU one does it all.
   */
  readonly workers?: number | undefined;
  /** Called as the download, the start and the warm-up move on. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Ends the loading. */
  readonly signal?: AbortSignal | undefined;
  /** Where the weights are. Default: the file that comes with this package. */
  readonly modelUrl?: string | URL | undefined;
  /**
   * SHA-256 of the weights in hexadecimal. Known for the default weights; with a `modelUrl` of
   * one's own, weights are checked and kept for the next visit only if it is given.
   */
  readonly sha256?: string | undefined;
}

/** Options of {@link Restorer.restore}, {@link Restorer.stream} and {@link Restorer.estimate}. */
export interface RestoreOptions {
  /**
   * Independent samples of the posterior, 0 to 16. Default 1. With 0 the posterior mean alone is
   * computed: one evaluation, three with `refine`.
   */
  readonly samples?: number | undefined;
  /** Default `'default'`. */
  readonly sampler?: Sampler | undefined;
  /**
   * Whether two more evaluations refine the mean, which samples then start from: 0.1 to 1 dB better
   * where pixels are missing or blurred, no better where there is but noise. Default false.
   */
  readonly refine?: boolean | undefined;
  /**
   * A whole number from 0 to 2^53 - 1; the same seed gives the same samples. Default: drawn, and
   * told in the result.
   */
  readonly seed?: number | undefined;
  /**
   * Called after every step with a preview. What it throws ends the run and is thrown by the call.
   */
  readonly onStep?: ((step: RestoreStep) => void) | undefined;
  /**
   * Called after every tile of the network, steps' last ones included. What it throws ends the run
   * and is thrown by the call.
   */
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  /** Ends the run; the restorer stays usable. */
  readonly signal?: AbortSignal | undefined;
}

/** {@link LoadOptions} with every default filled in. */
export interface CheckedLoadOptions {
  readonly device: 'auto' | DeviceKind;
  readonly precision: Precision;
  readonly workers: number | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly modelUrl: string | undefined;
  readonly sha256: string | undefined;
}

/** {@link RestoreOptions} with every default filled in. */
export interface CheckedRestoreOptions {
  readonly samples: number;
  readonly sampler: EngineSampler;
  readonly refine: boolean;
  readonly seed: number;
  readonly onStep: ((step: RestoreStep) => void) | undefined;
  readonly onProgress: ((progress: RestoreProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

const DEVICES = ['auto', 'webgpu', 'cpu'] as const;
const PRECISIONS = ['f32', 'f16'] as const;
const SAMPLERS = ['draft', 'default', 'accurate'] as const;
const SOLVERS = ['dpmpp2m', 'heun', 'euler', 'churn'] as const;
/** The largest noise level that the network was trained for. */
const LARGEST_TAU = 80;
/** Below this a sample no longer changes by one 8-bit level. */
const SMALLEST_TAU = 0.002;

/** @throws EpsError `invalid-option` that names the option, what it is and what it may be. */
export function checkedLoadOptions(options: LoadOptions = {}): CheckedLoadOptions {
  checkNames('Restorer.load', options, [
    'device',
    'precision',
    'workers',
    'onProgress',
    'signal',
    'modelUrl',
    'sha256',
  ]);
  const {
    device = 'auto',
    precision = 'f32',
    workers,
    onProgress,
    signal,
    modelUrl,
    sha256,
  } = options;
  requireOneOf('device', device, DEVICES);
  requireOneOf('precision', precision, PRECISIONS);
  if (precision === 'f16' && device === 'cpu')
    throw new EpsError(
      'invalid-option',
      `precision 'f16' is for GPUs: with device 'cpu' it must be 'f32'.`,
    );
  if (workers !== undefined) requireWhole('workers', workers, 1, 16);
  requireFunction('onProgress', onProgress);
  requireSignal(signal);
  if (modelUrl !== undefined && typeof modelUrl !== 'string' && !(modelUrl instanceof URL)) {
    throw new EpsError(
      'invalid-option',
      `modelUrl must be a string or a URL, and is ${String(modelUrl)}.`,
    );
  }
  if (sha256 !== undefined && !(typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256))) {
    throw new EpsError(
      'invalid-option',
      `sha256 must be 64 hexadecimal digits, and is ${String(sha256)}.`,
    );
  }
  return {
    device,
    precision,
    workers,
    onProgress,
    signal,
    modelUrl: modelUrl?.toString(),
    sha256: sha256?.toLowerCase(),
  };
}

/** @throws EpsError `invalid-option` that names the option, what it is and what it may be. */
export function checkedRestoreOptions(options: RestoreOptions = {}): CheckedRestoreOptions {
  checkNames('The restoration', options, [
    'samples',
    'sampler',
    'refine',
    'seed',
    'onStep',
    'onProgress',
    'signal',
  ]);
  const {
    samples = 1,
    sampler = 'default',
    refine = false,
    seed = drawnSeed(),
    onStep,
    onProgress,
    signal,
  } = options;
  requireWhole('samples', samples, 0, 16);
  requireBoolean('refine', refine);
  requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  requireFunction('onStep', onStep);
  requireFunction('onProgress', onProgress);
  requireSignal(signal);
  return { samples, sampler: checkedSampler(sampler), refine, seed, onStep, onProgress, signal };
}

function checkedSampler(sampler: Sampler): EngineSampler {
  if (typeof sampler !== 'object' || sampler === null) {
    requireOneOf('sampler', sampler, SAMPLERS);
    return sampler;
  }
  checkNames('sampler', sampler, ['solver', 'points', 'tauMax', 'tauMin', 'fromMean']);
  const { solver = 'dpmpp2m', points = 6, fromMean = true } = sampler;
  const {
    tauMax = fromMean ? 5 : LARGEST_TAU,
    tauMin = solver === 'heun' || solver === 'churn' ? SMALLEST_TAU : 0.01,
  } = sampler;
  requireOneOf('sampler.solver', solver, SOLVERS);
  requireWhole('sampler.points', points, 1, 1000);
  requireBoolean('sampler.fromMean', fromMean);
  requireNumber('sampler.tauMin', tauMin, SMALLEST_TAU, LARGEST_TAU);
  requireNumber('sampler.tauMax', tauMax, SMALLEST_TAU, LARGEST_TAU);
  if (!(tauMin < tauMax))
    throw new EpsError(
      'invalid-option',
      `sampler.tauMin must be below sampler.tauMax, and they are ${tauMin} and ${tauMax}.`,
    );
  return { solver, points, tauMax, tauMin, fromMean };
}

function drawnSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function requireOneOf<T extends string>(
  name: string,
  value: unknown,
  valid: readonly T[],
): asserts value is T {
  if (valid.includes(value as T)) return;
  throw new EpsError(
    'invalid-option',
    `${name} must be one of ${valid.join(', ')}, and is ${shown(value)}.${typeof value === 'string' ? suggestion(value, valid).replace(/^ Valid:.*/, '') : ''}`,
  );
}

function requireWhole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new EpsError(
    'invalid-option',
    `${name} must be a whole number from ${least} to ${most}, and is ${shown(value)}.`,
  );
}

function requireNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new EpsError(
    'invalid-option',
    `${name} must be a number from ${least} to ${most}, and is ${shown(value)}.`,
  );
}

function requireBoolean(name: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new EpsError('invalid-option', `${name} must be true or false, and is ${shown(value)}.`);
}

function requireFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new EpsError('invalid-option', `${name} must be a function, and is ${shown(value)}.`);
}

function requireSignal(value: unknown): void {
  if (value === undefined) return;
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function') return;
  throw new EpsError('invalid-option', `signal must be an AbortSignal, and is ${shown(value)}.`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
