// The package outside a browser: it can be imported, and says that it needs a page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Restorer, readPhoto, toBlob } from '../../pkg/dist/index.js';
import { trustedScriptUrl } from '../../pkg/dist/page/trusted-types.js';
import { StallWatch } from '../../pkg/dist/shared/stall.js';
import { eps } from './assertions.mjs';

test('a load in Node says which import it needs', () =>
  assert.rejects(Restorer.load(), eps('worker-failed', /In Node, import .* 'eps-restore\/node'/)));

test('a restorer is made by load alone', () => {
  assert.throws(() => new Restorer(), eps('invalid-option', /await Restorer\.load\(\)/));
  assert.throws(() => new Restorer({}), eps('invalid-option'));
});

test('toBlob and readPhoto refuse what is no picture', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const none of [undefined, null, {}, Object.create(null), Symbol('s'), proxy]) {
    await assert.rejects(toBlob(none), eps('invalid-image'));
    await assert.rejects(readPhoto(none), eps('invalid-image'));
  }
});

test('a policy of the page makes the worker’s address trusted', () => {
  const trusted = {};
  const policy = { createScriptURL: (address) => (address === '/w.js' ? trusted : null) };
  assert.equal(trustedScriptUrl('/w.js', { isStated: true, policy }), trusted);
  assert.throws(
    () => trustedScriptUrl('/other.js', { isStated: true, policy }),
    eps('worker-failed', /refused \/other\.js/),
  );
  // Without Trusted Types a name changes nothing.
  assert.equal(trustedScriptUrl('/w.js', { isStated: false, policy: 'eps-restore' }), '/w.js');
});

test('a stall is reported once, and a sign of life puts it off', async () => {
  let stalls = 0;
  const watch = new StallWatch(80, () => stalls++);
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    watch.beat();
  }
  assert.equal(stalls, 0);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(stalls, 1);
});
