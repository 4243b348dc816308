// What a visitor's file says of its photo is in what the page saves: not its thumbnail, not what
// is no longer true, and not where it was taken once that is ticked.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  largeJpeg,
  openDemo,
  openFile,
  paint,
  pick,
  restore,
  savedFile,
  setVariants,
  smoothPng,
  untilOpen,
} from './demo-tools.mjs';
import {
  cameraExif,
  chunksOf,
  DISPLAY_P3,
  MAKER_NOTE,
  P3_OF_GAMMA_2,
  photoshop,
  readExif,
  riffOf,
  segmentsOf,
  THUMBNAIL,
  withSegments,
  XMP,
} from './metadata-files.mjs';

const [WIDTH, HEIGHT] = [96, 64];
const holds = (bytes, text) => bytes.includes(Buffer.from(text, 'latin1'));

/** Runs in the page: the colour of a file's pixel, in Display P3. */
async function p3At([bytes, x, y]) {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const settings = { colorSpace: 'display-p3' };
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', settings);
  context.drawImage(bitmap, 0, 0);
  return [...context.getImageData(x, y, 1, 1, settings).data.subarray(0, 3)];
}

/** Runs in the page: a JPEG of one colour. */
async function flatJpeg(side) {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  context.fillStyle = 'rgb(190 70 60)';
  context.fillRect(0, 0, side, side);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 });
  return [...new Uint8Array(await blob.arrayBuffer())];
}

describe('what a file says of its photo', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
  });
  after(() => session?.close());

  const tick = () => page.getByRole('checkbox', { name: 'Without location' });
  async function open(name, jpeg) {
    await openFile(page, `${name}.jpg`, jpeg, 'image/jpeg');
    await untilOpen(page, name);
  }
  const saved = (format) => savedFile(page, format);

  it('is saved with the result, in each format', async () => {
    const plain = await largeJpeg(page, WIDTH, HEIGHT);
    const parts = { exif: cameraExif({ orientation: 1 }), xmp: XMP, iptc: photoshop() };
    await open('rome', withSegments(plain, parts));
    await pick(page, 'Denoise');
    await setVariants(page, 0);
    await restore(page);
    const jpeg = await saved('image/jpeg');
    const png = await saved('image/png');
    const webp = await saved('image/webp');
    const segments = segmentsOf(jpeg);
    const places = {
      jpeg: [segments.Exif, segments['http://ns.adobe.com/xap/1.0/']],
      png: [chunksOf(png).eXIf, chunksOf(png).iTXt],
      webp: [riffOf(webp).EXIF, riffOf(webp)['XMP ']],
    };
    for (const [format, [exif, xmp]] of Object.entries(places)) {
      const { main, photo, gps } = readExif(exif);
      assert.equal(main[0x010f], 'Camera Works', format);
      assert.equal(main[0x0112], 1, format);
      assert.deepEqual([photo[0xa002], photo[0xa003]], [WIDTH, HEIGHT], format);
      assert.equal(gps[2], 41, format);
      assert.ok(holds(xmp, 'A fountain') && holds(xmp, 'GPSLatitude'), format);
      assert.ok(!holds(xmp, 'hdrgm:Version') && !holds(xmp, 'Orientation'), format);
    }
    assert.ok(holds(segments['Photoshop 3.0'], 'A fountain'));
    for (const bytes of [jpeg, png, webp])
      for (const gone of [THUMBNAIL, MAKER_NOTE]) assert.ok(!holds(bytes, gone), gone);
    const sizes = await page.evaluate(
      (files) =>
        Promise.all(
          files.map(async (bytes) => {
            const { width, height } = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            return [width, height];
          }),
        ),
      [jpeg, png, webp].map((bytes) => [...bytes]),
    );
    for (const size of sizes) assert.deepEqual(size, [WIDTH, HEIGHT]);
  });

  it('leaves out the place once that is ticked, by the keyboard', async () => {
    assert.ok(!(await tick().isChecked()));
    await tick().focus();
    await page.keyboard.press('Space');
    assert.ok(await tick().isChecked());
    for (const format of ['image/jpeg', 'image/png', 'image/webp']) {
      const bytes = await saved(format);
      assert.ok(!holds(bytes, 'GPSLatitude') && !holds(bytes, 'Rome'), format);
      assert.ok(holds(bytes, 'Camera Works') && holds(bytes, 'A fountain'), format);
    }
    await tick().uncheck();
  });

  it('goes on with a result that becomes the photo', async () => {
    await page.getByRole('button', { name: 'Go on from this' }).click();
    await page.getByText('Denoise, now').waitFor();
    await restore(page);
    await tick().waitFor();
    const { eXIf } = chunksOf(await saved('image/png'));
    assert.equal(readExif(eXIf).main[0x010f], 'Camera Works');
  });

  it('turns IPTC into XMP where a format has no place for it', async () => {
    const plain = await largeJpeg(page, WIDTH, HEIGHT);
    await open('iptc', withSegments(plain, { iptc: photoshop({ title: 'Caffè' }) }));
    await restore(page);
    assert.ok(chunksOf(await saved('image/png')).iTXt.includes('Caffè'));
    assert.ok(riffOf(await saved('image/webp'))['XMP '].includes('Caffè'));
  });

  it('asks for nothing where no place is told', async () => {
    await openFile(page, 'bare.png', smoothPng(WIDTH, HEIGHT));
    await untilOpen(page, 'bare');
    await restore(page);
    await saved('image/png');
    assert.ok(await tick().isHidden());
  });

  it('is in a JPEG that keeps its own coefficients, turned as it was', async () => {
    const plain = await largeJpeg(page, WIDTH, HEIGHT);
    await open('turned', withSegments(plain, { exif: cameraExif(), icc: DISPLAY_P3 }));
    await pick(page, 'Fill');
    await paint(page, [0.4, 0.4], [0.6, 0.6]);
    await restore(page);
    const { Exif, ICC_PROFILE } = segmentsOf(await saved('image/jpeg'));
    const { main, photo } = readExif(Exif);
    assert.equal(main[0x0110], 'Model 7');
    assert.equal(main[0x0112], 6);
    assert.deepEqual([photo[0xa002], photo[0xa003]], [WIDTH, HEIGHT], 'the size as it is stored');
    assert.ok(ICC_PROFILE.subarray(2).equals(DISPLAY_P3));
  });

  it('is true of the colours: P3 is filled with P3, and what is unknown is sRGB', async () => {
    const plain = Buffer.from(await page.evaluate(flatJpeg, WIDTH));
    const centre = [WIDTH / 2, WIDTH / 2];
    for (const [name, icc] of Object.entries({ p3: DISPLAY_P3, other: P3_OF_GAMMA_2 })) {
      const photo = withSegments(plain, { icc });
      await open(name, photo);
      await pick(page, 'Fill');
      await paint(page, [0.45, 0.5], [0.55, 0.5]);
      await restore(page);
      const file = await saved('image/jpeg');
      const before = await page.evaluate(p3At, [[...photo], ...centre]);
      const after = await page.evaluate(p3At, [[...file], ...centre]);
      const off = Math.max(...before.map((value, c) => Math.abs(value - after[c])));
      assert.ok(off <= 6, `${name}: ${before} became ${after}`);
      const kept = segmentsOf(file).ICC_PROFILE;
      assert.equal(Boolean(kept?.subarray(2).equals(icc)), name === 'p3', name);
    }
  });
});
