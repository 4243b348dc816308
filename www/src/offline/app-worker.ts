// The service worker that Workbox makes (webpack.config.js): it keeps the page for offline use. A
// new version waits until no work would be lost, in this tab and in all others.

import { effect, signal, type ReadonlySignal } from '@preact/signals-core';
import { Workbox } from 'workbox-window';

/** Each tab with work holds this lock, shared with the others. */
const WORK = 'eps-restore-work';

export class AppWorker {
  /** Whether the page is stored. */
  readonly isReady = signal(false);
  /** Whether a new version waits. */
  readonly isWaiting = signal(false);
  private readonly workbox: Workbox | undefined;

  /** @param isWorking whether this tab has what a new version would lose. */
  constructor(private readonly isWorking: ReadonlySignal<boolean>) {
    const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
    if (!serviceWorker) return; // a private window, or no secure context
    this.workbox = new Workbox('sw.js');
    this.workbox.addEventListener('waiting', () => {
      this.isWaiting.value = true;
    });
    // The first version takes the page as it is; a later one has other files.
    this.workbox.addEventListener('controlling', ({ isUpdate, isExternal }) => {
      const isOther = (isUpdate ?? false) || (isExternal ?? false);
      if (isOther && !this.isWorking.peek()) location.reload();
    });
    void serviceWorker.ready.then(() => {
      this.isReady.value = true;
    });
    this.holdWork();
  }

  /** Stores the page, or looks for a new version. A page that cannot be stored works online. */
  async start(): Promise<void> {
    await this.workbox?.register({ immediate: true }).catch(() => undefined);
  }

  /** Goes on with the new version. @returns false if a tab has work that it would lose. */
  async update(): Promise<boolean> {
    return navigator.locks.request(WORK, { ifAvailable: true }, (lock) => {
      if (!lock) return false;
      this.workbox?.messageSkipWaiting();
      return true;
    });
  }

  /** Forgets the page. It works on until it is left. */
  async remove(): Promise<void> {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.unregister();
    this.isReady.value = false;
    this.isWaiting.value = false;
  }

  private holdWork(): void {
    effect(() => {
      if (!this.isWorking.value) return undefined;
      let release: () => void = () => undefined;
      const until = new Promise<void>((resolve) => (release = resolve));
      void navigator.locks.request(WORK, { mode: 'shared' }, () => until);
      return release;
    });
  }
}
