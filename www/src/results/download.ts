// Gives a file to the browser's downloads.

import { create } from '../dom.js';

/** Time for the browser to begin, in milliseconds. */
const URL_LIFETIME = 60_000;

export function download(file: File): void {
  const url = URL.createObjectURL(file);
  create('a', { href: url, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFETIME);
}
