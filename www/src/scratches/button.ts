// “Find scratches and dust”: adds what is found to the mask. The button stops a search, too.

import { element } from '../dom.js';
import { notifyInfo } from '../notices.js';
import type { MaskEditor } from '../painting/editor.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { painting as words } from '../words.js';
import { findScratches } from './search.js';

export function setUpScratchButton(
  state: AppState,
  editor: MaskEditor,
  failed: (error: unknown) => void,
): void {
  const button = element('find-scratches', HTMLButtonElement);
  const name = button.textContent;
  const show = (searched: number): void => {
    button.textContent = words.searching(searched);
  };
  let running: AbortController | undefined;
  const search = async ({ signal }: AbortController): Promise<void> => {
    const photo = state.prepared.peek()?.input;
    if (!photo) return;
    show(0);
    const { bits, share } = await findScratches(photo, signal, show);
    if (share > 0) await editor.add(bits);
    else notifyInfo(words.nothingFound);
  };
  button.addEventListener('click', () => {
    if (running) {
      running.abort();
      return;
    }
    const own = new AbortController();
    running = own;
    search(own)
      .catch((error: unknown) => {
        if (!own.signal.aborted) failed(error);
      })
      .finally(() => {
        running = undefined;
        button.textContent = name;
      });
  });
  watch(
    () => state.prepared.value?.input,
    () => running?.abort(),
  );
}
