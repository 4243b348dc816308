// HEIC files, by libheif. It is under the LGPL: it stays in files of its own beside the page's
// scripts, with its notice, and is loaded for a HEIC file alone.

import { bytesOf, latin1, viewOf, type Bytes } from '../metadata/bytes.js';
import { exifFor } from '../metadata/exif.js';
import type { Picture } from './picture.js';

interface HeifImage {
  get_width(): number;
  get_height(): number;
  display(
    into: { data: Uint8ClampedArray; width: number; height: number },
    done: (shown: { data: Uint8ClampedArray } | null) => void,
  ): void;
}

interface Libheif {
  HeifDecoder: new () => { decode(file: Uint8Array): readonly HeifImage[] };
}

/** What webpack.config.js lays beside the scripts. */
const SCRIPT = 'libheif/libheif.js';
const EXIF = bytesOf('Exif\0\0');
const PROFILE = bytesOf('colrprof');

/**
 * The first picture of a file, upright.
 *
 * @throws Error if it cannot be read.
 */
export async function readHeic(bytes: Bytes): Promise<Picture> {
  const { HeifDecoder } = await libheif();
  const [image] = new HeifDecoder().decode(bytes);
  if (!image) throw new Error('There is no picture in this file.');
  const [width, height] = [image.get_width(), image.get_height()];
  const empty = { data: new Uint8ClampedArray(4 * width * height), width, height };
  const shown = await new Promise<{ data: Uint8ClampedArray } | null>((resolve) => {
    image.display(empty, resolve);
  });
  if (!shown) throw new Error('This picture cannot be decoded.');
  const rgba = new Uint8Array(shown.data.buffer);
  const found = after(bytes, EXIF);
  const truth = { width, height, orientation: 1, keepsLocation: true };
  const exif = found && exifFor(found, truth);
  const icc = profileOf(bytes);
  return { rgba, width, height, metadata: { ...(exif && { exif }), ...(icc && { icc }) } };
}

let loaded: Promise<Libheif> | undefined;

function libheif(): Promise<Libheif> {
  loaded ??= load();
  return loaded;
}

function load(): Promise<Libheif> {
  const scope = self as unknown as {
    importScripts(address: string): void;
    libheif(settings: {
      locateFile(name: string): string;
      onRuntimeInitialized(): void;
      onAbort(reason: unknown): void;
    }): Libheif;
  };
  const script = new URL(SCRIPT, self.location.href);
  scope.importScripts(script.href);
  // What it returns can be used once its wasm is there: within this call, or later.
  return new Promise((resolve, reject) => {
    const library = scope.libheif({
      locateFile: (name) => new URL(name, script).href,
      onRuntimeInitialized: () => queueMicrotask(() => resolve(library)),
      onAbort: (reason) => reject(new Error(String(reason))),
    });
  });
}

/** What follows these bytes for the first time. */
function after(bytes: Bytes, wanted: Bytes): Bytes | undefined {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (latin1(bytes.subarray(at, at + wanted.length)) === latin1(wanted))
      return bytes.slice(at + wanted.length);
  return undefined;
}

/** Of the colour box, whose length stands before its name. */
function profileOf(bytes: Bytes): Bytes | undefined {
  const profile = after(bytes, PROFILE);
  return profile && profile.length > 4 ? profile.slice(0, viewOf(profile).getUint32(0)) : undefined;
}
