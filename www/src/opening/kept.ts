// A photo with what is painted on it and what is set, as it can be stored and brought back.

import { Hints } from '../picture/hints.js';
import { Mask } from '../picture/mask.js';
import { decodePhoto } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import type { Session } from '../state/session.js';
import type { Options, Settings } from '../state/settings.js';
import type { Box, Point, Size, TaskId } from '../vocabulary.js';

/** Photos are large: they are stored apart from what changes often. */
export interface KeptPhoto {
  readonly file: Blob;
  readonly name: string;
  readonly scratchCentre: Point | undefined;
}

export interface KeptWork {
  readonly task: TaskId;
  readonly settings: Settings;
  readonly options: Options;
  readonly simulate: boolean;
  readonly isImproving: boolean;
  /** The size that the visitor has reduced the photo to. */
  readonly reducedTo: Size | undefined;
}

/** The painted part of a mask. */
export interface KeptMask extends Size {
  readonly box: Box | undefined;
  readonly bits: Uint8Array;
  /** Of hints. */
  readonly colours?: readonly number[];
}

export interface Kept {
  readonly photo: KeptPhoto;
  readonly work: KeptWork;
  readonly mask: KeptMask | undefined;
  readonly hints: KeptMask | undefined;
}

export function photoToKeep(state: AppState): KeptPhoto | undefined {
  const photo = state.photo.peek();
  if (!photo) return undefined;
  const { file, name, scratchCentre } = photo;
  return { file, name, scratchCentre };
}

export function workToKeep(state: AppState): KeptWork | undefined {
  const { task, settings, options, simulate, isImproving } = state;
  const photo = state.photo.peek();
  if (!photo) return undefined;
  const { original, pixels } = photo;
  // A reduced photo that this page has scratched is damaged again, at its full size.
  const isReduced = original !== undefined && !original.scratched;
  return {
    task: task.peek(),
    settings: settings.peek(),
    options: options.peek(),
    simulate: original?.simulate ?? simulate.peek(),
    isImproving: isImproving.peek(),
    reducedTo: isReduced ? { width: pixels.width, height: pixels.height } : undefined,
  };
}

export function maskToKeep(mask: Mask | undefined): KeptMask | undefined {
  if (!mask) return undefined;
  const { width, height, colours } = mask;
  const box = mask.bounds.peek();
  const bits = box ? mask.read(mask.bits, box) : new Uint8Array();
  return { width, height, box, bits, colours: [...colours] };
}

/**
 * Opens the photo again.
 *
 * @param isWanted whether nothing else has come up while it is decoded.
 */
export async function bringBack(
  { photo, work, mask, hints }: Kept,
  state: AppState,
  session: Session,
  isWanted: () => boolean,
): Promise<boolean> {
  const decoded = await decodePhoto(photo.file, photo.name);
  const { scratchCentre } = photo;
  if (!isWanted()) return false;
  session.open(scratchCentre ? { ...decoded, scratchCentre } : decoded, work);
  state.changeOptions(work.options);
  if (work.reducedTo) await session.reduceTo(work.reducedTo);
  if (mask) bringBackMask(mask, state, session);
  if (hints) bringBackHints(hints, state);
  return true;
}

function bringBackMask(kept: KeptMask, state: AppState, session: Session): void {
  const { width, height, box, bits } = kept;
  if (!fits(kept, state)) return;
  const mask = new Mask({ width, height });
  if (box) mask.write(box, bits);
  session.replaceMask(mask);
}

function bringBackHints(kept: KeptMask, state: AppState): void {
  const { width, height, box, bits, colours } = kept;
  if (!box || !colours || !fits(kept, state)) return;
  const hints = new Hints({ width, height }, undefined, [...colours]);
  hints.write(box, bits);
  state.hints.value = hints;
}

function fits({ width, height }: Size, state: AppState): boolean {
  const pixels = state.photo.peek()?.pixels;
  return pixels?.width === width && pixels.height === height;
}
