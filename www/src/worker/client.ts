// The page's side of the picture worker.

import type { Call, Reply } from './picture-worker.js';
import { unpack } from './parcel.js';
import type { Work } from './work.js';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

const pending = new Map<number, Pending>();
let calls = 0;

const worker = new Worker(new URL('./picture-worker.ts', import.meta.url), {
  type: 'module',
  name: 'picture-worker',
});
worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
  const call = pending.get(data.id);
  pending.delete(data.id);
  if ('error' in data) call?.reject(new Error(data.error));
  else call?.resolve(unpack(data.value));
});
// It could not start, or has run out of memory in a way that no `catch` sees.
worker.addEventListener('error', ({ message }) => {
  for (const { reject } of pending.values()) reject(new Error(message || 'The worker failed.'));
  pending.clear();
});

/** Calls a function of the picture worker. Its arguments are copied. */
export function inWorker<K extends keyof Work>(
  name: K,
  ...args: Parameters<Work[K]>
): Promise<Awaited<ReturnType<Work[K]>>> {
  const id = ++calls;
  return new Promise((resolve, reject) => {
    pending.set(id, { resolve: resolve as Pending['resolve'], reject });
    worker.postMessage({ id, name, args } satisfies Call);
  });
}
