// What the page knows of the engine: the package's restorer.

import type { DeviceKind, LoadProgress, Restorer } from 'eps-restore';
import { engine as words } from '../words.js';

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
      return engine.progress ? loadText(engine.progress) : words.starting;
    case 'failed':
      return words.failed;
    case 'ready':
      return words.ready(engine.device, engine.adapter);
  }
}

function loadText({ stage, loadedBytes, totalBytes, cached, device }: LoadProgress): string {
  if (stage !== 'weights') return words.stage(stage, device);
  return cached ? words.cachedModel : words.model(loadedBytes, totalBytes);
}
