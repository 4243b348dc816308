// Saves the picture on the stage through the browser's download.

import { computed, effect, signal } from '@preact/signals-core';
import { toBlob, type ImageType } from 'eps-restore';
import { create, element, selectedValue } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { FILE_EXTENSIONS, IMAGE_TYPES, memberOf } from '../vocabulary.js';
import { disagreementOf } from './disagreement.js';

/** Time for the browser to begin its download, in milliseconds. */
const URL_LIFETIME = 60_000;

interface Picture {
  readonly image: ImageData;
  readonly label: string;
}

export function setUpSave(state: AppState, failed: (error: unknown) => void): void {
  const format = element('save-format', HTMLSelectElement);
  const quality = element('save-quality', HTMLInputElement);
  const type = signal<ImageType>('image/png');
  const hasQuality = computed(() => type.value !== 'image/png');
  const picture = computed(() => pictureOf(state));

  format.addEventListener('change', () => {
    type.value = selectedValue(format, IMAGE_TYPES);
  });
  quality.addEventListener('input', () => {
    element('save-quality-text').textContent = quality.value;
  });
  element('save-button').addEventListener('click', () => {
    const outcome = state.outcome.peek();
    const saved = picture.peek();
    if (!saved || !outcome) return;
    const label = saved.label.toLowerCase().replaceAll(' ', '-');
    const name = `${outcome.photoName}-${outcome.task}-${label}`;
    const share = hasQuality.peek() ? quality.valueAsNumber / 100 : undefined;
    download(name, saved.image, type.peek(), share).catch(failed);
  });

  // The default is the photo's own format, if the page can write it.
  watch(
    () => state.photo.value,
    (photo) => {
      type.value = memberOf(IMAGE_TYPES, photo?.type ?? '') ?? type.peek();
    },
  );
  effect(() => {
    format.value = type.value;
    element('save-quality-field').hidden = !hasQuality.value;
  });
  effect(() => {
    element('save').hidden = !picture.value || state.isRunning.value;
    element('save-text').textContent = `Save ${picture.value?.label.toLowerCase() ?? ''}`;
  });
}

/** The result on the stage, or the latest while the stage shows the photo. */
function pictureOf(state: AppState): Picture | undefined {
  const deviation = state.outcome.value?.deviation;
  return state.view.value === 'map' && deviation
    ? { image: disagreementOf(deviation).image, label: 'Map' }
    : state.entry.value;
}

/** @param quality 0 to 1; undefined for formats without loss. */
async function download(
  name: string,
  image: ImageData,
  type: ImageType,
  quality: number | undefined,
): Promise<void> {
  const url = URL.createObjectURL(await toBlob(image, type, quality));
  create('a', { href: url, download: `${name}.${FILE_EXTENSIONS[type]}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFETIME);
}
