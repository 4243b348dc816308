// The page's side of the worker that reads TIFF, HEIC and RAW files. It is loaded for one file, and
// ends with it.

import type { Foreign } from './convert.js';
import type { Answer } from './formats-worker.js';

/** @throws Error if the file cannot be read. */
export function converted(file: Blob, format: Foreign): Promise<Blob> {
  const worker = new Worker(
    /* webpackChunkName: "formats" */ new URL('./formats-worker.ts', import.meta.url),
    { type: 'module', name: 'formats-worker' },
  );
  return new Promise<Blob>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if ('error' in data) reject(new Error(data.error));
      else resolve(data.blob);
    });
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(message || 'The worker failed.')),
    );
    worker.postMessage([file, format]);
  }).finally(() => worker.terminate());
}
