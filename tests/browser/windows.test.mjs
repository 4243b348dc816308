// Photos that do not fit into the memory of a restorer: restored in windows, against the whole.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './harness.mjs';
import { openPackage, serveEdited } from './page-tools.mjs';
import { withOrientation } from './picture-files.mjs';

/** Whether 48 megapixels are restored too: ten minutes. */
const LONG = process.env.EPS_WINDOWS_LONG === '1';
const SKIP = LONG ? false : 'ten minutes: npm run test:long';
const TABLE = join(ROOT, 'docs/large-photos.json');
const PROCESSOR = `${cpus().length} cores, ${cpus()[0].model.trim()}`;
/** Windows of about 560 × 560 pixels. */
const LIMIT = 50e6;

let session;
const inPage = (work, argument) => session.page.evaluate(work, argument);

before(async () => {
  session = await openPackage(false);
  await inPage(async (memoryLimit) => {
    window.whole = await eps.Restorer.load({ device: 'cpu', workers: 1 });
    window.parts = await eps.Restorer.load({ device: 'cpu', workers: 1, memoryLimit });
    window.noisy = (width, height, deviation, alpha) => {
      const photo = tools.photo(width, height, alpha);
      const normal = tools.normal(5);
      photo.data.forEach((value, i) => i % 4 < 3 && (photo.data[i] = value + deviation * normal()));
      return photo;
    };
    /**
     * Of the colours of `part` against `image` from a corner on, in dB. Without the outermost 8
     * pixels: beyond a photo's edge lies its opposite edge, and beyond a window's that window's.
     */
    window.psnr = (image, part, left = 0, top = 0) => {
      let [sum, count] = [0, 0];
      for (let y = 8; y < part.height - 8; y++)
        for (let x = 8; x < part.width - 8; x++)
          for (let channel = 0; channel < 3; channel++, count++) {
            const at = 4 * ((top + y) * image.width + left + x) + channel;
            sum += (image.data[at] - part.data[4 * (y * part.width + x) + channel]) ** 2;
          }
      return 10 * Math.log10((255 ** 2 * count) / sum);
    };
    window.cropped = (image, left, top) => {
      const part = new ImageData(image.width - left, image.height - top);
      for (let y = 0; y < part.height; y++) {
        const from = 4 * ((top + y) * image.width + left);
        part.data.set(image.data.subarray(from, from + 4 * part.width), 4 * y * part.width);
      }
      return part;
    };
    /**
     * How far the mean of the whole depends on where its tiles lie: against the mean of the photo
     * without its first columns and rows, in dB. Windows have other tiles than the whole.
     */
    window.psnrOfTiles = async (mean, photo, task, factor) => {
      const [left, top] = [40, 24];
      const shifted = await whole.restore(cropped(photo, left, top), task, { samples: 0, seed: 2 });
      return psnr(mean, shifted.mean, factor * left, factor * top);
    };
  }, LIMIT);
});
after(() => session.close());

describe('in windows', () => {
  test('a photo is denoised as the whole is, with the noise of the whole', async () => {
    const found = await inPage(async () => {
      const photo = noisy(1000, 400, 9, (x) => (x < 500 ? 255 : 90));
      const options = { samples: 0, seed: 2 };
      const { windows } = await parts.estimate(photo, eps.denoise(), options);
      const fractions = [];
      const onProgress = ({ fraction }) => fractions.push(fraction);
      const inWindows = await parts.restore(photo, eps.denoise(), { ...options, onProgress });
      const level = await whole.estimateNoise(photo, eps.denoise());
      const task = eps.denoise({ noise: level });
      const asWhole = await whole.restore(photo, task, options);
      const alphas = (image) => [4 * 100 + 3, 4 * 900 + 3].map((i) => image.data[i]);
      return {
        windows,
        fractions,
        noise: [inWindows.noise, level],
        mean: psnr(asWhole.mean, inWindows.mean),
        tiles: await psnrOfTiles(asWhole.mean, photo, task, 1),
        estimate: psnr(asWhole.estimate, inWindows.estimate),
        size: [inWindows.width, inWindows.height, inWindows.mean.width, inWindows.mean.height],
        alphas: alphas(inWindows.mean),
        memory: [inWindows.memoryBytes, asWhole.memoryBytes],
      };
    });
    console.log(JSON.stringify({ ...found, fractions: found.fractions.length }));
    assert.ok(found.windows > 1);
    assert.equal(found.noise[0], found.noise[1]);
    assert.ok(found.mean > found.tiles - 2, `${found.mean} and ${found.tiles} dB`);
    assert.ok(found.estimate > 70, `${found.estimate} dB`);
    assert.deepEqual(found.size, [1000, 400, 1000, 400]);
    assert.deepEqual(found.alphas, [255, 90]);
    assert.ok(found.memory[0] < found.memory[1]);
    assert.equal(found.fractions.at(-1), 1);
    assert.ok(found.fractions.every((fraction, i) => i === 0 || fraction > found.fractions[i - 1]));
  });

  test('a photo is enlarged as the whole is, with samples and their deviation', async () => {
    const found = await inPage(async () => {
      const photo = noisy(500, 200, 0);
      const task = eps.superResolve(2);
      const options = { samples: 2, seed: 2, sampler: 'draft' };
      const steps = [];
      const onStep = ({ step, totalSteps, preview, stage }) =>
        steps.push([step, totalSteps, stage, preview.width, preview.height]);
      const inWindows = await parts.restore(photo, task, { ...options, onStep });
      const asWhole = await whole.restore(photo, task, options);
      const average = (image) => {
        const colours = image.data.filter((_, i) => i % 4 < 3);
        return colours.reduce((sum, value) => sum + value, 0) / colours.length;
      };
      return {
        steps,
        mean: psnr(asWhole.mean, inWindows.mean),
        tiles: await psnrOfTiles(asWhole.mean, photo, task, 2),
        estimate: psnr(asWhole.estimate, inWindows.estimate),
        samples: inWindows.samples.map(({ width, height }) => [width, height]),
        spread: [inWindows, asWhole].map(({ deviation }) => average(deviation)),
        equal: tools.difference(inWindows.samples[0], inWindows.samples[1]),
      };
    });
    console.log(JSON.stringify(found));
    assert.ok(found.steps.length > 1);
    assert.deepEqual(
      found.steps,
      found.steps.map((_, i) => [i + 1, found.steps.length, 'mean', 1000, 400]),
    );
    assert.ok(found.mean > found.tiles - 3, `${found.mean} and ${found.tiles} dB`);
    assert.ok(found.estimate > 60, `${found.estimate} dB`);
    assert.deepEqual(found.samples, [
      [1000, 400],
      [1000, 400],
    ]);
    assert.ok(found.equal > 0);
    const [inWindows, asWhole] = found.spread;
    assert.ok(Math.abs(inWindows / asWhole - 1) < 0.1, `${inWindows} and ${asWhole}`);
  });

  test('a JPEG on its side is restored by its own coefficients, as the whole is', async () => {
    const stored = await inPage(async () => {
      const file = await eps.toBlob(noisy(400, 1000, 0), 'image/jpeg', 0.7);
      return [...new Uint8Array(await file.arrayBuffer())];
    });
    const bytes = [...withOrientation(Buffer.from(stored), 6)];
    for (const [name, factor] of [
      ['denoise', 1],
      ['superResolve', 2],
    ]) {
      const found = await inPage(
        async ([bytes, name, factor]) => {
          const file = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
          const task = name === 'denoise' ? eps.denoise() : eps.superResolve(factor);
          const own = name === 'denoise' ? eps.jpeg() : eps.jpeg({ factor });
          const options = { samples: 0, seed: 2 };
          const { windows } = await parts.estimate(file, task, options);
          const pixels = await eps.readPhoto(file);
          const run = async (restorer, photo, task) =>
            (await restorer.restore(photo, task, options)).mean;
          const { mean: asWhole, consistency } = await whole.restore(file, task, options);
          const inWindows = await parts.restore(file, task, options);
          const decoded = factor === 1 ? pixels : await run(whole, pixels, task);
          return {
            windows,
            size: [asWhole.width, asWhole.height],
            mean: psnr(asWhole, inWindows.mean),
            consistency: [consistency, inWindows.consistency],
            stated: psnr(await run(whole, file, own), await run(parts, file, own)),
            decoded: psnr(asWhole, decoded),
          };
        },
        [bytes, name, factor],
      );
      console.log(JSON.stringify({ name, ...found }));
      assert.ok(found.windows > 1);
      assert.deepEqual(found.size, [factor * 1000, factor * 400]);
      const [asWhole, inWindows] = found.consistency;
      if (factor > 1) assert.deepEqual([asWhole, inWindows], [undefined, undefined]);
      else assert.ok(Math.abs(asWhole - inWindows) < 0.01, `${found.consistency} came back`);
      assert.ok(found.mean > 50, `${found.mean} dB`);
      assert.ok(found.stated > 50, `${found.stated} dB`);
      assert.ok(found.mean > found.decoded + 3, `${found.decoded} dB by pixels`);
    }
  });

  test('a grey photo has the colours of the whole, with its hints', async () => {
    const found = await inPage(async () => {
      const photo = noisy(601, 402, 0);
      for (let i = 0; i < photo.data.length; i += 4) photo.data.fill(photo.data[i], i, i + 3);
      const hints = new ImageData(601, 402);
      for (let y = 300; y < 340; y++)
        for (let x = 40; x < 80; x++) hints.data.set([30, 90, 220, 255], 4 * (y * 601 + x));
      const task = eps.colorize({ hints: { colours: hints } });
      const options = { samples: 1, sampler: 'draft', seed: 2 };
      const { windows } = await parts.estimate(photo, task, options);
      const fractions = [];
      const onProgress = ({ fraction }) => fractions.push(fraction);
      const inWindows = await parts.restore(photo, task, { ...options, onProgress });
      const asWhole = await whole.restore(photo, task, { ...options, samples: 0 });
      const chroma = ({ data }) => {
        let sum = 0;
        for (let i = 0; i < data.length; i += 4) sum += Math.abs(data[i] - data[i + 2]);
        return sum / (data.length / 4);
      };
      const blue = ({ data }) => {
        const at = 4 * (320 * 601 + 60);
        return data[at + 2] - data[at];
      };
      return {
        windows,
        fractions,
        mean: psnr(asWhole.mean, inWindows.mean),
        chroma: [inWindows.mean, inWindows.samples[0], asWhole.mean].map(chroma),
        blue: [inWindows.mean, inWindows.samples[0]].map(blue),
      };
    });
    console.log(JSON.stringify({ ...found, fractions: found.fractions.length }));
    assert.ok(found.windows > 1);
    assert.ok(found.fractions.every((fraction, i) => i === 0 || fraction > found.fractions[i - 1]));
    assert.equal(found.fractions.at(-1), 1);
    assert.ok(found.mean > 45, `${found.mean} dB`);
    const [mean, , whole] = found.chroma;
    assert.ok(Math.abs(mean / whole - 1) < 0.1, `${found.chroma}`);
    assert.ok(
      found.blue.every((difference) => difference > 30),
      `${found.blue}`,
    );
  });

  test('a mosaic keeps its colours in their places', async () => {
    const found = await inPage(async () => {
      const photo = noisy(801, 402, 0);
      const task = eps.demosaic('grbg');
      const options = { samples: 0, seed: 2 };
      const { windows } = await parts.estimate(photo, task, options);
      const inWindows = await parts.restore(photo, task, options);
      const asWhole = await whole.restore(photo, task, options);
      const mean = psnr(asWhole.mean, inWindows.mean);
      return { windows, mean, tiles: await psnrOfTiles(asWhole.mean, photo, task, 1) };
    });
    console.log(JSON.stringify(found));
    assert.ok(found.windows > 1);
    assert.ok(found.mean > found.tiles - 3, `${found.mean} and ${found.tiles} dB`);
  });

  test('an abort ends the run, and the restorer stays usable', async () => {
    const found = await inPage(async () => {
      const stop = new AbortController();
      const photo = noisy(1000, 400, 9);
      const options = { samples: 0, signal: stop.signal };
      const onProgress = ({ fraction }) => fraction > 0.5 && stop.abort();
      const failure = await tools.failure(() =>
        parts.restore(photo, eps.denoise(), { ...options, onProgress }),
      );
      const { mean } = await parts.restore(tools.photo(32), eps.denoise(), { samples: 0 });
      return [failure.code, mean.width];
    });
    assert.deepEqual(found, ['aborted', 32]);
  });

  test('a stream waits for its reader between windows', async () => {
    const found = await inPage(async () => {
      const photo = noisy(5000, 64, 9);
      const stream = parts.stream(photo, eps.denoise({ noise: 9 }), { samples: 0 });
      let tiles = 0;
      const first = await stream.next();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const seen = [first.value.step];
      for await (const step of stream) {
        seen.push(step.step);
        ({ tiles } = step);
      }
      return { seen, total: first.value.totalSteps, tiles, all: first.value.totalTiles };
    });
    assert.ok(found.total > 1);
    assert.deepEqual(
      found.seen,
      Array.from({ length: found.total }, (_, i) => i + 1),
    );
    assert.equal(found.tiles, found.all);
  });

  test('what cannot be divided is refused, with what would be possible', async () => {
    const { code, message } = await inPage(() =>
      tools.failure(() =>
        parts.restore(noisy(1000, 400, 0), eps.deblur(eps.gaussianKernel(2)), { samples: 0 }),
      ),
    );
    assert.equal(code, 'image-too-large');
    assert.match(message, /memoryLimit/);
  });
});

/** The least that WebGPU promises: 128 MiB. */
test('a GPU with small buffers restores in windows what they do not hold', async () => {
  const gpu = await openPackage(true);
  const limit = `for (const name of ['maxBufferSize', 'maxStorageBufferBindingSize'])
    Object.defineProperty(GPUSupportedLimits.prototype, name, { get: () => 2 ** 27 });`;
  serveEdited(gpu, '/pkg/dist/worker/core.js', /^/, limit);
  try {
    const found = await gpu.page.evaluate(async () => {
      const restorer = await eps.Restorer.load({ device: 'webgpu' });
      const windowsOf = async (width) => {
        const size = { width, height: 2000 };
        return (await restorer.estimate(size, eps.denoise(10))).windows;
      };
      const windows = [await windowsOf(2000), await windowsOf(5000)];
      // Of what is restored, the first tile is enough.
      const stop = new AbortController();
      let progress;
      const failure = await tools.failure(() =>
        restorer.restore(new ImageData(5000, 2000), eps.denoise(10), {
          samples: 0,
          signal: stop.signal,
          onProgress: (part) => {
            if (part.tiles < 1) return;
            progress = part;
            stop.abort();
          },
        }),
      );
      return { windows, code: failure.code, progress };
    });
    console.log(JSON.stringify(found));
    assert.equal(found.windows[0], 1);
    assert.ok(found.windows[1] > 4);
    assert.equal(found.code, 'aborted');
    assert.ok(found.progress.totalTiles > 200);
  } finally {
    await gpu.close();
  }
});

test('48 megapixels take 1.5 GB, and for each no longer than 1', { skip: SKIP }, async () => {
  const found = await inPage(async () => {
    const restorer = await eps.Restorer.load({ device: 'cpu' });
    const enlarged = async (width, height) => {
      const photo = tools.photo(width, height);
      const options = { samples: 0, seed: 1 };
      const { windows } = await restorer.estimate(photo, eps.superResolve(2), options);
      const result = await restorer.restore(photo, eps.superResolve(2), options);
      const megapixels = (result.width * result.height) / 1e6;
      const seconds = result.milliseconds / 1000;
      const { memoryBytes } = result;
      return { megapixels, windows, seconds, secondsEach: seconds / megapixels, memoryBytes };
    };
    await enlarged(256, 256);
    const small = await enlarged(512, 512);
    return { small, large: await enlarged(4000, 3000) };
  });
  const { small, large } = found;
  tabulate({ enlarged: { what: 'superResolve(2), the mean', small, large } });
  assert.deepEqual([small.windows, large.megapixels], [1, 48]);
  assert.ok(large.memoryBytes < 1.5e9, `${large.memoryBytes} bytes`);
  assert.ok(large.secondsEach < 1.15 * small.secondsEach, JSON.stringify(found));
});

test('12 megapixels take 90 s, and a JPEG of 24 takes 1.5 GB', { skip: SKIP }, async () => {
  const found = await inPage(async () => {
    const restored = async (photo, task) => {
      // Of its own: WebAssembly's memory only grows.
      const restorer = await eps.Restorer.load({ device: 'cpu' });
      const { windows } = await restorer.estimate(photo, task, { samples: 0 });
      const result = await restorer.restore(photo, task, { samples: 0, seed: 1 });
      restorer.dispose();
      const { width, height, milliseconds, memoryBytes, consistency } = result;
      const megapixels = (width * height) / 1e6;
      return { megapixels, windows, seconds: milliseconds / 1000, memoryBytes, consistency };
    };
    const denoised = await restored(tools.photo(4000, 3000), eps.denoise(10));
    const file = await eps.toBlob(tools.photo(6000, 4000), 'image/jpeg', 0.8);
    return { denoised, jpeg: await restored(file, eps.denoise()) };
  });
  tabulate({
    denoised: { what: 'denoise(10), the mean', ...found.denoised },
    jpeg: { what: 'denoise() of a JPEG of quality 80, the mean', ...found.jpeg },
  });
  assert.ok(found.denoised.seconds < 90, JSON.stringify(found));
  assert.ok(found.jpeg.windows > 1 && found.jpeg.consistency > 0.9, JSON.stringify(found));
  assert.ok(found.jpeg.memoryBytes < 1.5e9, `${found.jpeg.memoryBytes} bytes`);
});

/** Adds what was measured to the committed table. */
function tabulate(parts) {
  const table = JSON.parse(readFileSync(TABLE, 'utf8'));
  for (const [name, part] of Object.entries(parts))
    table[name] = { what: part.what, device: 'cpu', processor: PROCESSOR, ...part };
  writeFileSync(TABLE, `${JSON.stringify(table, undefined, 2)}\n`);
}
