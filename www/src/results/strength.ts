// How much of a result is shown and saved: the best result towards the photo, a variant towards the
// best result and beyond.

import { keepBitmap } from '../picture/display.js';
import type { Entry, Outcome } from '../state/outcome.js';
import { inWorker } from '../worker/client.js';

/** 1 is the result as it was computed. */
export interface Strengths {
  readonly mean: number;
  readonly sample: number;
}

export const FULL: Strengths = { mean: 1, sample: 1 };

export interface BlendQuestion {
  readonly from: ImageData;
  readonly to: ImageData;
  readonly isGrey: boolean;
  readonly amount: number;
}

/** The strength that applies to an entry; undefined for those that have none. */
export function strengthKind(entry: Entry | undefined): keyof Strengths | undefined {
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
  if (!kind || !entry || !outcome || strengths[kind] === 1) return undefined;
  const mean = outcome.entries.find(({ id }) => id === 'mean');
  const from = kind === 'mean' ? outcome.before : mean?.image;
  const isGrey = kind === 'mean' && outcome.task === 'colourise';
  return from && { from, to: entry.image, isGrey, amount: strengths[kind] };
}

/** What the picture worker holds. */
let held: Pick<BlendQuestion, 'from' | 'to'> | undefined;

/** The blend, by the picture worker. */
export async function askBlend({
  from,
  to,
  isGrey,
  amount,
}: BlendQuestion): Promise<ImageData | Error> {
  try {
    if (held?.from !== from || held.to !== to) {
      held = undefined;
      await inWorker('holdSecond', to);
      await inWorker('holdFirst', from, isGrey);
      held = { from, to };
    }
    const { image, bitmap } = await inWorker('blendHeld', amount);
    keepBitmap(image, bitmap);
    return image;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
