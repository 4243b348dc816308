// On a connection where each megabyte may cost, the model waits until it is wanted.

import { effect, signal, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';

/** What TypeScript's library does not know. */
interface Connection {
  readonly saveData?: boolean;
  readonly type?: string;
}

function isMetered(): boolean {
  const { connection } = navigator as { readonly connection?: Connection };
  return connection?.saveData === true || connection?.type === 'cellular';
}

/** Whether to load the model: at once, or once a photo is open or the visitor asks for it. */
export function setUpDownload(state: AppState): ReadonlySignal<boolean> {
  const isWanted = signal(!isMetered());
  effect(() => {
    if (state.photo.value) isWanted.value = true;
  });
  const button = element('get-ready');
  button.addEventListener('click', () => {
    isWanted.value = true;
  });
  effect(() => {
    button.hidden = isWanted.value;
  });
  return isWanted;
}
