// What the next run will do, shown before it starts: sizes, and a smaller size if the run would
// take long.

import { fitWithin } from '../picture/pixels.js';
import type { Photo } from '../picture/photo.js';
import { formatExpectedDuration, formatSize, type Size, type TaskId } from '../vocabulary.js';
import type { Cost } from './cost.js';
import type { Settings } from './settings.js';

/** The longest side of a photo that this page damages itself. */
export const SIMULATION_SIDE = 1024;

/** Runs of more seconds than this come with the offer to reduce the photo. */
const LONG_RUN = 120;
/** The seconds that a run of the reduced photo should take. */
const SHORT_RUN = 45;

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
  photo: Size,
  task: TaskId,
  { factor }: Settings,
  simulate: boolean,
): Sizes {
  if (task === 'fill') return { work: photo, input: photo, output: photo };
  const fitted = simulate ? fitWithin(photo, SIMULATION_SIDE) : photo;
  if (task !== 'enlarge') return { work: fitted, input: fitted, output: fitted };
  if (!simulate) return { work: photo, input: photo, output: multiply(photo, factor) };
  const input = {
    width: Math.max(1, Math.floor(fitted.width / factor)),
    height: Math.max(1, Math.floor(fitted.height / factor)),
  };
  return { work: multiply(input, factor), input, output: multiply(input, factor) };
}

const multiply = ({ width, height }: Size, factor: number): Size => ({
  width: width * factor,
  height: height * factor,
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
    if (!masked)
      return {
        ...sizes,
        text: reductions + resolutionText(photo),
        todo: 'Paint over what should be filled.',
      };
    const change = settings.noise.fill > 0 ? 'lose only their noise' : 'are kept bit for bit';
    return {
      ...sizes,
      text: `${reductions}${resolutionText(photo)}Unpainted pixels ${change}.`,
    };
  }
  const text =
    task === 'enlarge'
      ? enlargementText(sizes, settings, simulate)
      : restorationText(photo.pixels, sizes.work);
  return { ...sizes, text: reductions + text };
}

/** How the photo has already been reduced; empty if it has not. */
function reductionText({ pixels, fileSize, original }: Photo): string {
  const openedSize = formatSize(original?.photo.pixels ?? pixels);
  const onOpening = fileSize
    ? `Reduced on opening from ${formatSize(fileSize)} to ${openedSize} pixels: ` +
      'browsers cannot handle more. '
    : '';
  const onRequest = original
    ? `Reduced from ${openedSize} to ${formatSize(pixels)} pixels at your request. `
    : '';
  return onOpening + onRequest;
}

function resolutionText({ pixels, fileSize, original }: Photo): string {
  if (original) return '';
  return `${fileSize ? 'This' : 'Full'} resolution is kept: ${formatSize(pixels)} pixels. `;
}

function enlargementText(
  { input, output }: Sizes,
  { factor }: Settings,
  simulate: boolean,
): string {
  const start = simulate
    ? `This page first shrinks the photo to ${formatSize(input)} pixels. It is then enlarged`
    : `${formatSize(input)} pixels, enlarged`;
  return `${start} ${factor}× to ${formatSize(output)}.`;
}

function restorationText(photo: Size, work: Size): string {
  const isReduced = work.width < photo.width || work.height < photo.height;
  return isReduced
    ? `This page first reduces the photo from ${formatSize(photo)} to ${formatSize(work)} pixels.`
    : `The photo keeps its size, ${formatSize(photo)} pixels.`;
}

export interface ReductionOffer {
  readonly size: Size;
  readonly text: string;
}

/** A smaller size of the photo, if the run would take long. */
export function reductionOffer(
  photo: Size,
  plan: Plan,
  cost: Cost | undefined,
): ReductionOffer | undefined {
  if (!cost || plan.todo || cost.seconds <= LONG_RUN) return undefined;
  const scale = Math.sqrt(SHORT_RUN / cost.seconds);
  const size = {
    width: Math.max(1, Math.round(photo.width * scale)),
    height: Math.max(1, Math.round(photo.height * scale)),
  };
  return {
    size,
    text:
      `This takes ${formatExpectedDuration(cost.seconds)}. ` +
      `At ${formatSize(size)} pixels it would take ${formatExpectedDuration(SHORT_RUN)}.`,
  };
}
