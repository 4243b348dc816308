import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoModule } from './demo-modules.mjs';

const { candidateOf, convinces } = await demoModule('blur/candidate');

const estimate = (kind, size, angle = 0, confidence = 1) => ({
  kind,
  size,
  angle,
  confidence,
  kernel: { data: Float32Array.of(1), width: 1, height: 1 },
});

describe('a candidate for the blur of a photo', () => {
  test('has the settings that the sliders can show', () => {
    assert.deepEqual(candidateOf(estimate('gaussian', 1.234)).settings, {
      blur: 'gaussian',
      sigma: 1.2,
    });
    assert.deepEqual(candidateOf(estimate('disk', 100)).settings, { blur: 'disk', radius: 12 });
    assert.deepEqual(candidateOf(estimate('none', 0)).settings, {});
  });
  test('moves in a direction from -90° to 90°', () => {
    const { settings, amount } = candidateOf(estimate('motion', 14.8, 150.2));
    assert.deepEqual(settings, { blur: 'motion', length: 15, angle: -30 });
    assert.equal(amount, '15 px at -30°');
  });
});

describe('estimates of a blur', () => {
  test('convince where some blur is more probable than none', () => {
    const blurred = [estimate('disk', 2, 0, 0.4), estimate('none', 0, 0, 0.35)];
    assert.equal(convinces([...blurred, estimate('gaussian', 2, 0, 0.25)]), true);
  });
  test('do not where the photo is sharp, or shows nothing', () => {
    const sharp = [estimate('none', 0, 0, 0.8), estimate('motion', 9, 0, 0.2)];
    assert.equal(convinces(sharp), false);
    assert.equal(convinces([]), false);
  });
});
