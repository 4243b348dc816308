// The package in Node: the same core, without workers and pictures of a browser.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Restorer, denoise, inpaint } from '../../pkg/dist/node.js';
import { eps } from './assertions.mjs';

/** A photo of smooth colours. */
const photo = (width, height) => {
  const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : 128 + 60 * Math.sin(i / 90),
  );
  return { data, width, height };
};
const mask = (width, height) => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => Number(i % 7 === 0)),
  width,
  height,
});

let restorer;
before(async () => {
  restorer = await Restorer.load();
});

test('a photo is restored, step by step, to pictures that are plain objects', async () => {
  const stages = [];
  const onStep = ({ stage, preview }) => stages.push(`${stage} ${preview.data.length}`);
  const task = inpaint(mask(24, 16));
  const settings = { samples: 2, seed: 1, sampler: { points: 2 }, onStep };
  const result = await restorer.restore(photo(24, 16), task, settings);
  assert.deepEqual(stages.slice(0, 3), ['estimate 1536', 'mean 1536', 'sample 1536']);
  assert.equal(result.samples.length, 2);
  assert.deepEqual(result.device, { kind: 'cpu', adapter: '' });
  const known = result.mean.data.filter((_, i) => Math.floor(i / 4) % 7 !== 0);
  assert.deepEqual(
    known,
    photo(24, 16).data.filter((_, i) => Math.floor(i / 4) % 7 !== 0),
  );
});

test('a mixed mask is filled from the photo and by the network', async () => {
  const [width, height] = [64, 56];
  const data = new Uint8Array(width * height);
  for (let y = 6; y < 30; y++) data.fill(1, y * width + 8, y * width + 32);
  data.fill(1, 46 * width + 4, 46 * width + 60);
  const fractions = [];
  const onProgress = ({ fraction }) => fractions.push(fraction);
  const task = inpaint({ data, width, height });
  const { fill, evaluations, mean } = await restorer.restore(photo(width, height), task, {
    samples: 0,
    seed: 1,
    onProgress,
  });
  assert.deepEqual(fill, { network: 1, photo: 1 });
  assert.equal(evaluations, 1);
  assert.ok(fractions.length > 1 && fractions.at(-1) === 1);
  assert.ok(fractions.every((value, i) => i === 0 || value >= fractions[i - 1]));
  const isKnown = (_, i) => data[i >> 2] === 0;
  assert.deepEqual(mean.data.filter(isKnown), photo(width, height).data.filter(isKnown));
});

test('calls are aborted, refused, and made to wait', async () => {
  const call = (options, size = 32) =>
    restorer.restore(photo(size, size), denoise(20), { samples: 0, ...options });
  const stop = new AbortController();
  const onStep = ({ stage }) => stage === 'mean' && stop.abort();
  await assert.rejects(call({ samples: 16, signal: stop.signal, onStep }), eps('aborted'));
  const first = call();
  await assert.rejects(call(), eps('busy'));
  assert.equal((await call({ whenBusy: 'wait' }, 16)).width, 16);
  assert.equal((await first).width, 32);
  const thrown = new RangeError('from the program');
  const throwing = () => {
    throw thrown;
  };
  await assert.rejects(call({ onStep: throwing }), thrown);
  await assert.rejects(call({ smaples: 2 }), eps('invalid-option'));
  await assert.rejects(restorer.restore('photo', denoise(20)), eps('download-failed'));
  assert.equal((await call()).width, 32);
});

test('what cannot be loaded says so, and a restorer can be disposed of', async () => {
  await assert.rejects(Restorer.load({ model: 'photo-v2' }), eps('invalid-option', /model/));
  await assert.rejects(Restorer.load({ model: new Uint8Array(9) }), eps('invalid-weights'));
  const other = await Restorer.load();
  other[Symbol.dispose ?? 'dispose']();
  await assert.rejects(other.restore(photo(8, 8), denoise(20)), eps('disposed'));
  assert.equal((await restorer.restore(photo(8, 8), denoise(20), { samples: 0 })).width, 8);
});
