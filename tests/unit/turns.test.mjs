// The order of a restorer's calls: those that fail, wait or take the place of others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../pkg/dist/page/turns.js';
import { eps } from './assertions.mjs';

/** Whether a turn has begun by now. */
async function hasBegun({ begun }) {
  let has = false;
  void begun.then(() => (has = true));
  await new Promise((resolve) => setImmediate(resolve));
  return has;
}

test('the only call begins, and a second one is refused', async () => {
  const turns = new Turns();
  const first = turns.take('fail');
  assert.ok(await hasBegun(first));
  assert.throws(() => turns.take('fail'), eps('busy', /whenBusy: 'wait' or 'replace'/));
  first.end();
  assert.ok(await hasBegun(turns.take('fail')));
});

test('calls that wait begin in their order', async () => {
  const turns = new Turns();
  const [first, second, third] = [turns.take('fail'), turns.take('wait'), turns.take('wait')];
  assert.deepEqual(await Promise.all([second, third].map(hasBegun)), [false, false]);
  first.end();
  assert.deepEqual(await Promise.all([second, third].map(hasBegun)), [true, false]);
  second.end();
  assert.ok(await hasBegun(third));
});

test('a call that replaces others begins at once, and they are aborted', async () => {
  const turns = new Turns();
  const earlier = [turns.take('fail'), turns.take('wait')];
  const last = turns.take('replace');
  assert.ok(await hasBegun(last));
  for (const { signal } of earlier) {
    assert.ok(signal.aborted);
    assert.equal(signal.reason.code, 'aborted');
    assert.match(signal.reason.message, /later call has taken the place/);
  }
  assert.ok(!last.signal.aborted);
});

test('a call is over as soon as its caller aborts it, also while it waits', async () => {
  const turns = new Turns();
  const stop = new AbortController();
  const first = turns.take('fail', stop.signal);
  const waiting = new AbortController();
  const second = turns.take('wait', waiting.signal);
  const third = turns.take('wait');
  waiting.abort('no longer');
  assert.equal(second.signal.reason, 'no longer');
  assert.equal(await hasBegun(third), false);
  stop.abort();
  assert.ok(first.signal.aborted);
  assert.ok(await hasBegun(third));
});
