// At the foot of the page: whether it works offline, what is stored, and a new version.

import { effect, type ReadonlySignal } from '@preact/signals-core';
import { element } from '../dom.js';
import { notify, notifyInfo } from '../notices.js';
import { offline as words } from '../words.js';
import type { AppWorker } from './app-worker.js';
import { clearCaches, storedBytes } from './stored.js';

export function setUpOffline(
  worker: AppWorker,
  isWorking: ReadonlySignal<boolean>,
  forgetPhoto: () => Promise<void>,
): void {
  const update = (): void => {
    void worker.update().then((isDone) => {
      if (!isDone) notifyInfo(words.updateWaits);
    });
  };
  setUpStored(worker, forgetPhoto);
  element('update').addEventListener('click', update);
  effect(() => {
    const isWaiting = worker.isWaiting.value;
    element('update').hidden = !isWaiting || isWorking.value;
    element('update-text').textContent = isWaiting
      ? isWorking.value
        ? words.updateWaits
        : words.updateReady
      : '';
    if (isWaiting && !isWorking.value)
      notify({
        kind: 'info',
        title: words.updateReady,
        action: { label: words.update, run: update },
      });
  });
}

function setUpStored(worker: AppWorker, forgetPhoto: () => Promise<void>): void {
  const section = element('stored');
  const show = async (): Promise<void> => {
    const bytes = await storedBytes();
    element('stored-text').textContent = bytes === undefined ? '' : words.stored(bytes);
  };
  element('stored-clear').addEventListener('click', () => {
    void Promise.all([forgetPhoto(), clearCaches(), worker.remove()])
      .then(() => notifyInfo(words.cleared))
      .finally(() => void show());
  });
  effect(() => {
    element('offline-text').textContent = worker.isReady.value ? words.ready : words.notReady;
    void show();
  });
  // It grows while nobody looks.
  new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) void show();
  }).observe(section);
}
