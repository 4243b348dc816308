import type { DeviceKind } from './device.js';

/** How far {@link Restorer.load} has come. */
export interface LoadProgress {
  /**
   * `weights`: reading them; `engine`: compiling the core and handing it the weights; `warm-up`:
   * compiling pipelines and timing one evaluation.
   */
  readonly stage: 'weights' | 'engine' | 'warm-up';
  /** 0 to 1 over the whole load; never falls. */
  readonly fraction: number;
  /** Bytes of the weights so far. */
  readonly loadedBytes: number;
  /** Bytes of the weights in all; undefined where the server does not say. */
  readonly totalBytes: number | undefined;
  /** Whether the weights come from the cache of an earlier visit, without a request. */
  readonly cached: boolean;
  /** What is being started or warmed up. */
  readonly device: DeviceKind | undefined;
}

/** How far a restoration has come: told after every tile. */
export interface RestoreProgress {
  /**
   * Tiles of the network so far, and in all. A photo of up to 256 × 256 pixels is one tile; each
   * evaluation of the network goes over all of them.
   */
  readonly tiles: number;
  readonly totalTiles: number;
  /** 0 to 1: tiles done of those to do. */
  readonly fraction: number;
  /** Expected time to the end of the run. */
  readonly secondsLeft: number;
}

/** What one step of a restoration did. */
export interface RestoreStep extends RestoreProgress {
  /**
   * `estimate`: the linear estimate, without the network; `mean`: an evaluation of the posterior
   * mean; `sample`: one evaluation of a sample.
   */
  readonly stage: 'estimate' | 'mean' | 'sample';
  /** Which sample, from 0; -1 before the first. */
  readonly sample: number;
  /** Steps so far, this one included. */
  readonly step: number;
  readonly totalSteps: number;
  /** Evaluations of the network so far. */
  readonly evaluations: number;
  readonly totalEvaluations: number;
  /** The noise level of this step, in units of the image's half range. */
  readonly tau: number;
  /** Whether the preview is a finished sample. */
  readonly finished: boolean;
  /** The best picture so far. */
  readonly preview: ImageData;
}

/** What a restoration will take. */
export interface Estimate {
  /** Expected time of the run. */
  readonly seconds: number;
  /** Evaluations of the network. */
  readonly evaluations: number;
  /** Tiles of the network in one evaluation; none where nothing is missing. */
  readonly tiles: number;
  /**
   * Memory of the page that the run takes at most, in bytes, beside the 80 MB that a loaded
   * restorer holds.
   */
  readonly bytes: number;
  /**
   * The same of the GPU, beside 90 MB; 0 where the task runs on the CPU. A page is not told how
   * much a GPU has.
   */
  readonly gpuBytes: number;
  /** Pixels of the result. */
  readonly width: number;
  readonly height: number;
}

/** Shares of the whole load: the download dominates a first visit. */
const LOAD_SHARES = { weights: [0, 0.7], engine: [0.7, 0.8], 'warm-up': [0.8, 1] } as const;

/** The fraction of the whole load at a fraction of one of its stages. */
export function loadFraction(stage: LoadProgress['stage'], within: number): number {
  const [from, to] = LOAD_SHARES[stage];
  return from + (to - from) * Math.min(1, Math.max(0, within));
}
