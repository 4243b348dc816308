import { EpsError, messageOf } from '../shared/errors.js';

/**
 * The bytes of a file, or its first `length`.
 *
 * @throws EpsError `undecodable-image` if it cannot be read, for example because it has changed on
 *   the disk since it was chosen.
 */
export async function bytesOf(file: Blob, length?: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const part = length === undefined ? file : file.slice(0, length);
    return new Uint8Array(await part.arrayBuffer());
  } catch (cause) {
    throw new EpsError('undecodable-image', `The file cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
