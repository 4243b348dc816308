import { EpsError } from '../shared/errors.js';
import { bytesOf } from './file-bytes.js';
import { OpenedFile } from './photo-file.js';
import { isFile, shown } from './validation.js';

/** The first two bytes of a JPEG file. */
const START = [0xff, 0xd8];

/**
 * The bytes of the file that a photo was decoded from, if it is a JPEG. They tell the core what
 * compression did to the photo; its pixels hardly show it.
 *
 * @param opened by `openFile`, if it may be an address or bytes.
 * @throws EpsError `undecodable-image` if the file cannot be read.
 */
export async function jpegBytes(opened: unknown): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const source = OpenedFile.is(opened) ? await opened.blob : opened;
  if (!isFile(source)) return undefined;
  const start = await bytesOf(source, START.length);
  if (!START.every((byte, i) => start[i] === byte)) return undefined;
  return bytesOf(source);
}

/** @throws EpsError `invalid-option`. */
export function requireOptionalFile(file: unknown): asserts file is Blob | undefined {
  if (file === undefined || isFile(file)) return;
  throw new EpsError('invalid-option', `file must be a Blob or a File; got ${shown(file)}.`);
}
