import type { DeviceKind } from '../shared/device.js';

/** How far {@link Restorer.load} has come. */
export interface LoadProgress {
  /**
   * `weights`: reading them; `engine`: compiling the core and giving it the weights; `warm-up`:
   * compiling pipelines and timing one evaluation.
   */
  readonly stage: 'weights' | 'engine' | 'warm-up';
  /** 0 to 1 over the whole load; never decreases. */
  readonly fraction: number;
  /** Bytes of the weights so far. */
  readonly loadedBytes: number;
  /** Bytes of the weights in total; undefined if unknown. */
  readonly totalBytes: number | undefined;
  /** Whether the weights come from the cache of an earlier visit, without a request. */
  readonly cached: boolean;
  /** The device that is being started or warmed up. */
  readonly device: DeviceKind | undefined;
}

/** How far a restoration has come, after every tile. */
export interface RestoreProgress {
  /**
   * Tiles of the network so far. A photo of up to 256 × 256 pixels is one tile. Each evaluation of
   * the network runs over all tiles. While holes are filled from the photo: hundredths of a fill.
   */
  readonly tiles: number;
  /** Those of the whole run, or of all fills from the photo. */
  readonly totalTiles: number;
  /** 0 to 1: the share of the run that is finished; of its tiles, where the network does it all. */
  readonly fraction: number;
  /** Expected seconds to the end of the run. */
  readonly secondsLeft: number;
}

/**
 * What one step of a restoration did. Of a photo that is restored in windows, a step is a window:
 * its preview is the mean so far, transparent where no window has come yet, and changes with the
 * next step.
 */
export interface RestoreStep extends RestoreProgress {
  /**
   * `estimate`: the linear estimate, without the network; `mean`: one evaluation for the posterior
   * mean; `sample`: one evaluation for a sample.
   */
  readonly stage: 'estimate' | 'mean' | 'sample';
  /** The sample's number from 0; -1 before the first sample. */
  readonly sample: number;
  /** Steps so far, this one included. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Evaluations of the network so far. */
  readonly evaluations: number;
  /** Evaluations of the whole run. */
  readonly totalEvaluations: number;
  /** Those of them that the mean takes. */
  readonly meanEvaluations: number;
  /** The noise level of this step, in units of the image's half range. */
  readonly tau: number;
  /** Whether the preview is a finished sample. */
  readonly finished: boolean;
  /** The best image so far. */
  readonly preview: ImageData;
  /** What the network was asked about. Only with the option `inspect`; the estimate has none. */
  readonly query?: StepQuery;
}

/** What an evaluation of the network was asked about, as images of the result's size. */
export interface StepQuery {
  /**
   * The sampler's state, z = x + tau n with white noise n, divided by sqrt(1 + (tau/0.5)²) so that
   * it has the contrast of an image at every tau.
   */
  readonly state: ImageData;
  /**
   * The pivot of z, which is what the network denoises: z and the photo, each weighed by how much
   * noise it has there. Where the photo says nothing, it is z.
   */
  readonly pivot: ImageData;
}

/** What a restoration takes. */
export interface Estimate {
  /** Expected seconds of the run. */
  readonly seconds: number;
  /** Evaluations of the network. */
  readonly evaluations: number;
  /** Tiles of the network in one evaluation; 0 if nothing is missing. */
  readonly tiles: number;
  /**
   * Windows that the photo is restored in, one after the other: more than 1 where the whole does
   * not fit into memory (see `memoryLimit` of {@link LoadOptions}), or into a GPU's buffers.
   */
  readonly windows: number;
  /** Most bytes of the page's memory that the run takes, beyond the 80 MB of a loaded restorer. */
  readonly bytes: number;
  /**
   * Most bytes of the GPU's memory, beyond 90 MB; 0 if the task runs on the CPU. Browsers do not
   * report how much a GPU has.
   */
  readonly gpuBytes: number;
  /** Width of the result, in pixels. */
  readonly width: number;
  /** Height of the result, in pixels. */
  readonly height: number;
}

/** Where each stage begins and ends in the whole load. The download dominates a first visit. */
const STAGES = { weights: [0, 0.7], engine: [0.7, 0.8], 'warm-up': [0.8, 1] } as const;

/** The fraction of the whole load at a fraction of one of its stages. */
export function loadFraction(stage: LoadProgress['stage'], fraction: number): number {
  const [from, to] = STAGES[stage];
  return from + (to - from) * Math.min(1, Math.max(0, fraction));
}
