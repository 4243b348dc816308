// What a JPEG file knows beside its pixels: the noise of compression, and the coefficients of all
// that is not edited.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage } from './page-tools.mjs';

describe('JPEG files', () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);

  before(async () => {
    session = await openPackage(false);
    await inPage(async () => {
      window.restorer = await eps.Restorer.load({ device: 'cpu' });
      window.compressed = (image, quality) => eps.toBlob(image, 'image/jpeg', quality);
      /** A photo with grain, which coarse quantisation takes away. */
      window.grainy = () => {
        const image = tools.photo(64);
        const normal = tools.normal(5);
        for (let i = 0; i < image.data.length; i++) if (i % 4 !== 3) image.data[i] += 12 * normal();
        return image;
      };
    });
  });
  after(() => session.close());

  test("a file's noise counts what compression lost", async () => {
    const levels = await inPage(async () => {
      const levels = [];
      for (const quality of [0.2, 0.9]) {
        const file = await compressed(grainy(), quality);
        const pixels = await eps.readPhoto(file);
        levels.push({
          pixels: await restorer.estimateNoise(pixels, eps.denoise()),
          file: await restorer.estimateNoise(file, eps.denoise()),
          lost: await restorer.estimateCompression(file),
          told: await restorer.estimateNoise(pixels, eps.denoise(), { file }),
          run: (await restorer.restore(file, eps.denoise(), { samples: 0 })).noise,
          stated: (await restorer.restore(file, eps.denoise({ noise: 3 }), { samples: 0 })).noise,
          toldRun: (await restorer.restore(pixels, eps.denoise(), { samples: 0, file })).noise,
        });
      }
      return levels;
    });
    for (const [i, { pixels, file, lost, told, run, stated, toldRun }] of levels.entries()) {
      assert.ok(lost > 1 && file > lost, `${file} levels, ${lost} of them lost`);
      // Its pixels alone tell that they were a JPEG.
      assert.ok(Math.abs(pixels / file - 1) < 0.05, `${file} by the file, ${pixels} by its pixels`);
      assert.equal(told, file);
      // At quality 20 so little of the grain is left that the coefficients are the measurement.
      const assumed = [0, file][i];
      assert.deepEqual([run, toldRun], [assumed, assumed]);
      assert.equal(stated, 3);
    }
  });

  test('the result states the grain, over brightness and frequency', async () => {
    const { noise, grain, stated } = await inPage(async () => {
      const side = 192;
      const image = new ImageData(side, side);
      const normal = tools.normal(7);
      for (let i = 0; i < image.data.length; i++) {
        const brightness = 20 + (200 * ((i >> 2) % side)) / side;
        const deviation = brightness < 120 ? 4 : 12;
        image.data[i] = i % 4 === 3 ? 255 : brightness + deviation * normal();
      }
      const { noise, grain } = await restorer.restore(image, eps.denoise(), { samples: 0 });
      const stated = await restorer.restore(image, eps.denoise(8), { samples: 0 });
      return { noise, grain, stated: stated.grain };
    });
    for (const deviations of grain.deviations) {
      assert.equal(deviations.length, 8);
      // A picture as small as this tells it roughly.
      const [dark, light] = [deviations[1], deviations[6]];
      assert.ok(dark > 2 && dark < 6, `${dark} levels in the dark`);
      assert.ok(light > 9 && light < 15, `${light} levels in the light`);
    }
    for (const band of grain.bands.luma) assert.ok(band > 0.5 && band < 2, `${band} of white`);
    assert.equal(grain.bands.chroma.length, 4);
    assert.equal(grain.compression, 0);
    assert.ok(noise > 6 && noise < 12, `${noise} levels on the whole`);
    assert.equal(stated, undefined);
  });

  test('traces of JPEG alone, and a thumbnail enlarged', async () => {
    const { own, large, stated, seconds } = await inPage(async () => {
      const file = await compressed(tools.photo(48), 0.8);
      const pixels = await eps.readPhoto(file);
      const own = await restorer.restore(file, eps.jpeg(), { samples: 0, seed: 1 });
      const { noise, consistency, chiSquare } = own;
      const large = await restorer.restore(file, eps.jpeg({ factor: 2 }), { samples: 0 });
      const told = await restorer.restore(pixels, eps.jpeg({ noise: 20 }), { samples: 0, file });
      const { seconds } = await restorer.estimate(file, eps.jpeg());
      return {
        own: { noise, consistency, chiSquare, same: String(own.mean.data) === String(pixels.data) },
        large: [large.width, large.height],
        stated: told.noise,
        seconds,
      };
    });
    // The coefficients are the measurement, and their rounding is all the noise.
    assert.equal(own.noise, 0);
    assert.ok(own.consistency > 0.9 && own.consistency <= 1, `${own.consistency} came back`);
    assert.ok(own.chiSquare > 0.1 && own.chiSquare < 1.1, `chi² ${own.chiSquare}`);
    assert.ok(!own.same, 'nothing was restored');
    assert.deepEqual(large, [96, 96]);
    assert.equal(stated, 20);
    assert.ok(seconds > 0);
  });

  test('the task jpeg needs the file', async () => {
    const codes = await inPage(async () => {
      const code = (promise) =>
        promise.then(
          () => 'accepted',
          (error) => error.code,
        );
      return [
        await code(restorer.restore(tools.photo(48), eps.jpeg())),
        await code(restorer.restore(await eps.toBlob(tools.photo(48)), eps.jpeg())),
        await code(restorer.estimate({ width: 48, height: 48 }, eps.jpeg())),
      ];
    });
    assert.deepEqual(codes, Array(3).fill('invalid-image'));
  });

  test('other files tell no noise of their own', async () => {
    const [png, pixels] = await inPage(async () => {
      const file = await eps.toBlob(grainy());
      return [
        await restorer.estimateNoise(file, eps.denoise()),
        await restorer.estimateNoise(grainy(), eps.denoise()),
      ];
    });
    assert.equal(png, pixels);
  });

  test('an edited photo keeps what was not edited', async () => {
    const changes = await inPage(async () => {
      const original = await compressed(grainy(), 0.8);
      const before = await eps.readPhoto(original);
      const edited = new ImageData(new Uint8ClampedArray(before.data), 64, 64);
      for (let y = 18; y < 22; y++)
        for (let x = 19; x < 24; x++) edited.data.set([255, 0, 0, 255], 4 * (64 * y + x));
      const saved = await restorer.editJpeg(original, edited);
      const again = await restorer.editJpeg(original, edited, before);
      const decoded = await eps.readPhoto(saved);
      const far = [];
      for (let i = 0; i < decoded.data.length; i++) {
        const [x, y] = [(i >> 2) % 64, (i >> 2) >> 6];
        // The block of chroma that was painted, and its interpolation into the next ones.
        const near = x >= 14 && x < 34 && y >= 14 && y < 34;
        if (!near && decoded.data[i] !== before.data[i]) far.push(i);
      }
      const red = 4 * (64 * 20 + 21);
      return {
        type: saved.type,
        same: (await saved.arrayBuffer()).byteLength === (await again.arrayBuffer()).byteLength,
        far: far.length,
        painted: [...decoded.data.slice(red, red + 3)],
      };
    });
    assert.equal(changes.type, 'image/jpeg');
    assert.ok(changes.same);
    assert.equal(changes.far, 0, 'pixels beside the edit changed');
    const [red, green] = changes.painted;
    assert.ok(red > 150 && green < 90, `painted red came back as ${changes.painted}`);
  });

  test('what is no JPEG, or another photo, is refused', async () => {
    const codes = await inPage(async () => {
      const code = (promise) =>
        promise.then(
          () => 'accepted',
          (error) => error.code,
        );
      const file = await compressed(grainy(), 0.8);
      return [
        await code(restorer.editJpeg(await eps.toBlob(grainy()), grainy())),
        await code(restorer.editJpeg(file, tools.photo(32))),
        await code(restorer.editJpeg('photo.jpg', grainy())),
        await code(restorer.restore(grainy(), eps.denoise(), { file: 'photo.jpg' })),
      ];
    });
    const [png, size, name, option] = codes;
    assert.deepEqual([png, size, option], ['invalid-image', 'invalid-image', 'invalid-option']);
    assert.ok(['invalid-image', 'undecodable-image'].includes(name), name);
  });
});
