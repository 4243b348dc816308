// The visitor's own weights, trained with training/: a file that they choose or drop, or the page's
// parameter ?model=PATH.

import { element } from '../dom.js';
import type { AppState, Model } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { engine as words } from '../words.js';

const EXTENSION = '.safetensors';

export const isWeightsFile = (name: string): boolean => name.toLowerCase().endsWith(EXTENSION);

/** The weights that the page's address names; they must lie on the page's own site (its CSP). */
export function weightsOfAddress(query: string): Model | undefined {
  const path = new URLSearchParams(query).get('model');
  return path ? { name: path, url: new URL(path, document.baseURI).href } : undefined;
}

/** Uses a file's weights. Like everything else, it is read on this device. */
export function useWeights(state: AppState, file: File): void {
  const previous = state.model.peek();
  state.model.value = { name: file.name, url: URL.createObjectURL(file) };
  if (previous?.url.startsWith('blob:')) URL.revokeObjectURL(previous.url);
}

export function setUpWeights(state: AppState): void {
  const picker = element('model', HTMLInputElement);
  const reset = element('model-reset');
  element('model-choose').addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const file = picker.files?.[0];
    if (file) useWeights(state, file);
    picker.value = ''; // the same file can be chosen again
  });
  reset.addEventListener('click', () => {
    state.model.value = undefined;
  });
  watch(
    () => state.model.value,
    (model) => {
      element('model-note').textContent = model?.name ?? words.ownModel;
      reset.hidden = !model;
    },
  );
}
