// Tells the end of a run to a visitor who looks at something else. The browser's question whether
// it may comes once, when a run is going to take long.

import type { AppState } from '../state/app-state.js';
import { watch } from '../state/watch.js';
import { run as words } from '../words.js';

/** Runs of more seconds are not waited for. */
const LONG_RUN = 20;
const ASKED = 'eps-restore-asked';

export function setUpNotification(state: AppState): void {
  if (!('Notification' in window)) return;
  watch(
    () => state.isRunning.value,
    (isRunning) => {
      if (isRunning) askOnce(state.cost.peek()?.seconds ?? 0);
      else if (document.hidden && state.latestOutcome.peek()?.isComplete)
        void tell(words.doneElsewhere(state.latestOutcome.peek()?.photoName ?? ''));
    },
  );
}

function askOnce(seconds: number): void {
  if (seconds < LONG_RUN || Notification.permission !== 'default') return;
  try {
    if (localStorage.getItem(ASKED)) return;
    localStorage.setItem(ASKED, 'yes');
    void Notification.requestPermission();
  } catch {
    // a locked storage could not keep it to once
  }
}

/** Phones take notifications from service workers alone. */
async function tell(title: string): Promise<void> {
  if (Notification.permission !== 'granted') return;
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  const registration = await serviceWorker?.getRegistration();
  if (registration?.active) await registration.showNotification(title, { icon: 'icon.svg' });
}
