// Faults of a run that is under way. Each `call` runs in the page; `inWorker` runs in its worker
// once the run has its mean.

/** A restorer of its own has to load first. */
const LOAD_MS = 5000;

/** By what is wrong: { code, call, inWorker?, limit? }. */
export const RUNS = {
  'the signal was aborted before': {
    code: 'aborted',
    call: () => restore(photo, eps.denoise(20), { signal: AbortSignal.abort() }),
  },
  'the signal is aborted between two steps': {
    code: 'aborted',
    call: () => {
      const stop = new AbortController();
      return long({ signal: stop.signal, onStep: ({ stage }) => stage === 'mean' && stop.abort() });
    },
  },
  'the signal is aborted in the preparation': {
    code: 'aborted',
    call: () => {
      // The preparation of an operator of the page takes seconds at this size.
      const signal = AbortSignal.timeout(50);
      return restore(photo, operator('(x) => x.slice()'), { signal });
    },
  },
  'a reader leaves a stream': {
    code: 'none',
    call: async () => {
      for await (const { stage } of restorer.stream(photo, eps.denoise(20), { samples: 16 }))
        if (stage === 'mean') break;
    },
  },
  'a second call during a run': {
    code: 'busy',
    call: async () => {
      const stop = new AbortController();
      const first = long({ signal: stop.signal }).catch(() => undefined);
      try {
        await restore(photo);
      } finally {
        stop.abort();
        await first;
      }
    },
  },
  'a callback throws': {
    code: 'its own error',
    call: () =>
      long({
        onStep: () => {
          throw Object.assign(new Error('from the page'), { code: 'its own error' });
        },
      }),
  },
  'the worker is ended from outside': {
    code: 'worker-failed',
    call: () => long({ onStep: ({ stage }) => stage === 'mean' && started.at(-1).terminate() }),
  },
  'the memory of the core runs out': {
    code: 'image-too-large',
    call: () => long({ onStep: ({ stage }) => stage === 'mean' && underWay() }),
    inWorker: () =>
      void setTimeout(() => {
        throw new WebAssembly.RuntimeError('unreachable');
      }),
  },
  'the restorer was disposed of': {
    code: 'disposed',
    limit: LOAD_MS,
    call: async () => {
      const other = await another();
      other.dispose();
      return other.restore(photo, eps.denoise(20));
    },
  },
  'the restorer is disposed of in a run': {
    code: 'disposed',
    limit: LOAD_MS,
    call: async () => {
      const other = await another();
      const onStep = ({ stage }) => stage === 'mean' && other.dispose();
      return other.restore(photo, eps.denoise(20), { samples: 16, onStep });
    },
  },
  'an operator that never returns, and the signal is aborted': {
    code: 'aborted',
    call: () =>
      restore(photo, operator('() => { for (;;); }'), { signal: AbortSignal.timeout(300) }),
  },
};
