// What is refused before the core is asked: sizes that do not fit.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gaussianKernel } from '../../pkg/dist/page/kernels.js';
import { requireFitting, sizeOf, taskRequest } from '../../pkg/dist/page/task-request.js';
import { compose, deblur, denoise, inpaint, superResolve } from '../../pkg/dist/page/tasks.js';
import { eps } from './assertions.mjs';

const refusal = async (task, width, height = width) => {
  const request = await taskRequest(task);
  return () => requireFitting(request, { width, height });
};
const kernel = gaussianKernel(5);
const mask = { data: new Uint8Array(64), width: 8, height: 8 };

describe('what does not fit the photo', () => {
  test('a kernel larger than what it blurs, with either border', async () => {
    for (const borders of ['unknown', 'circular']) {
      assert.throws(
        await refusal(deblur(kernel, { borders }), 40, 100),
        eps('invalid-kernel', /41 × 41 is larger than what it blurs, 40 × 100/),
      );
      assert.doesNotThrow(await refusal(deblur(kernel, { borders }), 41));
    }
    // The blur comes before the reduction, on an image of twice the size.
    const blurred = compose(deblur(kernel), superResolve(2));
    assert.doesNotThrow(await refusal(blurred, 21));
    assert.throws(await refusal(blurred, 20), eps('invalid-kernel', /40 × 40 pixels/));
    const reduced = compose(superResolve(2), deblur(kernel));
    assert.throws(await refusal(reduced, 21), eps('invalid-kernel', /21 × 21 pixels/));
  });
  test('a mask of another size', async () => {
    assert.throws(await refusal(inpaint(mask), 8, 9), eps('invalid-mask', /8 × 9; got 8 × 8/));
    assert.doesNotThrow(await refusal(compose(inpaint(mask), superResolve(2)), 4));
    assert.throws(await refusal(compose(inpaint(mask), superResolve(2)), 8), eps('invalid-mask'));
  });
  test('a mask of what is not copied from', async () => {
    const task = inpaint(mask, { avoid: { data: new Uint8Array(32), width: 8, height: 4 } });
    assert.throws(await refusal(task, 8), eps('invalid-mask', /8 × 8; got 8 × 4/));
  });
  test('more pixels than a browser has', async () => {
    for (const side of [40_000, 65_536, 1e5, 1e7, 2 ** 52])
      assert.throws(
        await refusal(denoise(), side),
        eps('image-too-large', /At most 1073741824 pixels are counted/),
      );
    assert.doesNotThrow(await refusal(denoise(), 32_768));
    assert.throws(await refusal(superResolve(2), 20_000), eps('image-too-large', /40000 × 40000/));
  });
});

test('what fills a mask is left to be found, where it is not stated', async () => {
  const kinds = [{}, { fill: 'auto' }, { fill: 'network' }, { fill: 'photo' }].map(
    async (options) => (await taskRequest(inpaint(mask, options))).kind,
  );
  assert.deepEqual(await Promise.all(kinds), ['fill', 'fill', 'inpaint', 'copy']);
  const { first } = await taskRequest(compose(inpaint(mask), superResolve(2)));
  assert.equal(first.kind, 'inpaint');
  for (const fill of ['auto', 'photo'])
    assert.throws(
      () => compose(inpaint(mask, { fill }), superResolve(2)),
      eps('invalid-option', new RegExp(`fill: '${fill}' cannot be a part`)),
    );
});

describe('a size in place of a photo', () => {
  test('is taken as it is', async () => {
    assert.deepEqual(await sizeOf({ width: 3, height: 5 }), { width: 3, height: 5 });
  });
  test('is called a size where it is wrong', async () => {
    for (const size of [
      { width: 0, height: 5 },
      { width: '3', height: 5 },
      { width: 3 },
      { width: NaN, height: 1.5 },
    ])
      await assert.rejects(
        sizeOf(size),
        eps('invalid-image', /^The size must be \{ width, height/),
      );
    await assert.rejects(sizeOf({}), eps('invalid-image', /^The photo must be/));
  });
});
