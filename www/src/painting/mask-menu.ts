// Edits of the whole mask: grow, shrink, invert, open, save.

import { effect } from '@preact/signals-core';
import { element } from '../dom.js';
import { download } from '../results/download.js';
import type { AppState } from '../state/app-state.js';
import { page } from '../words.js';
import type { MaskEditor } from './editor.js';

export function setUpMaskMenu(
  state: AppState,
  editor: MaskEditor,
  failed: (error: unknown) => void,
): void {
  const amount = element('grow-amount', HTMLInputElement);
  const picker = element('mask-file', HTMLInputElement);
  const onPress = (id: string, act: () => Promise<void>): void =>
    element(id).addEventListener('click', () => void act().catch(failed));

  amount.addEventListener('input', () => {
    element('grow-amount-text').textContent = page.brushSize(amount.valueAsNumber);
  });
  onPress('mask-grow', () => editor.grow(amount.valueAsNumber));
  onPress('mask-shrink', () => editor.grow(-amount.valueAsNumber));
  onPress('mask-invert', () => editor.invert());
  onPress('mask-save', async () => {
    const file = await editor.save();
    if (file) download(file);
  });
  element('mask-open').addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    const file = picker.files?.[0];
    if (file) editor.open(file).catch(failed);
    picker.value = ''; // the same file can be chosen again
  });
  setUpClosing();
  effect(() => {
    const isEmpty = !state.mask.value?.bounds.value;
    for (const id of ['mask-grow', 'mask-shrink', 'mask-save'])
      element(id, HTMLButtonElement).disabled = isEmpty;
  });
}

/** The menu lies over the photo: it closes when the visitor turns to something else. */
function setUpClosing(): void {
  const menu = element('mask-menu', HTMLDetailsElement);
  window.addEventListener('pointerdown', ({ target }) => {
    if (!(target instanceof Node && menu.contains(target))) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation(); // it would cancel a run
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}
