// A page that the browser freezes in the background, and resumes. Each `call` runs in the page; it
// is frozen as soon as the call says that it is under way.

/** Longer than the page's `stallMs`: what sleeps has not stalled. */
export const FROZEN_MS = 4000;
/** A restorer of its own has to load. */
const LOAD_MS = 5000;

/** By what happens: { code, call, limit }. */
export const SLEEPS = {
  'the page is frozen for 4 s in a run': {
    code: 'none',
    limit: FROZEN_MS + 4000,
    call: () => long({ samples: 1, onStep: ({ stage }) => stage === 'mean' && underWay() }),
  },
  'the page is frozen for 4 s in a load whose stall limit is 3 s': {
    code: 'none',
    limit: FROZEN_MS + LOAD_MS,
    call: async () => {
      const onProgress = ({ stage }) => stage === 'engine' && underWay();
      const settings = { device: 'cpu', workers: 1, stallMs: 3000 };
      (await eps.Restorer.load({ ...settings, onProgress })).dispose();
    },
  },
  'the signal of a run is aborted while the page is frozen': {
    code: 'aborted',
    limit: FROZEN_MS + 4000,
    call: () => {
      const onStep = ({ stage }) => stage === 'mean' && underWay();
      return long({ signal: AbortSignal.timeout(1500), onStep });
    },
  },
};
