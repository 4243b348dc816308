// The page's side of the worker that reads TIFF, HEIC and RAW files.

import { askOnce } from '../worker/once.js';
import type { Foreign } from './convert.js';
import type { Answer } from './formats-worker.js';

/** @throws Error if the file cannot be read. */
export function converted(file: Blob, format: Foreign): Promise<Blob> {
  const worker = new Worker(
    /* webpackChunkName: "formats" */ new URL('./formats-worker.ts', import.meta.url),
    { type: 'module', name: 'formats-worker' },
  );
  return askOnce(worker, [file, format], (message) => {
    const answer = message as Answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer.blob;
  });
}
