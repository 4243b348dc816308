import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoModule } from './demo-modules.mjs';

const { cutsPaint, windowAt } = await demoModule('detail/window');

describe('the window of the detail', () => {
  const photo = { width: 1000, height: 600 };
  test('lies around its centre, in one tile of the network', () => {
    assert.deepEqual(windowAt(photo, { x: 0.5, y: 0.5 }, 1), {
      inner: { x: 404, y: 204, width: 192, height: 192 },
      outer: { x: 372, y: 172, width: 256, height: 256 },
    });
  });
  test('is as large in the result, whatever the factor', () => {
    const { inner, outer } = windowAt(photo, { x: 0.5, y: 0.5 }, 4);
    assert.deepEqual([inner.width, outer.width], [48, 64]);
  });
  test('stays inside the photo', () => {
    assert.deepEqual(windowAt(photo, { x: 0, y: 1 }, 1), {
      inner: { x: 0, y: 408, width: 192, height: 192 },
      outer: { x: 0, y: 376, width: 224, height: 224 },
    });
  });
  test('is the whole of a small photo', () => {
    const whole = { x: 0, y: 0, width: 40, height: 30 };
    const small = { width: 40, height: 30 };
    assert.deepEqual(windowAt(small, { x: 0.9, y: 0.2 }, 1), { inner: whole, outer: whole });
  });
});

describe('paint across the border of a box', () => {
  const photo = { width: 8, height: 8 };
  const box = { x: 2, y: 0, width: 4, height: 5 };
  const cuts = (x, y) => {
    const bits = new Uint8Array(64);
    bits[8 * y + x] = 1;
    return cutsPaint(bits, photo, box);
  };
  test('counts on every border but the photo’s own', () => {
    assert.deepEqual([cuts(2, 2), cuts(5, 2), cuts(3, 4)], [true, true, true]);
    assert.equal(cuts(3, 0), false);
  });
  test('does not count inside or outside', () => {
    assert.deepEqual([cuts(3, 2), cuts(6, 2), cuts(3, 5)], [false, false, false]);
  });
});
