// What the file of a photo says of it, for what is saved of the photo. The code for it is loaded
// once the engine is ready, unless a photo came before: the page may be offline when it is needed.

import { computed, type ReadonlySignal } from '@preact/signals-core';
import { metadata } from '../metadata/client.js';
import type { Photo } from '../picture/photo.js';
import type { AppState } from '../state/app-state.js';
import { latestAnswer } from '../state/latest-answer.js';
import { watch } from '../state/watch.js';
import type { Size } from '../vocabulary.js';

export function loadMetadata(state: AppState): void {
  watch(
    () => state.restorer.value !== undefined,
    // Where it fails, saving tries again, and says so.
    (isReady) => void (isReady && metadata().catch(() => undefined)),
  );
}

/** A saved picture with the metadata of the photo's file. */
export async function described(
  saved: Blob,
  { file }: Photo,
  size: Size,
  keepsLocation: boolean,
): Promise<Blob> {
  const { withMetadata } = await metadata();
  return withMetadata(saved, file, size, keepsLocation);
}

/** The colour space of a file's own pixels; undefined for those that canvases do not have. */
export async function spaceOfFile(file: Blob): Promise<PredefinedColorSpace | undefined> {
  const { colourSpaceOf } = await metadata();
  return colourSpaceOf(file);
}

/** Whether the files tell where their photos were taken; undefined until it is known. */
export function locationTold(
  files: ReadonlySignal<readonly Blob[]>,
): ReadonlySignal<boolean | undefined> {
  const question = computed(() => (files.value.length > 0 ? files.value : undefined));
  return latestAnswer(question, async (asked, signal) => {
    try {
      const { tellsLocation } = await metadata();
      for (const file of asked) if (!signal.aborted && (await tellsLocation(file))) return true;
      return false;
    } catch {
      return false; // it is read again when it is saved, which tells what is wrong
    }
  });
}
