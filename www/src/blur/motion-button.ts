// “Draw it on the photo”: the button, and what becomes of the line.

import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { blur as words } from '../words.js';
import { drawnMotion } from './motion-line.js';

export function setUpMotionDrawing(state: AppState): void {
  const button = element('motion-draw', HTMLButtonElement);
  let drawing: AbortController | undefined;
  const draw = async (own: AbortController): Promise<void> => {
    const size = state.plan.peek()?.output;
    if (!size) return;
    state.chosenView.value = 'photo';
    element('blur-note').textContent = words.drawing;
    const line = await drawnMotion(element('frame'), size, own.signal);
    element('blur-note').textContent = line
      ? words.taken(words.amountAlong(line.length, line.angle))
      : words.kept;
    if (line) state.changeSettings(line);
  };
  button.addEventListener('click', () => {
    if (drawing) {
      drawing.abort();
      return;
    }
    const own = new AbortController();
    drawing = own;
    button.setAttribute('aria-pressed', 'true');
    void draw(own).finally(() => {
      drawing = undefined;
      button.setAttribute('aria-pressed', 'false');
    });
  });
  // The line belongs to this photo, to this kind of blur and to the view of the photo.
  const stop = (): void => drawing?.abort();
  watch(() => state.photo.value, stop);
  watch(
    () => state.task.value === 'unblur' && state.settings.value.blur === 'motion',
    (isShown) => {
      if (!isShown) stop();
    },
  );
  watch(
    () => state.view.value,
    (view) => {
      if (view !== 'photo') stop();
    },
  );
}
