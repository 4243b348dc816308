// What is copied from the photo, what the network does, and how the two become one run.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fillParts, runParts } from '../../pkg/dist/page/fill-parts.js';

const [width, height] = [2, 2];
const pixels = (...data) => ({ data: Uint8Array.from(data), width, height });
const mask = pixels(1, 1, 0, 0);
const avoid = pixels(0, 0, 1, 0);
const [narrow, wide] = [Uint8Array.of(1, 0, 0, 0), Uint8Array.of(0, 1, 0, 0)];
const split = { narrow, narrowHoles: 1, wide, wideHoles: 1 };

describe('the parts of a fill', () => {
  const task = { kind: 'fill', mask, avoid };
  const none = new Uint8Array(4);
  test('are one where the mask has holes of one kind', () => {
    const onlyNarrow = { narrow: mask.data, narrowHoles: 2, wide: none, wideHoles: 0 };
    for (const noise of [undefined, 3])
      assert.deepEqual(fillParts(task, onlyNarrow, noise), {
        tasks: [{ kind: 'inpaint', mask }],
        holes: { network: 2, photo: 0 },
      });
    const onlyWide = { narrow: none, narrowHoles: 0, wide: mask.data, wideHoles: 1 };
    const copied = { kind: 'copy', mask, avoid };
    assert.deepEqual(fillParts(task, onlyWide, undefined), {
      tasks: [copied],
      holes: { network: 0, photo: 1 },
    });
    // The noise of the known pixels is the network's.
    assert.deepEqual(fillParts(task, onlyWide, 'auto').tasks, [copied, { kind: 'denoise' }]);
  });
  test('are two in a mixed mask', () => {
    assert.deepEqual(fillParts(task, split, undefined), {
      tasks: [
        { kind: 'copy', mask: { data: wide, width, height }, avoid },
        { kind: 'inpaint', mask: { data: narrow, width, height } },
      ],
      holes: { network: 1, photo: 1 },
    });
  });
});

/** A picture of one level. */
const picture = (level) => new Uint8Array(16).fill(level);

/** Runs the parts of a mixed mask by two runs that are made up. */
async function mixed(noise) {
  const requests = [];
  const [steps, fractions] = [[], []];
  const hooks = {
    credit: 2,
    onStep: ({ stage, fraction, preview }) => steps.push([stage, fraction, ...preview.data]),
    onProgress: ({ fraction }) => fractions.push(fraction),
  };
  const run = async (request, { credit, onStep, onProgress }) => {
    const isCopy = request.task.kind === 'copy';
    requests.push([request.task.kind, request.image.data[0], credit]);
    const level = isCopy ? 10 : 50;
    const half = { tiles: 1, totalTiles: 2, fraction: 0.5, secondsLeft: 1 };
    onProgress(half);
    const preview = () => ({ data: Uint8ClampedArray.from(picture(level)) });
    onStep({ ...half, stage: 'mean', sample: -1, preview: preview() });
    onStep({ ...half, stage: 'sample', sample: 1, preview: preview() });
    return {
      images: { mean: picture(level), deviation: picture(level + 5) },
      samples: [picture(level + 1), picture(level + 2)],
      milliseconds: level,
      memoryBytes: level,
    };
  };
  const request = { image: { ...mask, data: picture(0) }, samples: 2, noise };
  const seconds = async () => 1e-9;
  const parts = fillParts({ kind: 'fill', mask }, split, noise);
  const answer = await runParts(parts, request, hooks, { run, seconds });
  return { answer, requests, steps, fractions };
}

/** A picture of one level with the wide hole's pixel at another. */
const painted = (level, copied) => {
  const data = picture(level);
  data.fill(copied, 4, 8);
  return data;
};

describe('a mixed mask', () => {
  test('is restored with the copies known, and each sample shows its own', async () => {
    const { answer, requests, steps, fractions } = await mixed(undefined);
    assert.deepEqual(requests, [
      ['copy', 0, Infinity],
      ['inpaint', 10, 2],
    ]);
    assert.deepEqual(answer.samples, [painted(51, 11), painted(52, 12)]);
    assert.deepEqual(answer.images, { mean: picture(50), deviation: painted(55, 15) });
    assert.deepEqual([answer.milliseconds, answer.memoryBytes], [60, 50]);
    // Only the network's steps are told, over what is left of the progress.
    assert.deepEqual(
      steps.map(([stage, , ...data]) => [stage, ...data]),
      [
        ['mean', ...picture(50)],
        ['sample', ...painted(50, 12)],
      ],
    );
    assert.ok(fractions[0] > 0.49 && fractions[0] < 0.5 && fractions[1] > 0.99, `${fractions}`);
  });
  test('with noise is restored as a whole', async () => {
    const { answer } = await mixed(3);
    assert.deepEqual(answer.samples, [picture(51), picture(52)]);
    assert.deepEqual(answer.images.deviation, picture(55));
  });
});
