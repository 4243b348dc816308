// What the page knows of the engine: the package's restorer.

import type { DeviceKind, LoadProgress, Restorer } from 'eps-restore';
import { DEVICE_NAMES, formatMegabytes } from '../vocabulary.js';

export type EngineState =
  | { readonly status: 'loading'; readonly progress?: LoadProgress }
  | { readonly status: 'failed' }
  | {
      readonly status: 'ready';
      readonly restorer: Restorer;
      // The restorer's own device, which changes if it loses its GPU.
      readonly device: DeviceKind;
      readonly adapter: string;
      /** Why the package chose this device. */
      readonly deviceReason: string;
    };

export function engineText(engine: EngineState): string {
  switch (engine.status) {
    case 'loading':
      return engine.progress ? loadText(engine.progress) : 'Starting';
    case 'failed':
      return 'The engine did not start';
    case 'ready': {
      const adapter = engine.adapter ? `, ${engine.adapter}` : '';
      return `Ready on ${DEVICE_NAMES[engine.device]}${adapter}`;
    }
  }
}

function loadText({ stage, loadedBytes, totalBytes, cached, device }: LoadProgress): string {
  if (stage === 'weights') {
    if (cached) return 'Reading the model';
    const total = totalBytes ? ` of ${formatMegabytes(totalBytes)}` : '';
    return `Loading the model, ${formatMegabytes(loadedBytes)}${total}`;
  }
  const suffix = device ? ` on ${DEVICE_NAMES[device]}` : '';
  return `${stage === 'engine' ? 'Starting' : 'Warming up'}${suffix}`;
}
