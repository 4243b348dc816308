// Large photos and many of them, on the CPU: they are restored within the memory that was told
// before, what was not asked for stays as it is, and memory does not grow with the number of
// photos. A software adapter would take minutes for the same.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage } from './page-tools.mjs';

/** Code and weights of a loaded restorer. */
const LOADED = 100e6;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const report = ({ memoryBytes, bytes, tiles, milliseconds }) =>
  `${megabytes(memoryBytes)} held, ${megabytes(bytes)} estimated beside the loaded restorer, ` +
  `${tiles} tiles, ${(milliseconds / 1000).toFixed(1)} s`;

describe('large photos', () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await inPage(async () => void (window.restorer = await eps.Restorer.load({ device: 'cpu' })));
  });
  after(() => session.close());

  // The smaller first: the core's memory never shrinks.
  test('forty photos of changing sizes take no more memory than the first five', async () => {
    const memory = await inPage(async () => {
      const memory = [];
      for (let i = 0; i < 40; i++) {
        const [width, height] =
          i === 2 ? [300, 200] : [24 + ((i * 37) % 120), 24 + ((i * 53) % 90)];
        const photo = tools.photo(width, height);
        const tasks = [
          eps.denoise(20),
          eps.deblur(eps.gaussianKernel(1.5)),
          eps.inpaint(tools.mask(width, height, 5, 5, 9, 9)),
          eps.colorize(),
        ];
        const { mean, memoryBytes } = await restorer.restore(photo, tasks[i % 4], { samples: 0 });
        if (mean.width !== width || mean.height !== height)
          throw new Error(`${mean.width} × ${mean.height}`);
        memory.push(memoryBytes);
      }
      return memory;
    });
    console.log(
      `after the fifth ${megabytes(memory[4])}, after the last ${megabytes(memory.at(-1))}`,
    );
    assert.ok(memory.at(-1) <= 1.1 * memory[4]);
  });

  test('1024 × 768 pixels are denoised within the memory that was told', async () => {
    const seen = await inPage(async () => {
      const call = [tools.photo(1024, 768), eps.denoise(25), { samples: 0 }];
      const { bytes, tiles } = await restorer.estimate(...call);
      const { mean, memoryBytes, milliseconds } = await restorer.restore(...call);
      return { size: [mean.width, mean.height], bytes, tiles, memoryBytes, milliseconds };
    });
    console.log(`1024 × 768: ${report(seen)}`);
    assert.deepEqual(seen.size, [1024, 768]);
    assert.ok(seen.memoryBytes < LOADED + seen.bytes);
  });

  test('more pixels than any browser shows are refused before they are counted', async () => {
    const codes = await inPage(() => {
      const code = (width, height) =>
        restorer.estimate({ width, height }, eps.denoise(20), tools.quick).then(
          () => 'answered',
          (error) => error.code,
        );
      return Promise.all([code(1e7, 1e7), code(65536, 65536), code(16384, 16384)]);
    });
    assert.deepEqual(codes, ['image-too-large', 'image-too-large', 'answered']);
  });

  test('a scratch on 12 megapixels is filled, and every other pixel is the photo’s', async () => {
    const seen = await inPage(async () => {
      const photo = tools.photo(4000, 3000);
      const data = new Uint8Array(4000 * 3000);
      for (let i = 0; i < 200; i++)
        for (let w = 0; w < 6; w++)
          data[(1500 + i) * 4000 + 2100 + ((i + w) % 200)] = data[
            (1500 + i) * 4000 + 2300 - i - w
          ] = 1;
      const task = eps.inpaint({ data, width: 4000, height: 3000 });
      const { bytes, tiles } = await restorer.estimate(
        { width: 4000, height: 3000 },
        task,
        tools.quick,
      );
      const {
        samples: [sample],
        memoryBytes,
        milliseconds,
      } = await restorer.restore(photo, task, tools.quick);
      let [touched, filled] = [0, 0];
      const [before, after] = [photo, sample].map((image) => new Uint32Array(image.data.buffer));
      for (let i = 0; i < data.length; i++)
        if (before[i] !== after[i]) data[i] ? filled++ : touched++;
      return {
        bytes,
        tiles,
        memoryBytes,
        milliseconds,
        touched,
        filled,
        missing: data.reduce((sum, value) => sum + value, 0),
      };
    });
    console.log(`12 MP: ${report(seen)}`);
    assert.equal(seen.touched, 0);
    assert.ok(
      seen.filled > 0.9 * seen.missing,
      `${seen.filled} of ${seen.missing} missing pixels differ from what was there`,
    );
    assert.ok(seen.tiles <= 4);
    assert.ok(seen.memoryBytes < LOADED + seen.bytes);
  });
});
