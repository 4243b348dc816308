// The picture worker: takes from the page's own thread what would hold it up on a large photo.

import { pack } from './parcel.js';
import { WORK, type Work } from './work.js';

/** One call of a function of `WORK`. */
export interface Call {
  readonly id: number;
  readonly name: keyof Work;
  readonly args: readonly unknown[];
}

/** How a call ended. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

self.addEventListener('message', ({ data }: MessageEvent<Call>) => void answer(data));

async function answer({ id, name, args }: Call): Promise<void> {
  try {
    const work = WORK[name] as (...given: readonly unknown[]) => unknown;
    const transfer: Transferable[] = [];
    const value = pack(await work(...args), transfer);
    self.postMessage({ id, value } satisfies Reply, { transfer });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    self.postMessage({ id, error: text } satisfies Reply);
  }
}
