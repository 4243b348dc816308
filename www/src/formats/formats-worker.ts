// Reads one TIFF, HEIC or RAW file, off the page's own thread.

import { convert, type Foreign } from './convert.js';

export type Answer = { readonly blob: Blob } | { readonly error: string };

self.addEventListener('message', ({ data }: MessageEvent<[Blob, Foreign]>) => {
  convert(...data)
    .then((blob) => self.postMessage({ blob } satisfies Answer))
    .catch((error: unknown) => self.postMessage({ error: String(error) } satisfies Answer));
});
