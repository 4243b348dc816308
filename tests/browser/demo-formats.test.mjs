// TIFF, HEIC and RAW files in the demo: each is read by a decoder that is loaded for it alone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  largeJpeg,
  openDemo,
  openFile,
  pick,
  pixelsOf,
  restore,
  savedFile,
  setVariants,
  untilKept,
  untilOpen,
  untilShown,
} from './demo-tools.mjs';
import { HEIC } from './heic-file.mjs';
import { cameraExif, chunksOf, readExif } from './metadata-files.mjs';

const u16 = (value) => [value & 255, value >> 8];
const u32 = (value) => [...u16(value & 0xffff), ...u16(value >>> 16)];

/** A TIFF of 30 × 20 pixels, red above and blue below, to be turned clockwise. */
function lyingTiff() {
  const [red, blue] = [
    [200, 10, 20],
    [10, 20, 200],
  ];
  const pixels = Array.from({ length: 600 }, (_, i) => (i < 300 ? red : blue)).flat();
  const make = [...Buffer.from('Scanner\0')];
  const count = 10;
  const pixelsAt = 8 + 2 + 12 * count + 4;
  const bitsAt = pixelsAt + pixels.length;
  const makeAt = bitsAt + 6;
  const entry = (tag, type, values, value) => [
    ...u16(tag),
    ...u16(type),
    ...u32(values),
    ...(type === 3 && values === 1 ? [...u16(value), 0, 0] : u32(value)),
  ];
  return Buffer.from([
    ...Buffer.from('II*\0'),
    ...u32(8),
    ...u16(count),
    ...entry(0x100, 3, 1, 30),
    ...entry(0x101, 3, 1, 20),
    ...entry(0x102, 3, 3, bitsAt),
    ...entry(0x103, 3, 1, 1),
    ...entry(0x106, 3, 1, 2),
    ...entry(0x10f, 2, make.length, makeAt),
    ...entry(0x111, 4, 1, pixelsAt),
    ...entry(0x112, 3, 1, 6),
    ...entry(0x115, 3, 1, 3),
    ...entry(0x117, 4, 1, pixels.length),
    ...u32(0),
    ...pixels,
    ...u16(8),
    ...u16(8),
    ...u16(8),
    ...make,
  ]);
}

describe('files of scanners, phones and cameras', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    ({ page } = session);
  });
  after(() => session?.close());

  it('loads no decoder before it is needed', () => {
    const asked = session.requests.map(({ path }) => path).join('\n');
    assert.doesNotMatch(asked, /libheif|formats/);
  });

  it('opens a TIFF upright, exactly, and keeps what it says', async () => {
    await openFile(page, 'scan.tif', lyingTiff(), 'image/tiff');
    await untilShown(page, (width) => width === 20);
    const data = await pixelsOf(page, '#canvas-under');
    // What was the upper half is the right one.
    assert.deepEqual(data.slice(0, 4), [10, 20, 200, 255]);
    assert.deepEqual(data.slice(4 * 19, 4 * 20), [200, 10, 20, 255]);
    assert.equal(data.length, 4 * 20 * 30);
    assert.equal(await page.locator('h1:visible').textContent(), 'Restore “scan”');
    await pick(page, 'Denoise');
    await setVariants(page, 0);
    await restore(page);
    const { eXIf } = chunksOf(await savedFile(page));
    assert.equal(readExif(eXIf).main[0x10f], 'Scanner');
  });

  it("opens the largest picture of a RAW file, turned by the camera's EXIF", async () => {
    const [small, large] = [await largeJpeg(page, 40, 24), await largeJpeg(page, 96, 64)];
    const lossless = Buffer.from([0xff, 0xd8, 0xff, 0xc3, 0, 11, 8, 9, 9, 9, 9, 1, 0, 0, 0]);
    const raw = Buffer.concat([cameraExif(), small, Buffer.alloc(99, 255), lossless, large, small]);
    await openFile(page, 'DSC_0001.NEF', raw, '');
    await page.getByText('the picture that the camera put into its RAW file').waitFor();
    await untilShown(page, (width) => width === 64);
    await untilKept(page, ({ photo }) => photo === 'DSC_0001');
    await page.reload();
    await untilShown(page, (width) => width === 64);
  });

  it('opens a HEIC by a library of its own, which carries its notice', async () => {
    await openFile(page, 'phone.heic', HEIC, 'image/heic');
    await untilOpen(page, 'phone');
    await untilShown(page, (width) => width === 64);
    const [red, green, blue] = await pixelsOf(page, '#canvas-under');
    assert.ok(red > 150 && green < 90 && blue < 90, `${red}, ${green}, ${blue}`);
    const notice = await page.request.get(`${session.origin}/libheif/LICENSE.txt`);
    assert.match(await notice.text(), /LESSER GENERAL PUBLIC LICENSE/);
  });
});
