import { importedPart } from './imported-part.js';

/** The part of this package that is fetched when a restorer is loaded. */
export function importSession(): Promise<typeof import('./session.js')> {
  return importedPart(() => import(/* webpackChunkName: "eps-restore-session" */ './session.js'));
}
