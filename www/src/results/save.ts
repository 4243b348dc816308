// Takes the picture on the stage out of the page: as a file, by the system's share sheet, or by the
// clipboard.

import { computed, effect, signal } from '@preact/signals-core';
import { EpsError, type ImageType } from 'eps-restore';
import { element, selectedValue } from '../dom.js';
import { ownFile } from '../picture/photo.js';
import { spaceOf } from '../picture/pixels.js';
import type { AppState } from '../state/app-state.js';
import { watch, whenDefined } from '../state/watch.js';
import { FILE_EXTENSIONS, memberOf } from '../vocabulary.js';
import { results as words } from '../words.js';
import { described, loadMetadata, spaceOfFile } from './described.js';
import { download } from './download.js';
import { encoded, writableType, writableTypes } from './file-format.js';
import { setUpLocationTick } from './location-tick.js';

interface Picture {
  readonly image: ImageData;
  readonly label: string;
  /** Whether it is no photo, but says something about one. */
  readonly isMap?: boolean;
}

export interface SaveEvents {
  readonly failed: (error: unknown) => void;
  readonly copied: (message: string) => void;
}

export function setUpSave(state: AppState, { failed, copied }: SaveEvents): void {
  const quality = element('save-quality', HTMLInputElement);
  const type = signal<ImageType>('image/png');
  const picture = computed(() => pictureOf(state));
  const fileAs = async (fileType: ImageType): Promise<File | undefined> => {
    await untilBlended(state);
    const shown = picture.peek();
    if (!shown) return undefined;
    const edited = fileType === 'image/jpeg' ? await editedFile(state, shown) : undefined;
    const bare = edited ?? (await encoded(shown.image, fileType, quality.valueAsNumber / 100));
    const photo = state.photo.peek();
    const blob =
      photo && !shown.isMap
        ? await described(bare, photo, shown.image, !state.removesLocation.peek())
        : bare;
    return new File([blob], fileName(state, shown, fileType), { type: fileType });
  };
  const onPress = (id: string, act: () => Promise<void>): void =>
    element(id).addEventListener('click', () => void act().catch(failed));

  onPress('save-button', async () => {
    const file = await fileAs(type.peek());
    if (file) download(file);
  });
  onPress('share-button', async () => {
    const file = await fileAs(type.peek());
    if (file) await share(file);
  });
  onPress('copy-button', async () => {
    // The clipboard takes a promise: waiting for the file first would use up the press.
    const blob = fileAs('image/png').then(
      (file) => file ?? Promise.reject(new Error('No picture.')),
    );
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
    copied(words.copied);
  });
  setUpFormat(state, type);
  const hasPicture = computed(() => picture.value !== undefined);
  const files = computed(() => {
    const file = state.photo.value?.file;
    return file && hasPicture.value ? [file] : [];
  });
  setUpLocationTick(state, 'save-location', files);
  loadMetadata(state);
  effect(() => {
    element('save').hidden = !picture.value;
    element('save-text').textContent = words.save(picture.value?.label ?? '');
  });
  element('share-button').hidden = !canShare();
  element('copy-button').hidden = !('ClipboardItem' in window);
}

/** A strength that was just set may not be computed yet. */
async function untilBlended(state: AppState): Promise<void> {
  if (!state.pickedEntry.peek()) return;
  const blended = await whenDefined(state.blended);
  if (blended instanceof Error) throw blended;
}

/**
 * The visitor's own JPEG with what was filled; none where the picture is another than a fill of it.
 * The rest of the photo is not compressed again.
 */
async function editedFile(state: AppState, { image }: Picture): Promise<Blob | undefined> {
  const photo = state.photo.peek();
  const restorer = state.restorer.peek();
  if (!photo || !restorer || !keepsBits(state) || state.simulate.peek()) return undefined;
  const file = ownFile(photo);
  if (file?.type !== 'image/jpeg') return undefined;
  // The edited file keeps its profile.
  if ((await spaceOfFile(file)) !== spaceOf(image)) return undefined;
  try {
    return await restorer.editJpeg(file, image, photo.pixels);
  } catch (error) {
    // A rare kind of JPEG.
    if (error instanceof EpsError && error.code === 'invalid-image') return undefined;
    throw error;
  }
}

/** The choice of format and quality. Formats that the browser cannot write are not offered. */
function setUpFormat(state: AppState, type: { value: ImageType }): void {
  const format = element('save-format', HTMLSelectElement);
  const quality = element('save-quality', HTMLInputElement);
  const writable = writableTypes();
  for (const option of [...format.options]) if (!memberOf(writable, option.value)) option.remove();
  format.addEventListener('change', () => {
    type.value = selectedValue(format, writable);
  });
  quality.addEventListener('input', () => {
    element('save-quality-text').textContent = quality.value;
  });
  watch(
    () => preferredType(state),
    (preferred) => {
      type.value = writableType(preferred);
    },
  );
  effect(() => {
    format.value = type.value;
    element('save-quality-field').hidden = type.value === 'image/png';
  });
}

/** The photo's own format; PNG where pixels are kept bit for bit. */
function preferredType(state: AppState): string {
  return keepsBits(state) ? 'image/png' : (state.photo.value?.file.type ?? '');
}

/** Whether what was not painted is as it was. */
function keepsBits(state: AppState): boolean {
  const { fill, noise } = state.settings.value;
  const isFill = state.task.value === 'fill' && !state.isImproving.value;
  return isFill && (fill === 'photo' || noise.fill === 0);
}

/** The result on the stage, or the latest that is finished. */
function pictureOf(state: AppState): Picture | undefined {
  const map = state.view.value === 'map' ? state.map.value : undefined;
  if (map) return { image: map.image, label: words.map, isMap: true };
  const entry = state.entry.value;
  if (!entry?.unfinished) return entry;
  return state.outcome.value?.entries.filter(({ unfinished }) => !unfinished).at(-1);
}

function fileName(state: AppState, { label }: Picture, type: ImageType): string {
  const { photoName = 'photo', task = '', isImproved } = state.outcome.peek() ?? {};
  const made = isImproved ? words.improved : task;
  const ending = label.toLowerCase().replaceAll(' ', '-');
  return `${photoName}-${made}-${ending}.${FILE_EXTENSIONS[type]}`;
}

function canShare(): boolean {
  const trial = new File([''], 'trial.png', { type: 'image/png' });
  return 'canShare' in navigator && navigator.canShare({ files: [trial] });
}

async function share(file: File): Promise<void> {
  try {
    await navigator.share({ files: [file] });
  } catch (error) {
    const isDismissed = error instanceof DOMException && error.name === 'AbortError';
    if (!isDismissed) throw error;
  }
}
