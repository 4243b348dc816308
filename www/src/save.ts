// Saving the picture that is shown, through the browser's own download.

import { toBlob, type ImageType } from 'eps-restore';
import { byId, button, element, input, select } from './dom';
import { disagreementOf } from './disagreement';
import { shownEntry } from './stage';
import type { App } from './state';

const ENDINGS: Readonly<Record<ImageType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};
/** Long enough for the browser to have begun its download. */
const URL_LIVES = 60_000;

export function setUpSave(app: App, failed: (error: unknown) => void): void {
  const format = select('save-format');
  const quality = input('save-quality');
  const save = button('save-button');

  const chosen = (): { image: ImageData; label: string } | undefined => {
    const { view, outcome } = app.value;
    if (view === 'map' && outcome?.deviation)
      return { image: disagreementOf(outcome.deviation).image, label: 'Map' };
    const entry = shownEntry(app.value);
    return entry && { image: entry.image, label: entry.label };
  };

  format.addEventListener('change', () => {
    byId('save-quality-field').hidden = format.value === 'image/png';
  });
  quality.addEventListener('input', () => {
    byId('save-quality-text').textContent = quality.value;
  });
  save.addEventListener('click', async () => {
    const picture = chosen();
    const { outcome } = app.value;
    if (!picture || !outcome) return;
    const type = format.value as ImageType;
    try {
      const blob = await toBlob(
        picture.image,
        type,
        type === 'image/png' ? undefined : quality.valueAsNumber / 100,
      );
      const url = URL.createObjectURL(blob);
      const name = `${outcome.name}-${outcome.task}-${picture.label.toLowerCase().replaceAll(' ', '-')}.${ENDINGS[type]}`;
      element('a', { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), URL_LIVES);
    } catch (error) {
      failed(error);
    }
  });

  // A photo is saved as what it came as, where that can be written.
  app.on(['photo'], () => {
    const { type } = app.value.photo ?? {};
    if (type !== undefined && type in ENDINGS) format.value = type;
    byId('save-quality-field').hidden = format.value === 'image/png';
  });
  app.on(['outcome', 'shown', 'view', 'progress'], () => {
    const picture = chosen();
    byId('save').hidden = !picture || app.value.progress !== undefined;
    byId('save-text').textContent = `Save ${picture?.label.toLowerCase() ?? ''}`;
  });
}
