// What the visitor sets for a run.

import type { Kernel } from 'eps-restore';
import type { Blur, FillKind, SamplerName, TaskId } from '../vocabulary.js';

/** A kernel that the visitor has opened, or that was found in the photo. */
export interface OwnKernel extends Kernel {
  /** Of its file; undefined: it was found. */
  readonly name: string | undefined;
}

export interface Settings {
  readonly fill: FillKind;
  /** From LEAST_FACTOR to MOST_FACTOR. */
  readonly factor: number;
  readonly blur: Blur;
  /** Of the Gaussian kernel, in pixels. */
  readonly sigma: number;
  /** Of the disk kernel, in pixels. */
  readonly radius: number;
  /** Of the motion kernel, in pixels. */
  readonly length: number;
  /** Of the motion kernel, in degrees. */
  readonly angle: number;
  /** The last of them, whatever blur is chosen: the visitor may come back to it. */
  readonly kernel: OwnKernel | undefined;
  /** The noise that Denoise removes, in 8-bit levels, unless it is measured. */
  readonly noiseLevel: number;
  /** Whether to measure the noise of a noisy photo. */
  readonly noiseAuto: boolean;
  /** Whether Colourise follows the colours that the visitor has painted. */
  readonly hasHints: boolean;
  /** The noise that other tasks assume. */
  readonly noise: AssumedNoise;
}

/** In 8-bit levels; `auto`: what is measured in the photo. */
export interface AssumedNoise extends Readonly<
  Record<'enlarge' | 'unblur' | 'colourise', number | 'auto'>
> {
  /** 0 keeps known pixels as they are. */
  readonly fill: number;
}

/** One restoration: a task and its settings. */
export interface Step {
  readonly task: TaskId;
  readonly settings: Settings;
}

export interface Options {
  readonly samples: number;
  readonly sampler: SamplerName;
  /** Whether to refine the mean. Denoise gains nothing by it, and does without. */
  readonly refine: boolean;
  readonly seed: number;
}

export const DEFAULT_SETTINGS: Settings = {
  fill: 'auto',
  factor: 4,
  blur: 'gaussian',
  sigma: 2,
  radius: 3,
  length: 12,
  angle: 0,
  kernel: undefined,
  noiseLevel: 25,
  noiseAuto: true,
  hasHints: false,
  noise: { fill: 0, enlarge: 'auto', unblur: 'auto', colourise: 'auto' },
};

export const DEFAULT_OPTIONS: Options = {
  samples: 0,
  sampler: 'default',
  refine: true,
  seed: 1,
};

/** What a clean photo has, in 8-bit levels: rounding and mild compression. */
export const LITTLE_NOISE = 3;

/** The package measures no noise in photos of a shorter side, in pixels. */
export const LEAST_MEASURED_SIDE = 8;

/** The noise that the page adds where it damages a photo, in 8-bit levels. */
export function addedNoise({ noise, noiseLevel }: Settings, task: TaskId): number {
  if (task === 'denoise') return noiseLevel;
  const level = noise[task];
  return level === 'auto' ? LITTLE_NOISE : level;
}

/** The noise that a task assumes, in 8-bit levels, unless it is measured. */
export function assumedNoise(settings: Settings, task: TaskId, simulate: boolean): number | 'auto' {
  if (simulate) return addedNoise(settings, task);
  if (task !== 'denoise') return settings.noise[task];
  return settings.noiseAuto ? 'auto' : settings.noiseLevel;
}

/** The settings with a level of noise in place of the wish to measure it. */
export const withNoise = (settings: Settings, task: TaskId, level: number): Settings =>
  task === 'denoise'
    ? { ...settings, noiseLevel: level, noiseAuto: false }
    : { ...settings, noise: { ...settings.noise, [task]: level } };
