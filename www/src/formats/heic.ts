// HEIC files, by libheif. It is under the LGPL: it stays in files of its own beside the page's
// scripts, with its notice, and is loaded for a HEIC file alone.

import type { Bytes } from '../metadata/bytes.js';
import { exifFor } from '../metadata/exif.js';
import { readHeif } from '../metadata/heif.js';
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
  const { exif: found, ...rest } = readHeif(bytes);
  const truth = { width, height, orientation: 1, keepsLocation: true };
  const exif = found && exifFor(found, truth);
  return { rgba, width, height, metadata: { ...rest, ...(exif && { exif }) } };
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
