// A batch refuses wrong options before its first photo.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreAll } from '../../pkg/dist/page/batch.js';
import { eps } from './assertions.mjs';

for (const [options, message] of [
  [{ onProgress: 0 }, /onProgress must be a function/],
  [{ onProgress: 'report' }, /onProgress must be a function/],
  [null, /options must be an object/],
])
  test(`refuses ${JSON.stringify(options)}`, async () => {
    let asked = 0;
    const restorer = { restore: async () => asked++ };
    const batch = restoreAll(restorer, [{}], {}, options);
    await assert.rejects(batch.next(), eps('invalid-option', message));
    assert.equal(asked, 0);
  });
