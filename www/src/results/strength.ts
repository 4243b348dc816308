// How much of a result is shown and saved: the best result towards the photo, a variant towards the
// best result and beyond.

import type { MaskBytes } from 'eps-restore';
import { keepBitmap } from '../picture/display.js';
import type { Entry, Outcome } from '../state/outcome.js';
import { inWorker } from '../worker/client.js';

/** 1 is the result as it was computed. */
export interface Strengths {
  readonly mean: number;
  readonly sample: number;
  /** How many pixels it takes a fill to begin. */
  readonly rim: number;
}

export const FULL: Strengths = { mean: 1, sample: 1, rim: 0 };
export const WIDEST_RIM = 40;

export interface BlendQuestion {
  readonly from: ImageData;
  readonly to: ImageData;
  readonly isGrey: boolean;
  readonly amount: number;
  readonly rim?: Rim;
}

/** The photo that shows through at the rim of what was filled. */
interface Rim {
  readonly photo: ImageData;
  readonly mask: MaskBytes;
  readonly width: number;
}

/** The strength that applies to an entry; undefined for those that have none. */
export function strengthKind(entry: Entry | undefined): 'mean' | 'sample' | undefined {
  if (!entry || entry.unfinished) return undefined;
  if (entry.id === 'mean') return 'mean';
  return entry.id.startsWith('sample-') ? 'sample' : undefined;
}

/** What to blend for an entry; undefined if it is shown as it is. */
export function blendOf(
  entry: Entry | undefined,
  outcome: Outcome | undefined,
  strengths: Strengths,
): BlendQuestion | undefined {
  const kind = strengthKind(entry);
  if (!kind || !entry || !outcome) return undefined;
  const rim = rimOf(outcome, strengths);
  if (strengths[kind] === 1 && !rim) return undefined;
  const mean = outcome.entries.find(({ id }) => id === 'mean');
  const from = kind === 'mean' ? outcome.before : mean?.image;
  const isGrey = kind === 'mean' && outcome.task === 'colourise';
  const amount = strengths[kind];
  return from && { from, to: entry.image, isGrey, amount, ...(rim && { rim }) };
}

/** Whether the fill of an outcome can begin softly. */
export const canSoften = (outcome: Outcome | undefined): boolean =>
  outcome?.task === 'fill' && outcome.mask !== undefined;

function rimOf(outcome: Outcome, { rim: width }: Strengths): Rim | undefined {
  const { before, mask } = outcome;
  return width > 0 && mask && canSoften(outcome) ? { photo: before, mask, width } : undefined;
}

/** What the picture worker holds. */
let held: Pick<BlendQuestion, 'from' | 'to'> | undefined;
let heldRim: Rim | undefined;

/** The blend, by the picture worker. */
export async function askBlend({
  from,
  to,
  isGrey,
  amount,
  rim,
}: BlendQuestion): Promise<ImageData | Error> {
  try {
    if (held?.from !== from || held.to !== to) {
      held = undefined;
      await inWorker('holdSecond', to);
      await inWorker('holdFirst', from, isGrey);
      held = { from, to };
    }
    if (rim && (heldRim?.photo !== rim.photo || heldRim.mask !== rim.mask)) {
      heldRim = undefined;
      await inWorker('holdRim', rim.photo, rim.mask, WIDEST_RIM);
      heldRim = rim;
    }
    const { image, bitmap } = await inWorker('blendHeld', amount, rim?.width ?? 0);
    keepBitmap(image, bitmap);
    return image;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
