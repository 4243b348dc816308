// What the next run will do, shown before it starts: sizes, and what the visitor must do first.

import { fitWithin } from '../picture/pixels.js';
import type { Photo } from '../picture/photo.js';
import { coreFactor, type Size, type TaskId } from '../vocabulary.js';
import { plan as words } from '../words.js';
import { DEFAULT_SETTINGS, type Settings, type Step } from './settings.js';

/** The longest side of a photo that this page damages itself. */
export const SIMULATION_SIDE = 1024;

export interface Sizes {
  /** The photo, reduced and cropped as a simulation needs it. */
  readonly work: Size;
  /** The core's input. */
  readonly input: Size;
  readonly output: Size;
}

export interface Plan extends Sizes {
  readonly text: string;
  /** What the visitor must do first. */
  readonly todo?: string;
}

export function planSizes(
  { width, height }: Size,
  task: TaskId,
  { factor }: Settings,
  simulate: boolean,
): Sizes {
  const photo = { width, height }; // nothing else: a whole picture would be copied along
  if (task === 'fill') return { work: photo, input: photo, output: photo };
  const fitted = simulate ? fitWithin(photo, SIMULATION_SIDE) : photo;
  if (task !== 'enlarge') return { work: fitted, input: fitted, output: fitted };
  if (!simulate) return { work: photo, input: photo, output: multiply(photo, factor) };
  const shrunkBy = coreFactor(factor);
  const input = {
    width: Math.max(1, Math.floor(fitted.width / shrunkBy)),
    height: Math.max(1, Math.floor(fitted.height / shrunkBy)),
  };
  return { work: multiply(input, shrunkBy), input, output: multiply(input, factor) };
}

const multiply = ({ width, height }: Size, factor: number): Size => ({
  width: Math.round(width * factor),
  height: Math.round(height * factor),
});

/** @param masked whether anything is painted. */
export function makePlan(
  photo: Photo,
  task: TaskId,
  settings: Settings,
  simulate: boolean,
  masked: boolean,
): Plan {
  const sizes = planSizes(photo.pixels, task, settings, simulate);
  const reductions = reductionText(photo);
  if (task === 'fill') {
    const text = reductions + resolutionText(photo);
    if (!masked) return { ...sizes, text, todo: words.paintFirst };
    const isRestored = settings.fill !== 'photo' && settings.noise.fill > 0;
    const known = isRestored ? words.lessNoise : words.bitForBit;
    return { ...sizes, text: text + known };
  }
  const text =
    task === 'enlarge'
      ? enlargementText(sizes, settings, simulate)
      : restorationText(photo.pixels, sizes.work);
  return { ...sizes, text: reductions + text };
}

/** The plan of the steps of Improve; only the last may enlarge. */
export function planImprovement(photo: Photo, steps: readonly Step[]): Plan {
  const enlargement = steps.find(({ task }) => task === 'enlarge');
  const settings = enlargement?.settings;
  const { width, height } = photo.pixels;
  const sizes = settings
    ? planSizes(photo.pixels, 'enlarge', settings, false)
    : planSizes(photo.pixels, 'fill', DEFAULT_SETTINGS, false);
  const text = settings
    ? enlargementText(sizes, settings, false)
    : words.keepsSize({ width, height });
  const plan = { ...sizes, text: reductionText(photo) + text };
  return steps.length > 0 ? plan : { ...plan, todo: words.nothingTicked };
}

/** How the photo has already been reduced; empty if it has not. */
function reductionText({ pixels, fileSize, original }: Photo): string {
  const opened = original?.photo.pixels ?? pixels;
  const onOpening = fileSize ? words.reducedOnOpening(fileSize, opened) : '';
  return onOpening + (original ? words.reducedOnRequest(opened, pixels) : '');
}

function resolutionText({ pixels, fileSize, original }: Photo): string {
  if (original) return '';
  return fileSize ? words.thisResolution(pixels) : words.fullResolution(pixels);
}

function enlargementText(
  { input, output }: Sizes,
  { factor }: Settings,
  simulate: boolean,
): string {
  return simulate
    ? words.shrunkAndEnlarged(input, factor, output)
    : words.enlarged(input, factor, output);
}

function restorationText(photo: Size, work: Size): string {
  const isReduced = work.width < photo.width || work.height < photo.height;
  return isReduced ? words.firstReduced(photo, work) : words.keepsSize(work);
}
