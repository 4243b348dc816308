// What Improve proposes for what is found, and the steps that do it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { demoModule } from './demo-modules.mjs';

globalThis.ImageData ??= class {
  constructor(data, width, height) {
    Object.assign(this, { data, width, height });
  }
};
const { proposalsFor, recipeFor } = await demoModule('improve/proposals');
const { isMonochrome } = await demoModule('improve/tint');
const { jpegQuality } = await demoModule('improve/jpeg-quality');

const clean = { size: { width: 4000, height: 3000 }, isGrey: false, jpegQuality: 92, grain: 1 };
const blurred = (kind, size, sharp = 0.01) => ({
  blur: { candidate: { kind, name: kind, amount: '', settings: { blur: kind } }, size, sharp },
});
const remedies = (findings) => proposalsFor(findings).map(({ remedy }) => remedy);
const advised = (findings) =>
  proposalsFor(findings)
    .filter(({ isAdvised }) => isAdvised)
    .map(({ remedy }) => remedy);
const tasks = (findings, ...ticked) => recipeFor(findings, new Set(ticked)).map(({ task }) => task);

describe('Improve', () => {
  it('proposes nothing for a clean photo', () => {
    assert.deepEqual(remedies(clean), []);
    assert.deepEqual(tasks(clean), []);
  });

  it('advises what the photo itself decides, and offers what is guessed', () => {
    const bad = { ...clean, grain: 12, isGrey: true, size: { width: 640, height: 480 } };
    assert.deepEqual(remedies(bad), ['clean', 'colour', 'enlarge']);
    assert.deepEqual(advised(bad), ['clean']);
    assert.deepEqual(advised({ ...clean, jpegQuality: 40 }), ['clean']);
    assert.deepEqual(advised({ ...clean, ...blurred('gaussian', 2) }), ['sharpen']);
    assert.deepEqual(advised({ ...clean, ...blurred('motion', 2.5) }), []);
    assert.deepEqual(advised({ ...clean, ...blurred('gaussian', 2, 0.3) }), []);
  });

  it('sees what JPEG did to a photo that is saved as something else', () => {
    const png = { ...clean, jpegQuality: undefined };
    assert.deepEqual(proposalsFor({ ...png, compression: 2, loss: 2.3 }), []);
    const [proposal] = proposalsFor({ ...png, compression: 8, loss: 8.1 });
    assert.deepEqual([proposal.title, proposal.note], ['Traces of JPEG', 'it was a JPEG before']);
    const [step] = recipeFor({ ...png, compression: 8, loss: 8.1 }, new Set(['clean']));
    assert.deepEqual([step.task, step.settings.noiseLevel], ['denoise', 8.1]);
  });

  it('fills scratches once the file has told what JPEG did, but before a blur is undone', () => {
    const scratched = {
      ...clean,
      jpegQuality: 40,
      scratches: { bits: Uint8Array.of(1), share: 0.012 },
    };
    assert.deepEqual(advised(scratched), ['clean', 'mend']);
    const note = proposalsFor(scratched).find(({ remedy }) => remedy === 'mend').note;
    assert.equal(note, 'on 1.2 % of the photo');
    assert.deepEqual(tasks(scratched, 'clean', 'mend'), ['denoise', 'fill']);
    assert.deepEqual(tasks(scratched, 'mend'), ['fill']);
    const blurry = { ...scratched, ...blurred('disk', 3) };
    assert.deepEqual(tasks(blurry, 'clean', 'mend', 'sharpen'), ['fill', 'unblur']);
    assert.deepEqual(tasks(clean, 'mend'), []);
  });

  it('removes grain and blur in one step, and enlarges last', () => {
    const bad = { ...clean, grain: 12, loss: 15, ...blurred('disk', 3) };
    const [step, ...rest] = recipeFor(bad, new Set(['clean', 'sharpen']));
    assert.deepEqual([step.task, step.settings.noise.unblur, rest], ['unblur', 15, []]);
    assert.deepEqual(tasks(bad, 'clean'), ['denoise']);
    const small = { ...bad, isGrey: true, size: { width: 300, height: 200 } };
    assert.deepEqual(tasks(small, 'enlarge', 'colour', 'clean'), [
      'denoise',
      'colourise',
      'enlarge',
    ]);
    assert.equal(recipeFor(small, new Set(['enlarge']))[0].settings.factor, 4);
  });

  it('tells grey and sepia from colour', () => {
    const image = (colour) => {
      const data = new Uint8ClampedArray(4 * 64 * 64);
      for (let i = 0; i < 64 * 64; i++) data.set([...colour((i * 37) % 256, i), 255], 4 * i);
      return { data, width: 64, height: 64 };
    };
    assert.ok(isMonochrome(image((v) => [v, v, v])));
    assert.ok(isMonochrome(image((v) => [v, 0.85 * v, 0.65 * v])));
    assert.ok(!isMonochrome(image((v, i) => (i % 3 ? [v, v, v] : [v, v / 2, 40]))));
    assert.ok(!isMonochrome(image(() => [90, 90, 90])), 'one grey is no photo');
  });

  it('reads the quality of a JPEG from its first table', async () => {
    const table = (value) =>
      new Blob([new Uint8Array([255, 216, 255, 219, 0, 67, 0, ...Array(64).fill(value)])]);
    assert.equal(await jpegQuality(table(1)), 99);
    assert.equal(await jpegQuality(table(58)), 50);
    assert.equal(await jpegQuality(table(115)), 25);
    assert.equal(await jpegQuality(new Blob(['no JPEG'])), undefined);
  });
});
