// The foot of the panel: the expected time, Restore, and while it runs the progress bar with the
// time left and Cancel.

import { byId, button } from './dom';
import { about, plural } from './text';
import type { App, Cost } from './state';

export function setUpProgress(app: App, actions: { start: () => void; cancel: () => void }): void {
  const restore = button('restore');
  const cancel = button('cancel');
  byId('panel').addEventListener('submit', (event) => {
    event.preventDefault();
    actions.start();
  });
  cancel.addEventListener('click', actions.cancel);
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && app.value.progress) actions.cancel();
  });

  app.on(['progress'], () => {
    const { progress } = app.value;
    const focused = document.activeElement;
    byId('progress').hidden = !progress;
    restore.hidden = progress !== undefined;
    cancel.hidden = progress === undefined;
    // The button that had the focus is gone: its place is taken by the other.
    if (progress && focused === restore) cancel.focus();
    if (!progress && focused === cancel) restore.focus();
    if (!progress) return;
    cancel.disabled = progress.cancelling;
    byId<HTMLProgressElement>('progress-bar').value = progress.fraction;
    byId('progress-stage').textContent = progress.stage;
    byId('progress-left').textContent =
      progress.secondsLeft === undefined ? '' : `${about(progress.secondsLeft)} left`;
  });

  app.on(['progress', 'cost', 'plan', 'engine'], () => {
    const { progress, cost, plan, engine } = app.value;
    const text =
      plan?.todo ??
      (cost
        ? costText(cost)
        : engine.status === 'loading'
          ? 'The time is known once the engine is ready.'
          : '');
    byId('estimate').textContent = text;
    byId('estimate').hidden = progress !== undefined;
    restore.classList.toggle('waiting', plan?.todo !== undefined);
  });
}

function costText({ evaluations, tiles, seconds }: Cost): string {
  const each = tiles > 1 ? ` of ${plural(tiles, 'tile')}` : '';
  return `${plural(evaluations, 'evaluation')}${each}, ${about(seconds)}`;
}

export function say(words: string): void {
  byId('announcer').textContent = words;
}
