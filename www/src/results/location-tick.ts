// The tick that removes the location from what is saved, for photos that tell one.

import { effect, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { locationTold } from './described.js';

/**
 * @param id of the tick; that of its field ends in `-field`.
 * @param files that the photos come from.
 */
export function setUpLocationTick(
  state: AppState,
  id: string,
  files: ReadonlySignal<readonly Blob[]>,
): void {
  const box = element(id, HTMLInputElement);
  const isTold = locationTold(files);
  box.addEventListener('change', () => {
    state.removesLocation.value = box.checked;
  });
  effect(() => {
    box.checked = state.removesLocation.value;
    element(`${id}-field`).hidden = !isTold.value;
  });
}
