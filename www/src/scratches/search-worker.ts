// Searches one photo for scratches and dust, off the page's own thread.

import init, { ScratchSearch } from 'eps-restore/wasm/eps_restore.js';

export interface FoundScratches {
  /** A byte a pixel, 1 on scratches and dust. */
  readonly bits: Uint8Array<ArrayBuffer>;
  /** How much of the photo they cover, 0 to 1. */
  readonly share: number;
}

/** How much of the photo is searched, 0 to 1; at the end what was found. */
export type Message = { readonly searched: number } | FoundScratches | { readonly error: string };

const WEIGHTS = new URL('../../../models/scratches-v1.safetensors', import.meta.url);

self.addEventListener('message', ({ data }: MessageEvent<ImageData>) => {
  search(data).catch((error: unknown) =>
    post({ error: error instanceof Error ? error.message : String(error) }),
  );
});

async function search({ data, width, height }: ImageData): Promise<void> {
  const [weights] = await Promise.all([bytesOf(WEIGHTS), init()]);
  const image = { data: new Uint8Array(data.buffer), width, height };
  const search = new ScratchSearch(weights, image);
  while (search.advance()) post({ searched: search.share });
  const bits = search.mask();
  let count = 0;
  for (const bit of bits) count += bit;
  post({ bits, share: count / bits.length }, [bits.buffer]);
}

async function bytesOf({ href }: URL): Promise<Uint8Array> {
  const response = await fetch(href);
  if (!response.ok) throw new Error(`${href} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const post = (message: Message, transfer: Transferable[] = []): void =>
  self.postMessage(message, { transfer });
