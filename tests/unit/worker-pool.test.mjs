// How many workers draw samples in parallel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunClock } from '../../pkg/dist/page/timing.js';
import { workerCount } from '../../pkg/dist/page/worker-pool.js';

const machine = { cores: 8, memory: 8 };

test('no more workers than samples, cores, or eight', () => {
  assert.equal(workerCount(1, undefined, 0, machine), 1);
  assert.equal(workerCount(0, undefined, 0, machine), 1);
  assert.equal(workerCount(3, undefined, 0, machine), 3);
  assert.equal(workerCount(16, undefined, 0, machine), 8);
  assert.equal(workerCount(16, undefined, 0, { cores: 2, memory: 8 }), 2);
  assert.equal(workerCount(16, undefined, 0, { cores: 64, memory: 64 }), 8);
});

test('no more workers than a quarter of the memory holds', () => {
  // 2 GiB for workers of 150 MB and 850 MB each.
  assert.equal(workerCount(16, undefined, 850e6, machine), 2);
  assert.equal(workerCount(16, undefined, 8e9, machine), 1);
});

test('as many as were asked for, whatever the machine', () => {
  assert.equal(workerCount(16, 3, 8e9, { cores: 1, memory: 0.5 }), 3);
  assert.equal(workerCount(2, 3, 0, machine), 2);
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
