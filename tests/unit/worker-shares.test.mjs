// How the workers of a run divide its work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunClock } from '../../pkg/dist/page/timing.js';
import { rounds, withHelpers, workerShares } from '../../pkg/dist/page/worker-shares.js';

const machine = { cores: 8, memory: 8 };

/** `[drawers, tileHelpers]`. */
const shares = (load, requested, of = machine) => {
  const found = workerShares({ samples: 0, tiles: 1, bytes: 0, ...load }, requested, of);
  return [found.drawers, found.tileHelpers];
};

test('no more workers draw than samples, cores, or eight', () => {
  assert.deepEqual(shares({ samples: 1 }), [1, 0]);
  assert.deepEqual(shares({ samples: 0 }), [1, 0]);
  assert.deepEqual(shares({ samples: 3 }), [3, 0]);
  assert.deepEqual(shares({ samples: 16 }), [8, 0]);
  assert.deepEqual(shares({ samples: 16 }, undefined, { cores: 2, memory: 8 }), [2, 0]);
  assert.deepEqual(shares({ samples: 16 }, undefined, { cores: 64, memory: 64 }), [8, 0]);
});

test('those that are left evaluate tiles, as far as there are any', () => {
  assert.deepEqual(shares({ tiles: 4 }), [1, 3]);
  assert.deepEqual(shares({ tiles: 260 }), [1, 7]);
  assert.deepEqual(shares({ samples: 1, tiles: 260 }), [1, 7]);
  assert.deepEqual(shares({ samples: 3, tiles: 2 }), [3, 3]);
  assert.deepEqual(shares({ samples: 3, tiles: 9 }), [3, 5]);
  assert.deepEqual(shares({ samples: 16, tiles: 9 }), [8, 0]);
  // Nothing is missing.
  assert.deepEqual(shares({ samples: 0, tiles: 0 }), [1, 0]);
});

test('no more workers than a quarter of the memory holds', () => {
  // 2 GiB for workers of 150 MB and 850 MB each, or 200 MB for tiles alone.
  assert.deepEqual(shares({ samples: 16, bytes: 850e6 }), [2, 0]);
  assert.deepEqual(shares({ samples: 1, tiles: 40, bytes: 850e6 }), [1, 5]);
  assert.deepEqual(shares({ samples: 16, tiles: 40, bytes: 8e9 }), [1, 0]);
});

test('as many as were asked for, whatever the machine', () => {
  const small = { cores: 1, memory: 0.5 };
  assert.deepEqual(shares({ samples: 16, bytes: 8e9 }, 3, small), [3, 0]);
  assert.deepEqual(shares({ samples: 0, tiles: 9, bytes: 8e9 }, 3, small), [1, 2]);
  assert.deepEqual(shares({ samples: 2 }, 3), [2, 0]);
});

test('without some of the helpers, tiles lose theirs first', () => {
  const all = { drawers: 3, tileHelpers: 3 };
  assert.deepEqual(withHelpers(all, 5), all);
  assert.deepEqual(withHelpers(all, 3), { drawers: 3, tileHelpers: 1 });
  assert.deepEqual(withHelpers(all, 1), { drawers: 2, tileHelpers: 0 });
  assert.deepEqual(withHelpers(all, -1), { drawers: 1, tileHelpers: 0 });
});

test('the time of a run in evaluations by one worker', () => {
  const mean = { evaluations: 3, meanEvaluations: 3, tiles: 9 };
  assert.equal(rounds(mean, { drawers: 1, tileHelpers: 0 }), 3);
  assert.equal(rounds(mean, { drawers: 1, tileHelpers: 1 }), 3 * (5 / 9));
  // Of nine tiles, eight workers evaluate one or two.
  assert.equal(rounds(mean, { drawers: 1, tileHelpers: 7 }), 3 * (2 / 9));
  const samples = { evaluations: 13, meanEvaluations: 1, tiles: 1 };
  assert.equal(rounds(samples, { drawers: 2, tileHelpers: 0 }), 1 + 6);
  const both = { evaluations: 13, meanEvaluations: 1, tiles: 4 };
  assert.equal(rounds(both, { drawers: 2, tileHelpers: 2 }), 1 / 4 + 6 / 2);
  assert.equal(rounds({ ...samples, tiles: 0 }, { drawers: 2, tileHelpers: 0 }), 7);
});

test('parallel workers divide the time that is left', () => {
  const clock = new RunClock(10, 10, 100, 2);
  assert.equal(clock.secondsLeft, 0.5);
  clock.tile(5, 500);
  assert.equal(clock.evaluationMilliseconds, 100);
  assert.equal(clock.secondsLeft, 0.25);
  // One of the two could not be started.
  clock.workers = 1;
  assert.equal(clock.secondsLeft, 0.5);
});
