// The vocabulary that all parts of the page share: sizes, tasks, choices, file formats, and how
// numbers are written.

import type { DeviceKind, ImageType } from 'eps-restore';

// Sizes, in pixels.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point, Size {}

// Tasks.

export const TASK_IDS = ['fill', 'enlarge', 'unblur', 'denoise', 'colourise'] as const;
export type TaskId = (typeof TASK_IDS)[number];

interface TaskTexts {
  readonly name: string;
  /** The switch that makes the page damage the photo first. */
  readonly simulationLabel: string;
  readonly simulationNote: string;
  /** The label on a photo that the page has damaged. */
  readonly simulatedLabel: string;
}

export const TASK_TEXTS: Readonly<Record<TaskId, TaskTexts>> = {
  fill: {
    name: 'Fill',
    simulationLabel: 'Scratch this photo first',
    simulationNote: 'This page draws the scratches and the mask that covers them.',
    simulatedLabel: 'Scratched by this page',
  },
  enlarge: {
    name: 'Enlarge',
    simulationLabel: 'Shrink this photo first',
    simulationNote:
      'This page makes the small picture and adds a little noise. ' +
      'You can compare the result with the original.',
    simulatedLabel: 'Shrunk by this page',
  },
  unblur: {
    name: 'Unblur',
    simulationLabel: 'Blur this photo first',
    simulationNote:
      'This page blurs it with the kernel above and adds a little noise. ' +
      'Off: the photo is already blurred.',
    simulatedLabel: 'Blurred by this page',
  },
  denoise: {
    name: 'Denoise',
    simulationLabel: 'Add the noise first',
    simulationNote: 'This page adds noise of the level above. Off: the photo is already noisy.',
    simulatedLabel: 'Noise added by this page',
  },
  colourise: {
    name: 'Colourise',
    simulationLabel: 'Fade this photo first',
    simulationNote:
      'This page removes the colour and adds a little noise. ' +
      'You can compare the result with the original.',
    simulatedLabel: 'Faded by this page',
  },
};

// What the visitor can choose.

export const FACTORS = [2, 4, 8] as const;
export type Factor = (typeof FACTORS)[number];
export const BLURS = ['gaussian', 'motion'] as const;
export type Blur = (typeof BLURS)[number];
export const SAMPLERS = ['draft', 'default', 'accurate'] as const;
export type SamplerName = (typeof SAMPLERS)[number];
export const VIEWS = ['photo', 'result', 'compare', 'map'] as const;
export type View = (typeof VIEWS)[number];
export const DEVICE_CHOICES = ['auto', 'webgpu', 'cpu'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** As in “Ready on …”. */
export const DEVICE_NAMES: Readonly<Record<DeviceKind, string>> = {
  webgpu: 'WebGPU',
  cpu: 'the CPU',
};

// File formats that the page writes.

export const IMAGE_TYPES = [
  'image/png',
  'image/jpeg',
  'image/webp',
] as const satisfies readonly ImageType[];

export const FILE_EXTENSIONS: Readonly<Record<ImageType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/** The member of `values` that is written so; undefined if there is none. */
export function memberOf<T extends string | number>(
  values: readonly T[],
  text: string,
): T | undefined {
  return values.find((value) => String(value) === text);
}

// How numbers are written.

/** With spaces that do not break. */
export const formatSize = ({ width, height }: Size): string => `${width}\u00a0×\u00a0${height}`;

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

export function formatDuration(seconds: number): string {
  if (seconds < 1) return 'less than a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const formatExpectedDuration = (seconds: number): string =>
  seconds < 1 ? formatDuration(seconds) : `about ${formatDuration(seconds)}`;

export const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** A noise level, with one decimal below 10. */
export const formatLevel = (level: number): string => level.toFixed(level < 9.95 ? 1 : 0);
