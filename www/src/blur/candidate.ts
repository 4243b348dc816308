// A blur that the photo may have, in the terms of the page's settings.

import type { BlurEstimate, Kernel } from 'eps-restore';
import type { Settings } from '../state/settings.js';
import { blur as words } from '../words.js';

/** The settings that say which blur it is. */
type BlurSettings = Partial<
  Pick<Settings, 'blur' | 'sigma' | 'radius' | 'length' | 'angle' | 'kernel'>
>;

export interface Candidate {
  readonly kind: BlurEstimate['kind'];
  /** Empty where the photo stays as it is. */
  readonly settings: BlurSettings;
  readonly kernel: Kernel;
  readonly name: string;
  readonly amount: string;
  readonly confidence: number;
}

/** What the sliders can show. */
export const SLIDERS = {
  sigma: { min: 0.4, max: 5, step: 0.1 },
  radius: { min: 0.6, max: 12, step: 0.1 },
  length: { min: 2, max: 40, step: 0.5 },
  angle: { min: -90, max: 90, step: 1 },
} as const;

/** A sharp photo must be less probable than this, or nothing is offered. */
const MOST_SHARP = 0.5;

export function candidateOf(estimate: BlurEstimate): Candidate {
  const { kind, size, angle, kernel, confidence } = estimate;
  const common = { kind, kernel, confidence, name: words.names[kind] };
  switch (kind) {
    case 'none':
      return { ...common, settings: {}, amount: words.nothing };
    case 'gaussian': {
      const sigma = onSlider('sigma', size);
      return { ...common, settings: { blur: kind, sigma }, amount: words.amount(sigma) };
    }
    case 'disk': {
      const radius = onSlider('radius', size);
      return { ...common, settings: { blur: kind, radius }, amount: words.amount(radius) };
    }
    case 'motion': {
      const length = onSlider('length', size);
      // Directions that differ by half a turn are the same.
      const degrees = onSlider('angle', angle > 90 ? angle - 180 : angle);
      const amount = words.amountAlong(length, degrees);
      return { ...common, settings: { blur: kind, length, angle: degrees }, amount };
    }
    case 'free': {
      const own = { ...kernel, name: undefined };
      return { ...common, settings: { blur: 'file', kernel: own }, amount: words.shape(kernel) };
    }
  }
}

/** Whether a blur is more probable than none. */
export const convinces = (estimates: readonly BlurEstimate[]): boolean =>
  estimates.some(({ kind, confidence }) => kind !== 'none' && confidence > 0) &&
  (estimates.find(({ kind }) => kind === 'none')?.confidence ?? 0) < MOST_SHARP;

/** Whether a kernel of any shape is more probable than all closed forms and none together. */
export const hasShape = ([first]: readonly BlurEstimate[]): boolean =>
  first?.kind === 'free' && first.confidence > 0.5;

/** The nearest value that a slider can show. */
export function onSlider(name: keyof typeof SLIDERS, value: number): number {
  const { min, max, step } = SLIDERS[name];
  const nearest = Math.round(value / step) * step;
  return Number(Math.min(max, Math.max(min, nearest)).toFixed(1));
}
