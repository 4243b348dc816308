// Names the format of a file that this browser cannot open, by its first bytes and its name.

import type { Foreign } from '../formats/convert.js';
import { memberOf } from '../vocabulary.js';
import { undecodable } from '../words.js';

const RAW_EXTENSIONS = /\.(3fr|arw|cr2|cr3|dng|nef|nrw|orf|pef|raf|raw|rw2|srw)$/i;

const FOREIGN = ['TIFF', 'HEIC', 'RAW'] as const satisfies readonly Foreign[];

/** The format of a file that browsers refuse; undefined if it is another. */
async function refusedFormat(file: Blob, name: string): Promise<string | undefined> {
  if (RAW_EXTENSIONS.test(name)) return 'RAW';
  return formatOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
}

/** The format of a file that this page reads by a decoder of its own. */
export async function foreignFormat(file: Blob, name: string): Promise<Foreign | undefined> {
  const format = await refusedFormat(file, name);
  return format === undefined ? undefined : memberOf(FOREIGN, format);
}

/** Why a file could not be opened, for the visitor. */
export async function undecodableText(file: Blob, name: string): Promise<string> {
  if (file.size === 0) return undecodable.empty(name);
  const format = await refusedFormat(file, name);
  if (format === undefined) return undecodable.unknown(name);
  return memberOf(FOREIGN, format)
    ? undecodable.foreign(name, format)
    : undecodable.format(name, format);
}

/** The format of a file that begins so; undefined if it is none of those that browsers refuse. */
export function formatOf(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes);
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'TIFF';
  if (/^.{4}ftyp(hei|hev|mif1|msf1)/s.test(text)) return 'HEIC';
  if (text.startsWith('8BPS')) return 'Photoshop';
  if (text.startsWith('%PDF')) return 'PDF';
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'JPEG XL';
  return undefined;
}
