// Loads the engine, and reloads it for another device or other weights.

import { EpsError, Restorer } from 'eps-restore';
import type { AppState } from '../state/app-state.js';

export class EngineHost {
  private loading: Promise<Restorer> | undefined;
  private controller = new AbortController();

  /** @param failed called when a load fails, unless a later load has replaced it. */
  constructor(
    private readonly state: AppState,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Loads the engine for the chosen device and weights. Drops the current engine. */
  load(): Promise<Restorer> {
    const { state } = this;
    this.controller.abort();
    state.restorer.peek()?.dispose();
    const controller = new AbortController();
    this.controller = controller;
    state.engine.value = { status: 'loading' };
    state.slowness.value = 1;
    const loading = Restorer.load({
      device: state.deviceChoice.peek(),
      modelUrl: state.model.peek()?.url,
      // Stated, so that both are loaded now: this page makes no request after it has loaded.
      workers: Math.min(2, navigator.hardwareConcurrency || 1),
      signal: controller.signal,
      onProgress: (progress) => {
        state.engine.value = { status: 'loading', progress };
      },
    });
    this.loading = loading;
    loading.then(
      (restorer) => {
        if (controller.signal.aborted) restorer.dispose();
        else this.publish(restorer);
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        state.engine.value = { status: 'failed' };
        this.failed(error);
      },
    );
    return loading;
  }

  /** The engine once it is loaded. Tries again if the last load failed. */
  ready(signal: AbortSignal): Promise<Restorer> {
    const hasFailed = this.state.engine.peek().status === 'failed';
    const loading = !this.loading || hasFailed ? this.load() : this.loading;
    return new Promise((resolve, reject) => {
      const abort = (): void =>
        reject(new EpsError('aborted', 'The wait for the engine was cancelled.'));
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      loading.then(resolve, reject);
    });
  }

  /** Reads the engine's device again, which may have changed after the loss of a GPU. */
  refresh(): void {
    const restorer = this.state.restorer.peek();
    if (restorer) this.publish(restorer);
  }

  private publish(restorer: Restorer): void {
    const { device, adapter, deviceReason } = restorer;
    this.state.engine.value = { status: 'ready', restorer, device, adapter, deviceReason };
  }
}
