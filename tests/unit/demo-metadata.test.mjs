// What a file says of its photo, carried over into other files. XMP needs a page:
// tests/browser/demo-metadata.test.mjs.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inflateSync } from 'node:zlib';
import {
  cameraExif,
  chunksOf,
  DISPLAY_P3,
  MAKER_NOTE,
  P3_OF_GAMMA_2,
  photoshop,
  profile,
  readExif,
  riffOf,
  segmentsOf,
  SRGB,
  THUMBNAIL,
  withSegments,
} from '../browser/metadata-files.mjs';
import { chunk, CMYK_WHITE, four, png, SIGNATURE } from '../browser/picture-files.mjs';
import { near } from './assertions.mjs';
import { demoModule } from './demo-modules.mjs';

const { exifFor, hasGps, orientationOf, densityOf } = await demoModule('metadata/exif');
const { spaceOf } = await demoModule('metadata/profile');
const { readJpeg, writeJpeg } = await demoModule('metadata/jpeg');
const { readPng, writePng } = await demoModule('metadata/png');
const { readWebp, writeWebp } = await demoModule('metadata/webp');
const { tellsLocation, withMetadata } = await demoModule('metadata/carry');

const TRUTH = { width: 640, height: 480, orientation: 1, keepsLocation: true };
const bytes = (buffer) => new Uint8Array(buffer);
const holds = (buffer, text) => Buffer.from(buffer).includes(Buffer.from(text, 'latin1'));

/** A JPEG of the standard's header alone: what a browser writes around it does not matter. */
const bareJpeg = (density = [0, 0, 1, 0, 1]) =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from('JFIF\0'), 1, 1, ...density, 0, 0]),
    Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]),
  ]);
const barePng = () => png({ bits: 8, width: 2, height: 1, rows: [[0, 255]] });
/** A lossless WebP of `alpha`, without a picture that could be decoded. */
function bareWebp(alpha) {
  const data = Buffer.from([0x2f, 1, 0, 0, alpha ? 0x10 : 0, 7, 7]);
  const body = Buffer.concat([
    Buffer.from('WEBPVP8L'),
    Buffer.from([7, 0, 0, 0]),
    data,
    Buffer.alloc(1),
  ]);
  return Buffer.concat([Buffer.from('RIFF'), Buffer.from([body.length, 0, 0, 0]), body]);
}
const jpegFile = (buffer) => new Blob([buffer], { type: 'image/jpeg' });
async function carried(saved, source, type, keepsLocation = true) {
  const file = new Blob([saved], { type });
  const size = { width: 640, height: 480 };
  return Buffer.from(
    await (await withMetadata(file, new Blob([source]), size, keepsLocation)).arrayBuffer(),
  );
}

describe('EXIF', () => {
  for (const isLittle of [true, false])
    it(`is written anew in its own byte order, ${isLittle ? 'little' : 'big'}-endian`, () => {
      const exif = cameraExif({ isLittle });
      assert.equal(orientationOf(exif), 6);
      assert.ok(hasGps(exif));
      const written = Buffer.from(exifFor(bytes(exif), TRUTH));
      const { main, photo, gps, next } = readExif(written);
      assert.equal(main[0x010f], 'Camera Works');
      assert.equal(main[0x8298], 'A. Photographer');
      assert.equal(main[0x0112], 1, 'the pixels are upright');
      assert.equal(main[0x011a], 300);
      assert.equal(photo[0x9003], '2024:05:17 18:30:00');
      near(photo[0x829a], 1 / 125, 1e-9);
      assert.deepEqual([photo[0xa001], photo[0xa002], photo[0xa003]], [1, 640, 480]);
      assert.deepEqual([gps[1], gps[2], gps[4]], ['N', 41, 12]);
      assert.equal(next, 0);
      for (const gone of [THUMBNAIL, MAKER_NOTE]) {
        assert.ok(holds(exif, gone));
        assert.ok(!holds(written, gone), `${gone} is gone, not merely out of reach`);
      }
    });

  it('loses its location where that is wished', () => {
    const written = exifFor(bytes(cameraExif()), { ...TRUTH, keepsLocation: false });
    assert.ok(!hasGps(written));
    assert.equal(readExif(Buffer.from(written)).gps, undefined);
  });

  it('that is damaged is left out', () => {
    const exif = bytes(cameraExif());
    for (let length = 0; length < exif.length; length++) exifFor(exif.subarray(0, length), TRUTH);
    assert.equal(exifFor(exif.subarray(0, 9), TRUTH), undefined);
    assert.equal(exifFor(bytes(Buffer.from('nothing of the kind')), TRUTH), undefined);
    assert.equal(orientationOf(exif.subarray(0, 9)), 1);
  });

  it('tells the density, and takes one', () => {
    assert.deepEqual(densityOf(cameraExif()), { x: 300, y: 300 });
    const made = exifFor(undefined, TRUTH, { x: 72, y: 150 });
    assert.deepEqual(densityOf(made), { x: 72, y: 150 });
  });
});

describe('a colour profile', () => {
  it('is known by its primaries and its curve', () => {
    assert.equal(spaceOf(SRGB), 'srgb');
    assert.equal(spaceOf(DISPLAY_P3), 'display-p3');
    assert.equal(spaceOf(P3_OF_GAMMA_2), undefined);
    const adobe = [
      [0.60974, 0.31111, 0.01947],
      [0.20528, 0.62567, 0.06087],
      [0.14919, 0.06322, 0.74457],
    ];
    assert.equal(spaceOf(profile(adobe, 2.2)), undefined);
    assert.equal(spaceOf(SRGB.subarray(0, 200)), undefined);
    assert.equal(spaceOf(Buffer.from('no profile')), undefined);
  });
});

describe('the metadata of a JPEG', () => {
  const source = () =>
    withSegments(bareJpeg([1, 0, 96, 0, 96]), {
      exif: cameraExif(),
      iptc: photoshop(),
      icc: SRGB,
    });

  it('reaches another JPEG, in front of its picture, which stays', async () => {
    const saved = await carried(bareJpeg(), source(), 'image/jpeg');
    const segments = segmentsOf(saved);
    assert.deepEqual(Object.keys(segments), ['JFIF', 'Exif', 'ICC_PROFILE', 'Photoshop 3.0']);
    assert.equal(readExif(segments.Exif).main[0x0110], 'Model 7');
    assert.deepEqual([...segments.JFIF.subarray(2, 7)], [1, 0, 96, 0, 96]);
    assert.ok(segments.ICC_PROFILE.subarray(2).equals(SRGB));
    assert.ok(holds(segments['Photoshop 3.0'], 'A fountain'));
    assert.ok(holds(segments['Photoshop 3.0'], 'Rome'));
    assert.ok(saved.subarray(-9).equals(bareJpeg().subarray(-9)));
    for (const gone of [THUMBNAIL, MAKER_NOTE]) assert.ok(!holds(saved, gone), gone);
  });

  it('loses the place in all its parts', async () => {
    assert.ok(await tellsLocation(jpegFile(source())));
    const saved = await carried(bareJpeg(), source(), 'image/jpeg', false);
    assert.ok(!(await tellsLocation(jpegFile(saved))));
    assert.ok(!holds(saved, 'Rome'));
    assert.ok(holds(saved, 'A fountain'));
  });

  /** IPTC becomes XMP there, which needs a page. */
  const withoutIptc = () =>
    withSegments(bareJpeg([1, 0, 96, 0, 96]), { exif: cameraExif(), icc: SRGB });

  it('reaches PNG as chunks whose checksums are right', async () => {
    const saved = await carried(barePng(), withoutIptc(), 'image/png');
    const chunks = chunksOf(saved);
    const types = Object.keys(chunks);
    assert.equal(types[0], 'IHDR');
    for (const type of ['eXIf', 'iCCP', 'pHYs'])
      assert.ok(types.indexOf(type) > 0 && types.indexOf(type) < types.indexOf('IDAT'), type);
    assert.equal(readExif(chunks.eXIf).main[0x0110], 'Model 7');
    assert.equal(chunks.pHYs.readUInt32BE(0), Math.round(96 / 0.0254));
    assert.ok(inflateSync(chunks.iCCP.subarray('profile'.length + 2)).equals(SRGB));
  });

  it('reaches WebP, with its size and the alpha of its picture', async () => {
    for (const alpha of [true, false]) {
      const chunks = riffOf(await carried(bareWebp(alpha), withoutIptc(), 'image/webp'));
      assert.deepEqual(Object.keys(chunks), ['VP8X', 'ICCP', 'VP8L', 'EXIF']);
      assert.equal(chunks.VP8X[0], 0x20 | 0x08 | (alpha ? 0x10 : 0));
      assert.equal(chunks.VP8X.readUIntLE(4, 3), 639);
      assert.equal(chunks.VP8X.readUIntLE(7, 3), 479);
      assert.equal(readExif(chunks.EXIF).main[0x0112], 1);
    }
  });

  it('without a profile of sRGB leaves the profile behind', async () => {
    const p3 = withSegments(bareJpeg(), { exif: cameraExif(), icc: DISPLAY_P3 });
    const saved = segmentsOf(await carried(bareJpeg(), p3, 'image/jpeg'));
    assert.equal(saved.ICC_PROFILE, undefined);
    assert.equal(readExif(saved.Exif).photo[0xa001], 1, 'EXIF says sRGB');
  });

  it('keeps profile and orientation of a JPEG that has its own coefficients', async () => {
    const own = withSegments(bareJpeg(), {
      exif: cameraExif({ orientation: 6 }),
      icc: DISPLAY_P3,
    });
    const saved = segmentsOf(await carried(own, source(), 'image/jpeg'));
    assert.ok(saved.ICC_PROFILE.subarray(2).equals(DISPLAY_P3));
    const { main, photo } = readExif(saved.Exif);
    assert.equal(main[0x0112], 6);
    assert.equal(photo[0xa001], 0xffff, 'EXIF says that it is not sRGB');
    assert.deepEqual([photo[0xa002], photo[0xa003]], [480, 640], 'the size as it is stored');
  });

  it('is none of a file that has none', async () => {
    const saved = await carried(barePng(), bareJpeg(), 'image/png');
    assert.ok(saved.equals(barePng()));
    assert.deepEqual(Object.keys(readJpeg(bytes(CMYK_WHITE))), []);
  });

  it('of a file that ends too soon is read as far as it goes', () => {
    const whole = source();
    for (let length = 0; length < whole.length; length += 3)
      readJpeg(bytes(whole.subarray(0, length)));
  });
});

describe('the metadata of PNG and WebP', () => {
  it('comes back from where it was written', async () => {
    const exif = exifFor(bytes(cameraExif()), TRUTH);
    const metadata = { exif, xmp: '<x/>', icc: bytes(SRGB), density: { x: 300, y: 300 } };
    const read = await readPng(await writePng(bytes(barePng()), metadata));
    near(read.density.x, 300, 0.02);
    assert.deepEqual({ ...read, density: metadata.density }, metadata);
    const { density, ...rest } = metadata;
    const webp = writeWebp(bytes(bareWebp(true)), rest, { width: 3, height: 2 });
    assert.deepEqual(readWebp(webp), rest);
    assert.deepEqual(density, { x: 300, y: 300 });
    assert.equal(readJpeg(writeJpeg(bytes(bareJpeg()), metadata)).xmp, '<x/>');
  });

  it('is not written twice', async () => {
    const exif = exifFor(bytes(cameraExif()), TRUTH);
    const once = await writePng(bytes(barePng()), { exif, xmp: '<a/>' });
    const twice = await writePng(once, { exif, xmp: '<b/>' });
    assert.equal(twice.length, once.length);
    assert.equal((await readPng(twice)).xmp, '<b/>');
  });

  it('says once what its colours are', async () => {
    const plain = barePng();
    const srgb = chunk('sRGB', [0]);
    const tagged = Buffer.concat([plain.subarray(0, 33), srgb, plain.subarray(33)]);
    const written = chunksOf(Buffer.from(await writePng(bytes(tagged), { icc: bytes(SRGB) })));
    assert.equal(written.iCCP, undefined);
    assert.ok(written.sRGB);
  });

  it('of a compressed text is read, and that of a damaged one is not', async () => {
    const text = Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0', 'latin1');
    const damaged = Buffer.concat([
      SIGNATURE,
      chunk('iTXt', Buffer.concat([text, Buffer.from('no zlib')])),
      chunk('iCCP', Buffer.from('name\0\0no zlib', 'latin1')),
      Buffer.from([...four(1e6), 1, 2]),
    ]);
    assert.deepEqual(await readPng(bytes(damaged)), {});
  });
});
