// The vocabulary that all parts of the page share: sizes, tasks, choices, file formats.

import type { ImageType } from 'eps-restore';

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
/** What the panel offers: what the photo needs, or one task by hand. */
export const CHOICES = ['improve', ...TASK_IDS] as const;

// Samples.

export const SAMPLE_NAMES = [
  'spaniels',
  'portrait',
  'aircraft',
  'station',
  'peppers',
  'young-man',
  'hills',
] as const;
export type SampleName = (typeof SAMPLE_NAMES)[number];

// What the visitor can choose.

/** What the core enlarges by. */
export const FACTORS = [2, 4, 8] as const;
export type Factor = (typeof FACTORS)[number];
/** What a photo can be enlarged by: the core's next factor, then scaled down. */
export const LEAST_FACTOR = 1.1;
export const MOST_FACTOR = 8;

/** The core's factor for any other. */
export const coreFactor = (factor: number): Factor => FACTORS.find((each) => each >= factor) ?? 8;
/** As the package names what fills a hole. */
export const FILLS = ['auto', 'network', 'photo'] as const;
export type FillKind = (typeof FILLS)[number];
/** `file`: a kernel that the visitor has opened, or that was found in the photo. */
export const BLURS = ['gaussian', 'disk', 'motion', 'file'] as const;
export type Blur = (typeof BLURS)[number];
export const SAMPLERS = ['draft', 'default', 'accurate'] as const;
export type SamplerName = (typeof SAMPLERS)[number];
export const VIEWS = ['photo', 'result', 'compare', 'map'] as const;
export type View = (typeof VIEWS)[number];
export const DEVICE_CHOICES = ['auto', 'webgpu', 'cpu'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

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
