// Which blur deblur('auto') removes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blurToRemove, measured } from '../../pkg/dist/page/found-blur.js';

const blur = (kind, confidence) => {
  const kernel = { data: Float32Array.of(0.25, 0.75), width: 2, height: 1 };
  return { kind, confidence, kernel, size: 2, sizeDeviation: 0.1, angle: 0 };
};

describe('of the blurs that a photo may have', () => {
  test('the first is removed where it convinces', () => {
    const [disk, none] = [blur('disk', 0.7), blur('none', 0.3)];
    assert.equal(blurToRemove([disk, none]), disk);
  });
  test('none is where several are nearly as probable', () => {
    const none = blur('none', 0.01);
    assert.equal(blurToRemove([blur('disk', 0.6), blur('gaussian', 0.39), none]), none);
  });
  test('none is where the photo shows no blur', () => {
    const { kind, confidence } = blurToRemove([]);
    assert.deepEqual([kind, confidence], ['none', 0]);
  });
});

describe('what is asked for with a blur that was found', () => {
  const image = { data: new Uint8Array(16), width: 2, height: 2 };
  const task = { kind: 'deblur', kernel: { data: [1], width: 1, height: 1 }, borders: 'circular' };
  const input = { image, task, noise: 3, isBlurUnknown: true };

  test('is its kernel', () => {
    const request = measured(input, blur('motion', 0.9));
    const kernel = { data: [0.25, 0.75], width: 2, height: 1 };
    assert.deepEqual(request, { image, task: { ...task, kernel }, noise: 3 });
  });
  test('is nothing at all where there is none', () => {
    const mask = { data: new Uint8Array(4), width: 2, height: 2 };
    assert.deepEqual(measured(input, blur('none', 0.9)), {
      image,
      task: { kind: 'inpaint', mask },
    });
  });
});
