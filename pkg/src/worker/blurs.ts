import type { FoundBlur } from '../shared/protocol.js';
import type { BlurRequest } from '../shared/requests.js';
import { release, startBlurSearch } from './core.js';
import type { RunControl } from './run-control.js';

/**
 * The blurs that a photo may have, their kernels as the package's kernels are. Messages are read
 * between the steps of the search.
 *
 * @param report called with the share that is done, 0 to 1.
 * @throws EpsError `aborted` if the search is cancelled, and the core's errors.
 */
export async function blursOf(
  photo: BlurRequest,
  control: RunControl,
  report: (share: number) => void,
): Promise<FoundBlur[]> {
  await control.beforeTile();
  const search = startBlurSearch(photo);
  try {
    do {
      report(search.share);
      await control.beforeTile();
    } while (search.step());
    return search.candidates().map(({ kernel, ...rest }) => ({
      ...rest,
      kernel: { ...kernel, data: Float32Array.from(kernel.data) },
    }));
  } finally {
    release(search);
  }
}
