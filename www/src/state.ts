// Everything the page knows. Modules read it from the store, change it there, and redraw when it
// changes.

import { Store } from './store';
import type { Box, Mask } from './mask';
import type { Plan } from './plan';
import type { Prepared } from './prepare';
import type { Sample } from './samples';

export type TaskId = 'fill' | 'enlarge' | 'unblur' | 'denoise' | 'colourise';
export type Factor = 2 | 4 | 8;
export type SamplerName = 'draft' | 'default' | 'accurate';
export type DeviceChoice = 'auto' | 'webgpu' | 'cpu';
export type View = 'photo' | 'result' | 'compare' | 'map';

/** A photo as the visitor opened it, or as they chose to reduce it. */
export interface Photo {
  readonly name: string;
  /** The file's MIME type, as the browser has it; empty where it has none. */
  readonly type: string;
  readonly pixels: ImageData;
  /** What the visitor had before they accepted a reduction, so that it can be undone. */
  readonly full?: { readonly photo: Photo; readonly simulate: boolean };
  /** The size of the file's picture where it had to be reduced on opening. */
  readonly openedFrom?: { readonly width: number; readonly height: number };
  readonly sample?: Sample;
}

export interface Settings {
  readonly factor: Factor;
  readonly blur: 'gaussian' | 'motion';
  readonly sigma: number;
  readonly length: number;
  readonly angle: number;
  readonly noiseLevel: number;
  /** Whether the level is measured instead. It is the page's own where the page adds the noise. */
  readonly noiseAuto: boolean;
  /**
   * Standard deviation of the measurement's noise in 8-bit levels, for each task but denoising; 0
   * for Fill: trust every known pixel.
   */
  readonly noise: Readonly<Record<Exclude<TaskId, 'denoise'>, number>>;
}

export interface Options {
  readonly samples: number;
  readonly sampler: SamplerName;
  /** Whether the mean is refined, but where noise is all there is: nothing is gained there. */
  readonly refine: boolean;
  readonly seed: number;
}

/** Weights other than the page's: a file of the visitor's, or one beside the page. */
export interface Model {
  readonly name: string;
  readonly url: string;
}

/** The photo's noise in 8-bit levels; none while it is being measured, and where it cannot be. */
export interface Measured {
  readonly level: number | undefined;
  readonly note: string;
}

export interface EngineState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly text: string;
  readonly fraction?: number;
  readonly device?: 'webgpu' | 'cpu';
  readonly adapter?: string;
  /** Why it is this device. */
  readonly reason?: string;
}

/** What the next run will take. */
export interface Cost {
  readonly seconds: number;
  readonly evaluations: number;
  /** Of one evaluation. */
  readonly tiles: number;
}

export interface Progress {
  readonly stage: string;
  readonly fraction: number;
  readonly secondsLeft: number | undefined;
  readonly cancelling: boolean;
}

/** One picture of the results strip. */
export interface Entry {
  readonly id: string;
  readonly label: string;
  readonly image: ImageData;
  readonly psnr?: number;
  /** Still being worked on. */
  readonly unfinished?: boolean;
}

/**
 * What a run has given so far; it keeps its own input, so that later changes of the settings do not
 * touch it.
 */
export interface Outcome {
  readonly name: string;
  readonly task: TaskId;
  readonly before: ImageData;
  readonly entries: readonly Entry[];
  readonly deviation: ImageData | undefined;
  readonly samples: number;
  /** The part of the picture that was worked on, where it is not the whole. */
  readonly focus: Box | undefined;
  readonly facts: string;
}

export interface State {
  readonly photo: Photo | undefined;
  readonly mask: Mask | undefined;
  readonly maskVersion: number;
  readonly task: TaskId;
  readonly settings: Settings;
  readonly simulate: boolean;
  readonly options: Options;
  readonly deviceChoice: DeviceChoice;
  /** Weights of the visitor's own. */
  readonly model: Model | undefined;
  readonly engine: EngineState;
  readonly plan: Plan | undefined;
  readonly prepared: Prepared | undefined;
  readonly cost: Cost | undefined;
  readonly measured: Measured | undefined;
  readonly progress: Progress | undefined;
  readonly outcome: Outcome | undefined;
  readonly shown: string | undefined;
  readonly view: View;
}

export type App = Store<State>;

export function createApp(): App {
  return new Store<State>({
    photo: undefined,
    mask: undefined,
    maskVersion: 0,
    task: 'fill',
    settings: {
      factor: 4,
      blur: 'gaussian',
      sigma: 2,
      length: 12,
      angle: 0,
      noiseLevel: 25,
      noiseAuto: true,
      noise: { fill: 0, enlarge: 3, unblur: 3, colourise: 3 },
    },
    simulate: false,
    options: { samples: 2, sampler: 'default', refine: true, seed: 1 },
    deviceChoice: 'auto',
    model: undefined,
    engine: { status: 'loading', text: 'Starting' },
    plan: undefined,
    prepared: undefined,
    cost: undefined,
    measured: undefined,
    progress: undefined,
    outcome: undefined,
    shown: undefined,
    view: 'photo',
  });
}
