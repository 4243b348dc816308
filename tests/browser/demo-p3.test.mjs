// A photo in Display P3 keeps its colours beyond sRGB: on the page, in what is saved, after a
// reload, in steps and in a queue.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import {
  loadDemo,
  openDemo,
  openFile,
  paint,
  pick,
  restore,
  savedFile,
  setVariants,
  untilDetail,
  untilKept,
  untilOpen,
  untilShown,
} from './demo-tools.mjs';
import { encodePng } from './harness.mjs';
import { codesBox, exifItem, heif, HEIGHT, profileBox, RED, WIDTH } from './heif-file.mjs';
import {
  cameraExif,
  chunksOf,
  DISPLAY_P3,
  readExif,
  riffOf,
  segmentsOf,
  SRGB,
  withSegments,
} from './metadata-files.mjs';
import { chunk, SIGNATURE } from './picture-files.mjs';

/** How far a flat colour may be off, in levels. */
const TOLERANCE = 4;

const PROFILE = chunk('iCCP', Buffer.from('p3\0\0', 'latin1'), deflateSync(DISPLAY_P3));
const CODES = chunk('cICP', [12, 13, 0, 1]);

/** A PNG of one colour in Display P3, as a chunk says. */
function p3Png(side, space = PROFILE) {
  const data = Buffer.alloc(4 * side * side);
  for (let i = 0; i < data.length; i += 4) data.set([...RED, 255], i);
  const bare = encodePng({ data, width: side, height: side });
  return Buffer.concat([bare.subarray(0, 33), space, bare.subarray(33)]);
}

/** A TIFF of one colour in Display P3, little-endian. */
function p3Tiff(side) {
  const u16 = (value) => [value & 255, value >> 8];
  const u32 = (value) => [...u16(value & 0xffff), ...u16(value >>> 16)];
  const pixels = Buffer.alloc(3 * side * side);
  for (let i = 0; i < pixels.length; i += 3) pixels.set(RED, i);
  const count = 10;
  const pixelsAt = 8 + 2 + 12 * count + 4;
  const bitsAt = pixelsAt + pixels.length;
  const profileAt = bitsAt + 6;
  const short = (tag, value) => [...u16(tag), ...u16(3), ...u32(1), ...u16(value), 0, 0];
  const far = (tag, type, values, at) => [...u16(tag), ...u16(type), ...u32(values), ...u32(at)];
  return Buffer.from([
    ...Buffer.from('II*\0'),
    ...u32(8),
    ...u16(count),
    ...short(0x100, side),
    ...short(0x101, side),
    ...far(0x102, 3, 3, bitsAt),
    ...short(0x103, 1),
    ...short(0x106, 2),
    ...far(0x111, 4, 1, pixelsAt),
    ...short(0x115, 3),
    ...short(0x116, side),
    ...far(0x117, 4, 1, pixels.length),
    ...far(0x8773, 7, DISPLAY_P3.length, profileAt),
    ...u32(0),
    ...pixels,
    ...[8, 8, 8].flatMap(u16),
    ...DISPLAY_P3,
  ]);
}

/** Runs in the page: the colour in the middle of a file, in Display P3. */
async function middleOfFile(bytes) {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const settings = { colorSpace: 'display-p3' };
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', settings);
  context.drawImage(bitmap, 0, 0);
  const [x, y] = [bitmap.width / 2, bitmap.height / 2];
  return [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)];
}

/** Runs in the page: the colour in the middle of a canvas, in Display P3. */
function middleOfCanvas(canvas) {
  const settings = { colorSpace: 'display-p3' };
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', settings);
  context.drawImage(canvas, 0, 0);
  const [x, y] = [canvas.width / 2, canvas.height / 2];
  return [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)];
}

function assertRed(colour, name) {
  const off = Math.max(...RED.map((value, c) => Math.abs(value - colour[c])));
  assert.ok(off <= TOLERANCE, `${name}: ${colour} is not ${RED}`);
}

describe('a photo in Display P3', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
  });
  after(() => session?.close());

  const shown = (selector) => page.locator(selector).evaluate(middleOfCanvas);
  const inFile = (bytes) => page.evaluate(middleOfFile, [...bytes]);
  async function open(name, bytes, type) {
    await openFile(page, name, bytes, type);
    await untilOpen(page, name.replace(/\.[^.]+$/, ''));
  }
  const saved = (format) => savedFile(page, format);

  it('shows its colours, on the stage and in the detail', async () => {
    await open('red.png', p3Png(80), 'image/png');
    await untilShown(page, (width) => width === 80);
    assertRed(await shown('#canvas-under'), 'the stage');
    await pick(page, 'Denoise');
    await untilDetail(page);
    assertRed(await shown('#detail-before'), 'the detail');
    assertRed(await shown('#detail-after'), 'what it becomes');
  });

  it('is saved in it, in each format, with its variants and strengths', async () => {
    await setVariants(page, 2);
    await restore(page);
    for (const canvas of await page.locator('.tile canvas').all())
      assertRed(await canvas.evaluate(middleOfCanvas), 'a tile');
    const check = async (name) => {
      const files = {
        png: await saved('image/png'),
        jpeg: await saved('image/jpeg'),
        webp: await saved('image/webp'),
      };
      for (const [format, bytes] of Object.entries(files))
        assertRed(await inFile(bytes), `${name}, ${format}`);
      return files;
    };
    const { png, jpeg, webp } = await check('the best result');
    const profiles = [chunksOf(png).iCCP, segmentsOf(jpeg).ICC_PROFILE, riffOf(webp).ICCP];
    for (const profile of profiles) assert.ok(profile?.length > 0);
    await page.locator('#strength').fill('50');
    await check('at half its strength');
    await page.locator('.tile input').last().check();
    await check('a variant');
  });

  it('comes back in it after a reload, with its results', async () => {
    await untilKept(page, ({ photo, results }) => photo === 'red' && results > 0);
    await page.reload();
    await untilShown(page, (width) => width === 80);
    await page.locator('.tile').first().waitFor();
    assertRed(await shown('#canvas-under'), 'the photo');
    assertRed(await inFile(await saved('image/png')), 'its result');
  });

  it('goes on from a result, and back', async () => {
    await restore(page);
    await page.getByRole('button', { name: 'Go on from this' }).click();
    const back = page.locator('#steps button').first();
    await back.waitFor();
    assertRed(await shown('#steps canvas'), 'the step');
    assertRed(await shown('#canvas-under'), 'the result as the photo');
    await restore(page);
    assertRed(await inFile(await saved('image/jpeg')), 'the second result');
    await back.click();
    await page.locator('#steps').waitFor({ state: 'hidden' });
    assertRed(await shown('#canvas-under'), 'the first photo');
  });

  it('is enlarged to any size in it', async () => {
    await pick(page, 'Enlarge');
    await setVariants(page, 0);
    await page.getByLabel('Factor').first().fill('1.5');
    await restore(page);
    const file = await saved('image/png');
    assert.equal(chunksOf(file).IHDR.readUInt32BE(0), 120);
    assertRed(await inFile(file), 'at 1.5 times its size');
  });

  it('of a camera says in its EXIF that its colours are not sRGB', async () => {
    const plain = Buffer.from(await page.evaluate(flatJpeg, RED));
    const photo = withSegments(plain, {
      exif: cameraExif({ orientation: 1 }),
      icc: DISPLAY_P3,
    });
    await open('phone.jpg', photo, 'image/jpeg');
    await pick(page, 'Denoise');
    await restore(page);
    const file = await saved('image/jpeg');
    assertRed(await inFile(file), 'denoised');
    assert.equal(readExif(segmentsOf(file).Exif).photo[0xa001], 0xffff);
    await pick(page, 'Fill');
    await paint(page, [0.45, 0.5], [0.55, 0.5]);
    await restore(page);
    const filled = await saved('image/jpeg');
    assertRed(await inFile(filled), 'filled');
    assert.ok(segmentsOf(filled).ICC_PROFILE.subarray(2).equals(DISPLAY_P3));
    assert.equal(readExif(segmentsOf(filled).Exif).photo[0xa001], 0xffff);
  });

  it('is restored in it among many', async () => {
    const photos = ['a.png', 'b.png'].map((name) => ({
      name,
      mimeType: 'image/png',
      buffer: p3Png(48),
    }));
    await page.getByLabel('Photo file').setInputFiles(photos);
    await pick(page, 'Denoise');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Restore all 2' }).click();
    // Its entries are stored as they are.
    const zip = readFileSync(await (await download).path());
    const first = zip.subarray(zip.indexOf(SIGNATURE));
    assertRed(await inFile(first.subarray(0, first.indexOf('IEND') + 8)), 'the first of two');
  });

  it('is opened so from a TIFF, and from a PNG that has code points alone', async () => {
    await open('scan.tif', p3Tiff(50), 'image/tiff');
    await untilShown(page, (width) => width === 50);
    assertRed(await shown('#canvas-under'), 'TIFF');
    await open('codes.png', p3Png(60, CODES), 'image/png');
    await untilShown(page, (width) => width === 60);
    assertRed(await shown('#canvas-under'), 'PNG');
  });

  it('is damaged by this page in it, where that is asked for', async () => {
    await open('trial.png', p3Png(60), 'image/png');
    await untilShown(page, (width) => width === 60);
    await pick(page, 'Enlarge');
    await page.locator('#simulate').check();
    await untilShown(page, (width) => width < 60);
    assertRed(await shown('#canvas-under'), 'as the page damaged it');
    await page.locator('#simulate').uncheck();
  });

  it('is opened so from an AVIF, with what that says of it', async () => {
    const items = [{ type: 'Exif', parts: [exifItem(cameraExif())] }];
    for (const [name, property] of Object.entries({
      profile: profileBox(DISPLAY_P3),
      codes: codesBox(12, 13),
    })) {
      const properties = name === 'profile' ? [property, codesBox(2, 2)] : [property];
      await open(`${name}.avif`, heif({ properties, items }), 'image/avif');
      await untilShown(page, (width) => width === WIDTH);
      assertRed(await shown('#canvas-under'), name);
      await pick(page, 'Denoise');
      await restore(page);
      const file = await saved('image/png');
      assertRed(await inFile(file), name);
      const { main, photo } = readExif(chunksOf(file).eXIf);
      assert.equal(main[0x0110], 'Model 7');
      assert.equal(main[0x0112], 1);
      assert.deepEqual([photo[0xa001], photo[0xa002], photo[0xa003]], [0xffff, WIDTH, HEIGHT]);
    }
  });
});

describe('Display P3 in a browser that', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    // The workers of each visit come with another prelude.
    session = await openDemo({ serviceWorkers: 'block' });
    ({ page } = session);
  });
  after(() => session?.close());
  async function saved(name, bytes, type, act) {
    await openFile(page, name, bytes, type);
    await untilShown(page, (width) => width > 40);
    await act();
    await restore(page);
    return savedFile(page, type);
  }

  it('changes what a page reads of a canvas is read without one', async () => {
    session.prelude = falsify;
    await loadDemo(session);
    const file = await saved('red.png', p3Png(48), 'image/png', () => pick(page, 'Denoise'));
    assertRed(await page.evaluate(middleOfFile, [...file]), 'denoised');
  });

  it('has no such canvas is opened and saved as sRGB, as what it has', async () => {
    session.prelude = onlySrgb;
    await page.addInitScript(onlySrgb);
    await page.getByRole('button', { name: 'Close the photo and forget it' }).click();
    await loadDemo(session);
    const plain = Buffer.from(await page.evaluate(flatJpeg, [200, 60, 50]));
    const fill = async () => {
      await pick(page, 'Fill');
      await paint(page, [0.45, 0.5], [0.55, 0.5]);
    };
    const of = async (icc) => {
      const photo = withSegments(plain, { exif: cameraExif({ orientation: 1 }), icc });
      return segmentsOf(await saved('phone.jpg', photo, 'image/jpeg', fill));
    };
    const wide = await of(DISPLAY_P3);
    assert.equal(readExif(wide.Exif).photo[0xa001], 1);
    assert.ok(!wide.ICC_PROFILE?.subarray(2).equals(DISPLAY_P3));
    const narrow = await of(SRGB);
    assert.ok(narrow.ICC_PROFILE.subarray(2).equals(SRGB), 'it keeps its own coefficients');
  });
});

/** Runs in workers: a browser that guards against fingerprinting changes what a page reads. */
function falsify() {
  const { prototype } = OffscreenCanvasRenderingContext2D;
  const { getImageData } = prototype;
  prototype.getImageData = function (...args) {
    const image = getImageData.apply(this, args);
    for (let i = 0; i < image.data.length; i += 4) image.data[i] ^= 16;
    return image;
  };
}

/** Runs in the page and in workers: older browsers have canvases of sRGB alone. */
function onlySrgb() {
  const { prototype } = OffscreenCanvas;
  const { getContext } = prototype;
  prototype.getContext = function (type, settings) {
    return getContext.call(this, type, { ...settings, colorSpace: undefined });
  };
  delete ImageData.prototype.colorSpace;
  const isSettings = (value) => Object.prototype.toString.call(value) === '[object Object]';
  self.ImageData = new Proxy(ImageData, {
    construct: (target, args) => new target(...args.filter((value) => !isSettings(value))),
  });
}

/** Runs in the page: a JPEG of one colour, to be given a profile. */
async function flatJpeg([red, green, blue]) {
  const canvas = new OffscreenCanvas(96, 96);
  const context = canvas.getContext('2d');
  context.fillStyle = `rgb(${red} ${green} ${blue})`;
  context.fillRect(0, 0, 96, 96);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 });
  return [...new Uint8Array(await blob.arrayBuffer())];
}
