// Photos as people have them: files turned by EXIF, with alpha, 16 bits, several frames, cut short;
// and noise that nobody has stated. A mask that paints nothing gives back the photo as the package
// has read it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodePng } from './harness.mjs';
import { openPackage } from './page-tools.mjs';
import {
  CMYK_WHITE,
  SIGNATURE,
  chunk,
  four,
  header,
  packed,
  png,
  withOrientation,
} from './picture-files.mjs';

const [WIDTH, HEIGHT] = [24, 20];

describe('files', () => {
  let session;
  const inPage = (work, argument) => session.page.evaluate(work, argument);
  /** What the package makes of a file: { width, height, data }, or its error. */
  const read = (bytes, type = '') =>
    inPage(
      async ([bytes, type]) => {
        try {
          const file = new File([Uint8Array.from(bytes)], 'photo', { type });
          const { width, height } = await createImageBitmap(file);
          const { mean } = await restorer.restore(
            file,
            eps.inpaint(tools.mask(width, height, 0, 0, 0, 0)),
            { samples: 0 },
          );
          return { width: mean.width, height: mean.height, data: [...mean.data] };
        } catch (error) {
          // The file's own error: a mask of its size cannot be made where it cannot be decoded.
          return tools.failure(() =>
            restorer.restore(
              new File([Uint8Array.from(bytes)], 'photo', { type }),
              eps.denoise(20),
              tools.quick,
            ),
          );
        }
      },
      [[...bytes], type],
    );
  /** A file of the tools' photo, as the browser writes it. */
  const written = (type) =>
    inPage(
      async ([type, width, height]) => {
        const canvas = new OffscreenCanvas(width, height);
        canvas.getContext('2d').putImageData(tools.photo(width, height), 0, 0);
        return [
          ...new Uint8Array(
            await (await canvas.convertToBlob({ type, quality: 0.95 })).arrayBuffer(),
          ),
        ];
      },
      [type, WIDTH, HEIGHT],
    ).then((bytes) => Buffer.from(bytes));

  before(async () => {
    session = await openPackage(false);
    await inPage(async () => {
      window.restorer = await eps.Restorer.load({ device: 'cpu' });
    });
  });
  after(() => session.close());

  test('are turned as their EXIF orientation says', async () => {
    const jpeg = await written('image/jpeg');
    const upright = await read(jpeg);
    for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const turned = await read(withOrientation(jpeg, orientation));
      assert.deepEqual(
        [turned.width, turned.height],
        orientation < 5 ? [WIDTH, HEIGHT] : [HEIGHT, WIDTH],
        `orientation ${orientation}`,
      );
      for (const [x, y] of [
        [0, 0],
        [5, 2],
        [WIDTH - 1, HEIGHT - 1],
      ]) {
        const [tx, ty] = TURNS[orientation](x, y);
        assert.deepEqual(
          pixel(turned, tx, ty),
          pixel(upright, x, y),
          `orientation ${orientation}, (${x}, ${y})`,
        );
      }
    }
  });

  test('keep alpha, and the exact colours of half-transparent pixels', async () => {
    const data = Buffer.from(
      Array.from({ length: 4 * WIDTH * HEIGHT }, (_, i) =>
        i % 4 === 3 ? 24 + ((7 * i) % 232) : (i * i + 31 * i) % 256,
      ),
    );
    const found = await read(encodePng({ width: WIDTH, height: HEIGHT, data }), 'image/png');
    assert.deepEqual(found.data, [...data]);
  });

  test('of 16 bits give their upper 8', async () => {
    const levels = [0, 0x1234, 0x80ff, 0xffff];
    const found = await read(
      png({ bits: 16, width: 4, height: 1, rows: [levels.flatMap((v) => [v >> 8, v & 255])] }),
    );
    levels.forEach((level, i) =>
      assert.ok(
        Math.abs(pixel(found, i, 0)[0] - level / 257) <= 0.51,
        `${level}: ${pixel(found, i, 0)}`,
      ),
    );
  });

  test('that are animated give their first frame', async () => {
    assert.deepEqual(
      pixel(await read(gif([255, 0, 0], [0, 0, 255]), 'image/gif'), 0, 0),
      [255, 0, 0, 255],
    );
    const animated = await read(apng());
    assert.deepEqual(pixel(animated, 0, 0), [200, 200, 200, 255]);
  });

  test('of one channel are grey, of four inks are what they look like', async () => {
    assert.deepEqual(
      pixel(await read(png({ bits: 8, width: 2, height: 1, rows: [[90, 91]] })), 1, 0),
      [91, 91, 91, 255],
    );
    assert.deepEqual(pixel(await read(CMYK_WHITE), 3, 3), [255, 255, 255, 255]);
  });

  test('in another colour space are converted', async () => {
    const { wide, same } = await inPage(async () => {
      const canvas = new OffscreenCanvas(4, 4);
      const context = canvas.getContext('2d', { colorSpace: 'display-p3' });
      context.fillStyle = 'color(display-p3 0.6 0.4 0.3)';
      context.fillRect(0, 0, 4, 4);
      const stored = context.getImageData(0, 0, 1, 1, { colorSpace: 'display-p3' }).data;
      const expected = context.getImageData(0, 0, 1, 1, { colorSpace: 'srgb' }).data;
      const found = (await eps.readPhoto(await canvas.convertToBlob())).data.slice(0, 4);
      return {
        wide: stored.some((v, i) => Math.abs(v - expected[i]) > 3),
        same: found.every((v, i) => Math.abs(v - expected[i]) <= 1),
      };
    });
    assert.ok(wide, 'the two spaces differ here');
    assert.ok(same);
  });

  test('in Display P3 are read in it, restored in it and written in it', async () => {
    const seen = await inPage(async () => {
      const red = [240, 30, 20, 255];
      const settings = { colorSpace: 'display-p3' };
      const photo = new ImageData(24, 20, settings);
      for (let i = 0; i < photo.data.length; i += 4) photo.data.set(red, i);
      const about = ({ data, colorSpace }) => [colorSpace, ...data.subarray(0, 4)];
      const file = await eps.toBlob(photo);
      const hole = eps.inpaint(tools.mask(24, 20, 8, 8, 4, 4));
      const previews = [];
      const onStep = ({ preview }) => previews.push(about(preview));
      const options = { samples: 2, sampler: 'draft', seed: 1, onStep };
      const result = await restorer.restore(photo, hole, options);
      return {
        previews,
        mean: about(result.mean),
        sample: about(result.samples[1]),
        deviation: result.deviation.colorSpace,
        file: about(await eps.readPhoto(file, settings)),
        saved: about(await eps.readPhoto(await result.toBlob(), settings)),
        inSrgb: about(await eps.readPhoto(file)),
        wrong: (await tools.failure(() => eps.readPhoto(file, { colorSpace: 'p3' }))).code,
      };
    });
    const { previews, deviation, inSrgb, wrong, ...images } = seen;
    const red = ['display-p3', 240, 30, 20, 255];
    assert.ok(previews.length > 0);
    for (const preview of previews) assert.deepEqual(preview, red);
    for (const [name, image] of Object.entries(images)) assert.deepEqual(image, red, name);
    assert.equal(deviation, 'srgb');
    assert.deepEqual(inSrgb, ['srgb', 255, 0, 0, 255]);
    assert.equal(wrong, 'invalid-option');
  });

  test('may be ImageData in Display P3 whose hints are in sRGB', async () => {
    const off = await inPage(async () => {
      const [width, height] = [24, 20];
      const grey = (colorSpace) => {
        const image = new ImageData(width, height, { colorSpace });
        for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : 120;
        return image;
      };
      const hints = new ImageData(width, height);
      for (let i = 0; i < hints.data.length; i += 4) hints.data.set([170, 100, 90, 255], i);
      const task = eps.colorize({ hints: { colours: hints } });
      const options = { samples: 0 };
      const at = async (photo) => (await restorer.restore(photo, task, options)).mean;
      const [narrow, wide] = [await at(grey('srgb')), await at(grey('display-p3'))];
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.putImageData(wide, 0, 0);
      const seen = context.getImageData(0, 0, width, height);
      return [tools.difference(seen, narrow), tools.difference(wide, narrow)];
    });
    assert.ok(off[0] <= 6 && off[0] < off[1], `${off}`);
  });

  test('that are empty, cut short or none are refused, and do no harm', async () => {
    const [jpeg, webp] = [await written('image/jpeg'), await written('image/webp')];
    const whole = encodePng({
      width: WIDTH,
      height: HEIGHT,
      data: Buffer.alloc(4 * WIDTH * HEIGHT, 90),
    });
    const half = (bytes) => bytes.subarray(0, bytes.length / 2);
    const wrong = {
      empty: Buffer.alloc(0),
      'half a JPEG': half(jpeg),
      'half a WebP': half(webp),
      'half a PNG': half(whole),
      text: Buffer.from('<svg'),
      'too many pixels': png({ bits: 8, width: 90_000, height: 90_000, rows: [[0]] }),
    };
    for (const [name, bytes] of Object.entries(wrong)) {
      const error = await read(bytes);
      assert.deepEqual([error.code, error.eps], ['undecodable-image', true], name);
    }
    assert.equal((await read(whole)).width, WIDTH);
  });

  test('are written as PNG, JPEG and WebP of the same size, with alpha if possible', async () => {
    const found = await inPage(async () => {
      const image = tools.photo(33, 17, (x) => (x < 16 ? 0 : 255));
      const result = {};
      for (const [type, quality] of [
        ['image/png'],
        ['image/jpeg', 0.9],
        ['image/jpeg', 0.2],
        ['image/webp', 0.9],
      ]) {
        const blob = await eps.toBlob(image, type, quality);
        const { width, height, data } = await eps.readPhoto(blob);
        const corner = 4 * (33 * 16 + 32);
        const off = Math.max(
          ...[0, 1, 2].map((c) => Math.abs(data[corner + c] - image.data[corner + c])),
        );
        result[`${type} ${quality ?? ''}`] = {
          size: [width, height],
          alpha: data[3],
          transparent: data[0],
          off,
          type: blob.type,
          bytes: blob.size,
        };
      }
      return result;
    });
    for (const [name, { size, alpha, transparent, off, type }] of Object.entries(found)) {
      assert.deepEqual(size, [33, 17], name);
      assert.equal(alpha, name.startsWith('image/jpeg') ? 255 : 0, name);
      if (alpha > 0)
        assert.ok(
          transparent > 230,
          `${name}: what was transparent is white, and is ${transparent}`,
        );
      assert.ok(name.startsWith(type));
      assert.ok(off <= (name.endsWith('0.2') ? 60 : 16), `${name}: ${off}`);
    }
    assert.ok(found['image/jpeg 0.2'].bytes < found['image/jpeg 0.9'].bytes);
  });

  test('noise that is not stated is estimated where the task measures, and told', async () => {
    const found = await inPage(async () => {
      const random = tools.normal(5);
      const noisy = tools.photo(96, 80);
      noisy.data.forEach(
        (value, i) => i % 4 < 3 && (noisy.data[i] = Math.round(value + 12 * random())),
      );
      const louder = new ImageData(noisy.data.slice(), 96, 80);
      const mask = tools.mask(96, 80, 0, 0, 30, 80);
      mask.data.forEach((missing, i) => missing && louder.data.fill(i % 256, 4 * i, 4 * i + 3));
      const tiny = await tools.failure(() =>
        restorer.restore(tools.photo(2), eps.denoise(), tools.quick),
      );
      return {
        estimated: await restorer.estimateNoise(noisy, eps.denoise()),
        auto: (await restorer.restore(noisy, eps.denoise('auto'), { samples: 0 })).noise,
        unstated: (await restorer.restore(noisy, eps.denoise(), { samples: 0 })).noise,
        stated: (await restorer.restore(noisy, eps.denoise(30), { samples: 0 })).noise,
        known: await restorer.estimateNoise(louder, eps.inpaint(mask)),
        grey: await restorer.estimateNoise(noisy, eps.colorize()),
        clean: await restorer.estimateNoise(tools.photo(64), eps.superResolve(2)),
        usual: (await restorer.restore(tools.photo(), eps.superResolve(2), { samples: 0 })).noise,
        tiny,
      };
    });
    for (const name of ['estimated', 'known'])
      assert.ok(Math.abs(found[name] - 12) < 1.2, `${name}: ${found[name]}`);
    assert.ok(Math.abs(found.grey - 12 / Math.sqrt(3)) < 1.1, `grey: ${found.grey}`);
    assert.deepEqual(
      [found.auto, found.unstated, found.stated, found.usual],
      [found.estimated, found.estimated, 30, 2],
    );
    assert.equal(found.clean, 2, 'a clean photo has what the task takes for granted');
    assert.equal(found.tiny.code, 'invalid-noise');
  });
});

const pixel = ({ data, width }, x, y) => data.slice(4 * (y * width + x), 4 * (y * width + x) + 4);

/** Where the pixel (x, y) of the stored image goes. */
const TURNS = {
  1: (x, y) => [x, y],
  2: (x, y) => [WIDTH - 1 - x, y],
  3: (x, y) => [WIDTH - 1 - x, HEIGHT - 1 - y],
  4: (x, y) => [x, HEIGHT - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [HEIGHT - 1 - y, x],
  7: (x, y) => [HEIGHT - 1 - y, WIDTH - 1 - x],
  8: (x, y) => [y, WIDTH - 1 - x],
};

/** Two grey pixels of level 200, then of 30. */
function apng() {
  const control = (number) =>
    chunk('fcTL', [
      ...four(number),
      ...four(2),
      ...four(1),
      ...four(0),
      ...four(0),
      0,
      1,
      0,
      10,
      0,
      0,
    ]);
  return Buffer.concat([
    SIGNATURE,
    header(2, 1, 8),
    chunk('acTL', [...four(2), ...four(0)]),
    control(0),
    chunk('IDAT', packed([[200, 200]])),
    control(1),
    chunk('fdAT', four(2), packed([[30, 30]])),
    chunk('IEND'),
  ]);
}

/** One pixel in one colour, then in another. */
function gif(first, second) {
  const frame = (index) => [
    0x21,
    0xf9,
    4,
    0,
    10,
    0,
    0,
    0,
    0x2c,
    0,
    0,
    0,
    0,
    1,
    0,
    1,
    0,
    0,
    2,
    2,
    index === 0 ? 0x44 : 0x4c,
    1,
    0,
  ];
  return Buffer.from([
    ...Buffer.from('GIF89a', 'latin1'),
    1,
    0,
    1,
    0,
    0x80,
    0,
    0,
    ...first,
    ...second,
    ...frame(0),
    ...frame(1),
    0x3b,
  ]);
}
