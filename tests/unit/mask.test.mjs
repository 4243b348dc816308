import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeMask, maskFromPixels, requireMaskSize } from '../../pkg/dist/page/mask.js';
import { eps } from './assertions.mjs';

const pixels = (...rgba) => ({
  data: Uint8ClampedArray.from(rgba.flat()),
  width: rgba.length,
  height: 1,
});

describe('a painted mask', () => {
  test('is missing where it is bright and opaque', () => {
    const painted = pixels(
      [255, 255, 255, 255],
      [0, 0, 0, 255],
      [255, 255, 255, 0],
      [0, 0, 0, 0],
      [255, 0, 0, 255],
      [0, 0, 128, 128],
      [127, 127, 127, 255],
      [255, 255, 255, 127],
    );
    assert.deepEqual([...maskFromPixels(painted).data], [1, 0, 0, 0, 1, 1, 0, 0]);
  });
  test('may be RGBA bytes', async () => {
    const mask = await decodeMask(pixels([255, 255, 255, 255], [0, 0, 0, 255]));
    assert.deepEqual(mask, { data: Uint8Array.from([1, 0]), width: 2, height: 1 });
  });
});

describe('a mask of one byte a pixel', () => {
  const data = Uint8Array.from([0, 1, 0, 255, 0, 7]);
  test('is missing where it is not zero, and is copied', async () => {
    const mask = await decodeMask({ data, width: 3, height: 2 });
    assert.deepEqual([...mask.data], [0, 1, 0, 1, 0, 1]);
    assert.notEqual(mask.data.buffer, data.buffer);
  });
  test('may hold booleans, BigInts or any numbers, and leave values out', async () => {
    // eslint-disable-next-line no-sparse-arrays
    const sparse = [, 1, , true, undefined, 2n];
    for (const values of [
      [false, true, false, true, false, true],
      BigInt64Array.from([0n, 1n, 0n, -1n, 0n, 7n]),
      Float32Array.from([0, 0.5, -0, 1, NaN, -1]),
      sparse,
    ])
      assert.deepEqual(
        [...(await decodeMask({ data: values, width: 3, height: 2 })).data],
        [0, 1, 0, 1, 0, 1],
      );
    for (const value of ['0', null, {}, Symbol('s'), () => 0])
      await assert.rejects(
        decodeMask({ data: [0, value], width: 2, height: 1 }),
        eps('invalid-mask', /value 1 must be a number, a boolean or a BigInt/),
      );
  });
  test('is read before the call returns', async () => {
    const own = data.slice();
    const mask = decodeMask({ data: own, width: 3, height: 2 });
    own.fill(0);
    assert.deepEqual([...(await mask).data], [0, 1, 0, 1, 0, 1]);
  });
  test('must have the size of the photo', () => {
    assert.throws(
      () => requireMaskSize({ width: 2, height: 3 }, { width: 3, height: 2 }),
      eps('invalid-mask', /the photo's size, 3 × 2; got 2 × 3/),
    );
  });
  test('must have its bytes', async () => {
    await assert.rejects(
      decodeMask({ data, width: 4, height: 2 }),
      eps('invalid-mask', /must have 8 bytes.* got 6/),
    );
    await assert.rejects(
      decodeMask({ data: 'x', width: 4, height: 2 }),
      eps('invalid-mask', /got none/),
    );
    await assert.rejects(decodeMask({ data, width: 0, height: 2 }), eps('invalid-mask', /0 × 2/));
  });
  test('or be a picture', async () => {
    await assert.rejects(
      decodeMask(new Date()),
      eps('invalid-image', /The mask must be ImageData/),
    );
  });
});
