// Restorations of all kinds, one after another, in one page: sizes from 1 to 200, aborts and faults
// among them. Runs in the page, which has `eps` and `tools`.

const LIMIT_MS = 120_000;
/** Sides from and up to which a task is tried: estimates and operators need some pixels. */
const ANY = [1, 200];

let random;
let restorer;
let started;
const counts = { calls: 0, restored: 0, codes: {} };

/** Draws from [0, 1), the same for the same seed. */
function generator(seed) {
  let state = seed >>> 0;
  return () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 0) / 2 ** 32;
}

const among = (list) => list[Math.floor(random() * list.length)];
/** Small sides are as likely as large ones. */
const side = (least, most) => Math.round(least * (most / least) ** random());

function mask(width, height) {
  const data = Uint8Array.from({ length: width * height }, () => Number(random() < 0.2));
  return { data, width, height };
}

const OPERATOR = URL.createObjectURL(
  new Blob(
    [
      'export const apply = (x) => x.map((v) => 0.7 * v);',
      'export const adjoint = (y) => y.map((v) => 0.7 * v);',
    ],
    { type: 'text/javascript' },
  ),
);

/** By name: the least and the most of a side, the task for a size, and by how much it enlarges. */
const TASKS = {
  denoise: [ANY, () => eps.denoise(among([5, 25, 80]))],
  noise: [[8, 200], () => eps.denoise('auto')],
  inpaint: [ANY, (w, h) => eps.inpaint(mask(w, h))],
  noisyMask: [ANY, (w, h) => eps.inpaint(mask(w, h), { noise: 10 })],
  photo: [[8, 120], (w, h) => eps.inpaint(mask(w, h), { fill: 'photo' })],
  twice: [[1, 100], () => eps.superResolve(2), 2],
  fourTimes: [[1, 50], () => eps.superResolve(4, { reduction: 'bicubic' }), 4],
  circular: [[9, 200], () => eps.deblur(eps.gaussianKernel(1), { borders: 'circular' })],
  unknown: [[9, 100], () => eps.deblur(eps.diskKernel(1.5))],
  colorize: [ANY, () => eps.colorize()],
  demosaic: [ANY, () => eps.demosaic('rggb')],
  // Both take seconds to prepare where they are large.
  compose: [[1, 24], (w, h) => eps.compose(eps.superResolve(2), eps.inpaint(mask(w, h))), 2],
  operator: [[16, 20], () => eps.linearOperator(OPERATOR)],
};

/** What is done to a call, and the codes that it may end with. */
const FAULTS = {
  abort: (options) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100 * random());
    options.signal = stop.signal;
    return ['none', 'aborted'];
  },
  throwing: (options) => {
    options.onStep = () => {
      throw Object.assign(new Error('from the page'), { code: 'thrown' });
    };
    return ['thrown', 'none'];
  },
  option: (options) => {
    options.samples = 99;
    return ['invalid-option'];
  },
  ended: (options) => {
    options.onStep = ({ stage }) => stage === 'mean' && started.at(-1).terminate();
    return ['worker-failed', 'none'];
  },
};

function requireSound({ mean, estimate, samples, deviation, noise }, width, height) {
  if (!(noise >= 0)) throw new Error(`noise ${noise}`);
  for (const image of [mean, estimate, ...samples, ...(deviation ? [deviation] : [])])
    if (
      image.width !== width ||
      image.height !== height ||
      image.data.length !== 4 * width * height
    )
      throw new Error(`an image of ${image.width} × ${image.height}, not ${width} × ${height}`);
}

async function inTime(what, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${LIMIT_MS} ms: ${what}`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function restoreOne() {
  const name = among(Object.keys(TASKS));
  const [[least, most], make, factor = 1] = TASKS[name];
  const [width, height] = [side(least, most), side(least, most)];
  const options = { samples: among([0, 0, 1, 2]), sampler: 'draft', seed: 1 };
  const fault = random() < 0.25 ? among(Object.keys(FAULTS)) : undefined;
  const codes = fault ? FAULTS[fault](options) : ['none'];
  // Some systems of one pixel's width do not converge.
  codes.push('not-converged');
  const call = counts.calls++;
  const size = `${width} × ${height}`;
  const what = `call ${call}, ${name} of ${size}, ${options.samples} samples, ${fault}`;
  let code = 'none';
  try {
    const restored = restorer.restore(tools.photo(width, height), make(width, height), options);
    const result = await inTime(what, restored);
    counts.restored++;
    requireSound(result, factor * width, factor * height);
  } catch (error) {
    code = error.code;
    if (!code) throw error;
  }
  counts.codes[code] = (counts.codes[code] ?? 0) + 1;
  if (!codes.includes(code)) throw new Error(`${what}: ${code}`);
}

/** Loads a restorer, and restores a photo of the largest size by each task. */
export async function begin(seed) {
  random = generator(seed);
  started = [];
  window.Worker = class extends Worker {
    constructor(...parameters) {
      super(...parameters);
      started.push(this);
    }
  };
  restorer = await eps.Restorer.load({ device: 'cpu', workers: 2 });
  const options = { samples: 1, sampler: 'draft' };
  for (const [[, most], make] of Object.values(TASKS))
    await restorer.restore(tools.photo(most), make(most, most), options);
}

/** Restores so many photos. @returns how the calls so far have ended. */
export async function soak(calls) {
  for (let i = 0; i < calls; i++) await restoreOne();
  // A worker that was ended has its successor before memory is measured.
  await restorer.restore(tools.photo(200), eps.denoise(25), { samples: 2, sampler: 'draft' });
  return counts;
}
