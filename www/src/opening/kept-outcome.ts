// The results of a run as they can be stored and brought back. Pictures are files then: those of a
// large photo take hundreds of megabytes as they are.

import type { Entry, Outcome } from '../state/outcome.js';
import { decodePhoto } from '../picture/photo.js';
import { inWorker } from '../worker/client.js';

interface KeptEntry extends Omit<Entry, 'image'> {
  readonly file: Blob;
}

export interface KeptOutcome {
  readonly outcome: Omit<Outcome, 'before' | 'entries' | 'deviation'>;
  readonly entries: readonly KeptEntry[];
  readonly before: Blob;
  readonly deviation: Blob | undefined;
}

export async function outcomeToKeep({
  before,
  entries,
  deviation,
  ...outcome
}: Outcome): Promise<KeptOutcome> {
  const kept: KeptEntry[] = [];
  // One after the other: each copy takes the memory of a picture.
  for (const { image, ...entry } of entries) kept.push({ ...entry, file: await png(image) });
  return {
    outcome,
    entries: kept,
    before: await png(before),
    deviation: deviation && (await png(deviation)),
  };
}

/** The results again. What drew them is gone: they do not grow by further variants. */
export async function keptOutcome(kept: KeptOutcome): Promise<Outcome> {
  const entries: Entry[] = [];
  for (const { file, ...entry } of kept.entries)
    entries.push({ ...entry, image: await picture(file) });
  return {
    ...kept.outcome,
    before: await picture(kept.before),
    entries,
    deviation: kept.deviation && (await picture(kept.deviation)),
    isComplete: false,
  };
}

const png = (image: ImageData): Promise<Blob> => inWorker('encode', image, 'image/png');

const picture = async (file: Blob): Promise<ImageData> => (await decodePhoto(file, '')).pixels;
