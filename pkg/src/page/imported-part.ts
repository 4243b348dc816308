import { EpsError, messageOf } from '../shared/errors.js';

/**
 * A part of this package that is fetched when it is needed.
 *
 * @throws EpsError `download-failed`.
 */
export async function importedPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    const message = `A script of this package could not be loaded: ${messageOf(cause)}`;
    throw new EpsError('download-failed', message, { cause });
  }
}
