// The browser's result is the native command's: the same photo, task and seed, within 2 of 255, on
// WebGPU and on the CPU.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { CARGO_TARGET_DIR } from '../../scripts/lib/paths.mjs';
import { decodePng, encodePng } from './harness.mjs';
import { openPackage } from './page-tools.mjs';

const SIDE = 48;
const SEED = 5;
const TASKS = {
  inpaint: { native: ['--task', 'inpaint', '--mask', 'mask.png'] },
  deblur: { native: ['--task', 'deblur', '--sigma', '1.5', '--borders', 'circular'] },
  'deblur with unknown borders': { native: ['--task', 'deblur', '--sigma', '1.5'] },
};

describe('the native command and the browser agree', () => {
  let folder;
  let photo;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'eps-restore-native-'));
    const pixel = (i) => {
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      return [120 + 60 * Math.sin(x / 4), 110 + 50 * Math.cos(y / 6), x > y ? 170 : 80, 255];
    };
    const picture = (pixel) =>
      Uint8Array.from(Array.from({ length: SIDE * SIDE }, (_, i) => pixel(i)).flat());
    photo = picture(pixel);
    const mask = picture((i) => (missing(i) ? [255, 255, 255, 255] : [0, 0, 0, 255]));
    await writeFile(
      join(folder, 'photo.png'),
      encodePng({ data: photo, width: SIDE, height: SIDE }),
    );
    await writeFile(join(folder, 'mask.png'), encodePng({ data: mask, width: SIDE, height: SIDE }));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('a photo that does not show its blur stays as it is', async () => {
    const { data } = await restoreNatively(folder, ['--task', 'deblur', '--kernel', 'auto']);
    assert.deepEqual(Uint8Array.from(data), photo);
  });

  for (const device of ['webgpu', 'cpu']) {
    for (const [name, { native }] of Object.entries(TASKS)) {
      test(`${name} on ${device}`, { timeout: 600_000 }, async () => {
        const wanted = await restoreNatively(folder, native);
        const session = await openPackage(device === 'webgpu');
        try {
          const got = await session.page.evaluate(restoreInPage, {
            name,
            device,
            photo: [...photo],
            side: SIDE,
            seed: SEED,
          });
          // What iterates runs on the CPU.
          assert.equal(got.device, name.includes('unknown') ? 'cpu' : device);
          const furthest = wanted.data.reduce(
            (most, value, i) => Math.max(most, Math.abs(value - got.data[i])),
            0,
          );
          assert.ok(furthest <= 2, `the largest difference is ${furthest} of 255`);
          const changed = wanted.data.filter((value, i) => value !== photo[i]).length;
          assert.ok(changed > 100, 'the command restored something');
        } finally {
          await session.close();
        }
      });
    }
  }
});

/** A hole of 12 by 9 pixels. */
function missing(i) {
  const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
  return x >= 18 && x < 30 && y >= 20 && y < 29;
}

async function restoreNatively(folder, task) {
  const program = join(CARGO_TARGET_DIR, 'release', 'examples', 'restore');
  await promisify(execFile)(
    program,
    ['photo.png', ...task, '--seed', String(SEED), '-o', 'out.png'],
    { cwd: folder },
  );
  return decodePng(await readFile(join(folder, 'out.png')));
}

/** In the page, with the command's weights. */
async function restoreInPage({ name, device, photo, side, seed }) {
  const image = new ImageData(Uint8ClampedArray.from(photo), side, side);
  const mask = { data: new Uint8Array(side * side), width: side, height: side };
  for (let y = 20; y < 29; y++) mask.data.fill(1, y * side + 18, y * side + 30);
  const tasks = {
    inpaint: eps.inpaint(mask),
    deblur: eps.deblur(eps.gaussianKernel(1.5), { borders: 'circular' }),
    'deblur with unknown borders': eps.deblur(eps.gaussianKernel(1.5)),
  };
  const task = tasks[name];
  const restorer = await eps.Restorer.load({ device, modelUrl: '/models/photo-v2.safetensors' });
  const result = await restorer.restore(image, task, { samples: 1, seed });
  restorer.dispose();
  return { data: [...result.samples[0].data], device: result.device.kind };
}
