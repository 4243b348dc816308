// What a press on Restore will do, worked out and told before it: sizes, reductions, what cannot be done and what can instead.

import { fitWithin } from './pixels';
import { size, type Size } from './text';
import type { Box } from './mask';
import type { Photo, Settings, TaskId } from './state';

/** The longest side of a restored picture, and of Fill's window. */
export const LIMIT = 256;

/** A reduction offered for a mask that is too large leaves room for the surroundings the network fills from. */
const OFFERED_SPAN = 224;

export interface Sizes {
  /** What the photo is reduced to before anything else. */
  readonly work: Size;
  /** What the core is given. */
  readonly input: Size;
  readonly output: Size;
}

export interface Plan extends Sizes {
  readonly text: string;
  /** Something the visitor must do first. */
  readonly todo?: string;
  /** The reduction that would make a too large mask fit. */
  readonly offer?: Size;
}

export function sizes(photo: Size, task: TaskId, { factor }: Settings, simulate: boolean): Sizes {
  if (task === 'fill') return { work: photo, input: photo, output: photo };
  if (task !== 'enlarge') {
    const work = fitWithin(photo, LIMIT);
    return { work, input: work, output: work };
  }
  const multiple = (side: number): number => Math.max(factor, Math.floor(side / factor) * factor);
  const fitted = fitWithin(photo, simulate ? LIMIT : LIMIT / factor);
  const input = simulate
    ? { width: multiple(fitted.width) / factor, height: multiple(fitted.height) / factor }
    : fitted;
  const output = { width: input.width * factor, height: input.height * factor };
  return { work: simulate ? output : input, input, output };
}

export function makePlan(photo: Photo, task: TaskId, settings: Settings, simulate: boolean, mask: Box | undefined): Plan {
  const { pixels, openedFrom } = photo;
  const planned = sizes(pixels, task, settings, simulate);
  const opened = openedFrom ? `Opened at ${size(pixels)} of the file's ${size(openedFrom)} pixels, which are more than browsers can handle. ` : '';
  if (task === 'fill') return { ...planned, ...planFill(photo, mask, opened) };

  const { work, input, output } = planned;
  const reduced = work.width < pixels.width || work.height < pixels.height;
  const why = `results are at most ${LIMIT} pixels on the longer side for now`;
  if (task === 'enlarge') {
    const start = simulate
      ? `This page first shrinks the photo to ${size(input)} pixels; it is then enlarged`
      : reduced ? `Reduced from ${size(pixels)} to ${size(input)} pixels (${why}), then enlarged` : `${size(input)} pixels, enlarged`;
    const useless = !simulate && reduced && output.width <= pixels.width
      ? ` That is no larger than the photo: for now ${settings.factor}× is of use for pictures of up to ${LIMIT / settings.factor} pixels.` : '';
    return { ...planned, text: `${opened}${start} ${settings.factor}× to ${size(output)}.${useless}` };
  }
  const text = reduced
    ? `Reduced from ${size(pixels)} to ${size(output)} pixels: ${why}.`
    : `Restored at its own size, ${size(output)} pixels.`;
  return { ...planned, text: opened + text };
}

function planFill(photo: Photo, mask: Box | undefined, opened: string): Pick<Plan, 'text' | 'todo' | 'offer'> {
  const { pixels, full } = photo;
  const scale = full ? `Reduced from ${size(full.photo.pixels)} to ${size(pixels)} pixels at your request.` : `${opened ? 'That' : 'Full'} resolution is kept: ${size(pixels)} pixels.`;
  if (!mask) return { text: `${opened}${scale}`, todo: 'Paint over what should be filled.' };
  const span = Math.max(mask.width, mask.height);
  if (span > LIMIT) {
    const shrink = OFFERED_SPAN / span;
    const offer = { width: Math.max(1, Math.floor(pixels.width * shrink)), height: Math.max(1, Math.floor(pixels.height * shrink)) };
    return {
      text: `The painted area spans ${size(mask)} pixels. At most ${LIMIT} × ${LIMIT} can be filled at once for now: paint less, or reduce the photo.`,
      todo: `The painted area is larger than ${LIMIT} × ${LIMIT} pixels.`,
      offer,
    };
  }
  const share = Math.max(pixels.width, pixels.height) > LIMIT
    ? ` The network works on a window of at most ${LIMIT} × ${LIMIT} around the painted area; every other pixel stays as it is, bit for bit.`
    : ' Every pixel you did not paint stays as it is, bit for bit.';
  return { text: opened + scale + share };
}
