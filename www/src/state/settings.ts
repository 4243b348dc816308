// What the visitor sets for a run.

import type { Blur, FillKind, SamplerName, TaskId } from '../vocabulary.js';

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
  /** The noise that Denoise removes, in 8-bit levels, unless it is measured. */
  readonly noiseLevel: number;
  /** Whether to measure the noise of a noisy photo. */
  readonly noiseAuto: boolean;
  /** The noise that other tasks assume, in 8-bit levels. 0 keeps known pixels as they are. */
  readonly noise: Readonly<Record<Exclude<TaskId, 'denoise'>, number>>;
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
  noiseLevel: 25,
  noiseAuto: true,
  noise: { fill: 0, enlarge: 3, unblur: 3, colourise: 3 },
};

export const DEFAULT_OPTIONS: Options = {
  samples: 0,
  sampler: 'default',
  refine: true,
  seed: 1,
};

/** Whether Denoise measures the noise. The level is known if this page adds the noise. */
export const measuresNoise = ({ noiseAuto }: Settings, simulate: boolean): boolean =>
  noiseAuto && !simulate;
