import { EpsError, messageOf } from '../shared/errors.js';

/** The part of this package that is fetched when a restorer is loaded. */
export async function importSession(): Promise<typeof import('./session.js')> {
  try {
    return await import(/* webpackChunkName: "eps-restore-session" */ './session.js');
  } catch (cause) {
    const message = `A script of this package could not be loaded: ${messageOf(cause)}`;
    throw new EpsError('download-failed', message, { cause });
  }
}
