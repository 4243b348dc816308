import { importedPart } from '../imported-part.js';

/** The part of this package that is fetched for the first photo that is restored in windows. */
export const importWindows = (): Promise<typeof import('./restore.js')> =>
  importedPart(() => import(/* webpackChunkName: "eps-restore-windows" */ './restore.js'));
