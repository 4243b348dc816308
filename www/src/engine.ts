// The restorer behind the page: loaded as the page opens, loaded anew when another device is
// chosen.

import { EpsError, Restorer, type DeviceKind, type LoadProgress } from 'eps-restore';
import { megabytes } from './text';
import type { App } from './state';

export const DEVICE_NAMES: Readonly<Record<DeviceKind, string>> = { webgpu: 'WebGPU', cpu: 'CPU' };

function words({ stage, loadedBytes, totalBytes, cached, device }: LoadProgress): string {
  if (stage === 'weights') {
    if (cached) return 'Reading the model';
    return `Loading the model, ${totalBytes ? `${megabytes(loadedBytes)} of ${megabytes(totalBytes)}` : megabytes(loadedBytes)}`;
  }
  const on = device ? ` on ${device === 'cpu' ? 'the CPU' : 'WebGPU'}` : '';
  return stage === 'engine' ? `Starting${on}` : `Warming up${on}`;
}

export class EngineHost {
  private restorer: Restorer | undefined;
  private loading: Promise<Restorer> | undefined;
  private stop = new AbortController();

  /** `failed` hears of a load that did not succeed, unless another one took its place. */
  constructor(
    private readonly app: App,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Loads the engine for the device chosen now; what was loaded or loading before is given up. */
  load(): void {
    this.stop.abort();
    this.restorer?.dispose();
    this.restorer = undefined;
    const stop = new AbortController();
    this.stop = stop;
    const { app } = this;
    app.set({ engine: { status: 'loading', text: 'Starting' } });
    const loading = Restorer.load({
      device: app.value.deviceChoice,
      modelUrl: app.value.model?.url,
      // Stated, so that both are loaded now: this page makes no request once it has loaded.
      workers: Math.min(2, navigator.hardwareConcurrency || 1),
      signal: stop.signal,
      onProgress: (progress) =>
        app.set({
          engine: { status: 'loading', text: words(progress), fraction: progress.fraction },
        }),
    });
    this.loading = loading;
    loading.then(
      (restorer) => {
        this.restorer = restorer;
        this.tell(restorer);
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        app.set({ engine: { status: 'failed', text: 'The engine did not start' } });
        this.failed(error);
      },
    );
  }

  /** The engine once it is loaded; a load that failed is tried again. */
  ready(signal: AbortSignal): Promise<Restorer> {
    if (this.app.value.engine.status === 'failed' || !this.loading) this.load();
    const loading = this.loading!;
    return new Promise((resolve, reject) => {
      const aborted = (): void =>
        reject(new EpsError('aborted', 'The wait for the engine was cancelled.'));
      if (signal.aborted) aborted();
      signal.addEventListener('abort', aborted, { once: true });
      loading.then(resolve, reject);
    });
  }

  get current(): Restorer | undefined {
    return this.restorer;
  }

  /** After a lost GPU the package may have moved to another device. */
  refresh(): void {
    if (this.restorer) this.tell(this.restorer);
  }

  private tell({ device, adapter, deviceReason }: Restorer): void {
    const name = DEVICE_NAMES[device];
    this.app.set({
      engine: {
        status: 'ready',
        text: adapter
          ? `Ready on ${name}, ${adapter}`
          : `Ready on ${device === 'cpu' ? 'the CPU' : name}`,
        device,
        adapter,
        reason: deviceReason,
      },
    });
  }
}
