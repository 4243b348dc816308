// What a press on Restore will do, worked out and told before it: sizes, and a smaller one where
// the time would be long.

import { fitWithin } from './pixels';
import { about, size, type Size } from './text';
import type { Box } from './mask';
import type { Cost, Photo, Settings, TaskId } from './state';

/** The longest side of a photo that this page damages itself, to show what a task does. */
export const SIMULATED = 1024;

/**
 * A run that takes longer than the first many seconds is offered at a size that takes about the
 * second.
 */
const LONG = { from: 120, to: 45 };

export interface Sizes {
  /**
   * What the photo is cropped or reduced to before anything else: its own size but for a
   * simulation.
   */
  readonly work: Size;
  /** What the core is given. */
  readonly input: Size;
  readonly output: Size;
}

export interface Plan extends Sizes {
  readonly text: string;
  /** Something the visitor must do first. */
  readonly todo?: string;
}

export function sizes(photo: Size, task: TaskId, { factor }: Settings, simulate: boolean): Sizes {
  if (task === 'fill') return { work: photo, input: photo, output: photo };
  const fitted = simulate ? fitWithin(photo, SIMULATED) : photo;
  if (task !== 'enlarge') return { work: fitted, input: fitted, output: fitted };
  const times = ({ width, height }: Size, by: number): Size => ({
    width: width * by,
    height: height * by,
  });
  if (!simulate) return { work: photo, input: photo, output: times(photo, factor) };
  const blocks = (side: number): number => Math.max(1, Math.floor(side / factor));
  const input = { width: blocks(fitted.width), height: blocks(fitted.height) };
  return { work: times(input, factor), input, output: times(input, factor) };
}

export function makePlan(
  photo: Photo,
  task: TaskId,
  settings: Settings,
  simulate: boolean,
  mask: Box | undefined,
): Plan {
  const { pixels, openedFrom, full } = photo;
  const planned = sizes(pixels, task, settings, simulate);
  const opened = openedFrom
    ? `Opened at ${size(pixels)} of the file's ${size(openedFrom)} pixels, which are more than browsers can handle. `
    : '';
  const asked = full
    ? `Reduced from ${size(full.photo.pixels)} to ${size(pixels)} pixels at your request. `
    : '';
  const before = opened + asked;
  if (task === 'fill') {
    const scale = full
      ? ''
      : `${opened ? 'That' : 'Full'} resolution is kept: ${size(pixels)} pixels. `;
    if (!mask)
      return { ...planned, text: before + scale, todo: 'Paint over what should be filled.' };
    return {
      ...planned,
      text: `${before}${scale}Every pixel you did not paint stays as it is${settings.noise.fill > 0 ? ', but for its noise' : ', bit for bit'}.`,
    };
  }
  const { work, input, output } = planned;
  const reduced = work.width < pixels.width || work.height < pixels.height;
  if (task === 'enlarge') {
    const start = simulate
      ? `This page first shrinks the photo to ${size(input)} pixels; it is then enlarged`
      : `${size(input)} pixels, enlarged`;
    return { ...planned, text: `${before}${start} ${settings.factor}× to ${size(output)}.` };
  }
  const text = reduced
    ? `To show what it does, on ${size(output)} pixels of the photo's ${size(pixels)}.`
    : `Restored at its own size, ${size(output)} pixels.`;
  return { ...planned, text: before + text };
}

/** A smaller size of the photo, where the run would take long, and how long it would take then. */
export function shorter(
  photo: Photo,
  plan: Plan,
  cost: Cost | undefined,
): { size: Size; text: string } | undefined {
  if (!cost || plan.todo || cost.seconds <= LONG.from) return undefined;
  const { pixels } = photo;
  const scale = Math.sqrt(LONG.to / cost.seconds);
  const part = (side: number): number => Math.max(1, Math.round(side * scale));
  const smaller = { width: part(pixels.width), height: part(pixels.height) };
  return {
    size: smaller,
    text: `This takes ${about(cost.seconds)}. At ${size(smaller)} pixels it would take ${about(LONG.to)}.`,
  };
}
