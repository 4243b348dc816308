// Weights of the visitor's own, trained with training/: a file they choose or drop, or ?model=PATH
// beside the page.

import { byId, button, input } from './dom';
import type { App } from './state';

const ENDING = '.safetensors';

export const isModel = (name: string): boolean => name.toLowerCase().endsWith(ENDING);

/**
 * The page's security policy lets it load from its own site alone, so a path elsewhere fails with
 * the engine's own words.
 */
export function modelOfAddress(search: string): { name: string; url: string } | undefined {
  const path = new URLSearchParams(search).get('model');
  return path ? { name: path, url: new URL(path, document.baseURI).href } : undefined;
}

/**
 * Takes the file's weights in place of the ones before. It is read on this device, like everything
 * else.
 */
export function useModel(app: App, file: File): void {
  const before = app.value.model;
  app.set({ model: { name: file.name, url: URL.createObjectURL(file) } });
  if (before?.url.startsWith('blob:')) URL.revokeObjectURL(before.url);
}

export function setUpModel(app: App): void {
  const file = input('model');
  button('model-choose').addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    if (chosen) useModel(app, chosen);
    file.value = '';
  });
  button('model-reset').addEventListener('click', () => app.set({ model: undefined }));
  app.on(['model'], () => {
    const { model } = app.value;
    byId('model-note').textContent = model
      ? model.name
      : 'the page’s own; or weights that you trained, as safetensors';
    button('model-reset').hidden = !model;
  });
}
