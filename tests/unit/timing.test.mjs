import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AsyncQueue } from '../../pkg/dist/page/async-queue.js';
import { loadFraction } from '../../pkg/dist/page/progress.js';
import { EvaluationTimes, RunClock } from '../../pkg/dist/page/timing.js';
import { near } from './assertions.mjs';

describe('EvaluationTimes', () => {
  test('scales the nearest size that was observed', () => {
    const times = new EvaluationTimes();
    assert.equal(times.predict(4096), 0);
    times.observe(4096, 100);
    assert.equal(times.predict(4096), 100);
    assert.equal(times.predict(16384), 400);
    times.observe(65536, 1000);
    assert.equal(times.predict(65536), 1000);
    assert.equal(times.predict(40000), (1000 * 40000) / 65536);
    assert.equal(times.predict(8192), 200);
  });
  test('ignores what says nothing', () => {
    const times = new EvaluationTimes();
    times.observe(0, 5);
    times.observe(5, 0);
    assert.equal(times.predict(100), 0);
  });
});

describe('RunClock', () => {
  test('goes by what was expected, then by what was measured', () => {
    // Seven evaluations of two tiles.
    const clock = new RunClock(14, 7, 200);
    clock.tile(0, 999);
    assert.equal(clock.fraction, 0);
    near(clock.secondsLeft, 1.4, 1e-9);
    clock.tile(1, 50);
    clock.tile(2, 50);
    near(clock.secondsLeft, 0.6, 1e-9);
    clock.tile(3, 150);
    clock.tile(4, 150);
    near(clock.secondsLeft, 1, 1e-9);
    near(clock.fraction, 2 / 7, 1e-9);
    near(clock.evaluationMilliseconds, 200, 1e-9);
  });
  test('a run without evaluations has tiles that take time', () => {
    const clock = new RunClock(200, 0, 0);
    assert.equal(clock.secondsLeft, 0);
    clock.tile(50, 1000);
    near(clock.secondsLeft, 3, 1e-9);
  });
  test('a run without tiles is done at once', () =>
    assert.deepEqual(
      [new RunClock(0, 0, 200).fraction, new RunClock(0, 0, 200).secondsLeft],
      [1, 0],
    ));
});

test('loadFraction goes from 0 to 1 through the stages', () => {
  const path = [
    ['weights', 0],
    ['weights', 0.5],
    ['weights', 1],
    ['engine', 0.5],
    ['warm-up', 0],
    ['warm-up', 1],
    ['warm-up', 2],
  ].map(([stage, within]) => loadFraction(stage, within));
  assert.equal(path[0], 0);
  assert.equal(path.at(-1), 1);
  for (let i = 1; i < path.length; i++) assert.ok(path[i] >= path[i - 1]);
});

test('AsyncQueue gives its values in order, and then ends', async () => {
  const queue = new AsyncQueue();
  queue.push(1);
  const read = (async () => [
    await queue.next(),
    await queue.next(),
    await queue.next(),
    await queue.next(),
  ])();
  await new Promise((resolve) => setImmediate(resolve));
  queue.push(2);
  queue.push(3);
  queue.close();
  assert.deepEqual(await read, [1, 2, 3, undefined]);
});
