import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoModule } from './demo-modules.mjs';

const { candidateOf, convinces, hasShape } = await demoModule('blur/candidate');

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
  test('of any shape has its own kernel, which no file has named', () => {
    const found = estimate('free', 1);
    const { settings, amount, name } = candidateOf(found);
    assert.deepEqual(settings, { blur: 'file', kernel: { ...found.kernel, name: undefined } });
    assert.equal(name, 'Irregular');
    assert.match(amount, /^1\s×\s1 px$/);
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
  test('have a shape where that is more probable than all others together', () => {
    const others = [estimate('none', 0, 0, 0.3), estimate('disk', 2, 0, 0.1)];
    assert.equal(hasShape([estimate('free', 9, 0, 0.6), ...others]), true);
    assert.equal(hasShape([estimate('free', 9, 0, 0.45), ...others]), false);
    assert.equal(hasShape(others), false);
    assert.equal(hasShape([]), false);
  });
});
