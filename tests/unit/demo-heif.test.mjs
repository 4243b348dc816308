// What AVIF and HEIC files say of their photos.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { codesBox, exifItem, heif, profileBox } from '../browser/heif-file.mjs';
import { HEIC } from '../browser/heic-file.mjs';
import {
  cameraExif,
  chunksOf,
  DISPLAY_P3,
  MAKER_NOTE,
  P3_OF_GAMMA_2,
  readExif,
  SRGB,
} from '../browser/metadata-files.mjs';
import { png } from '../browser/picture-files.mjs';
import { demoModule } from './demo-modules.mjs';

const { isHeif, readHeif } = await demoModule('metadata/heif');
const { readPng, writePng } = await demoModule('metadata/png');
const { colourSpaceOf, tellsLocation, withMetadata } = await demoModule('metadata/carry');

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/">Caffè</x:xmpmeta>';
const bytes = (buffer) => new Uint8Array(buffer);
const barePng = () => png({ bits: 8, width: 2, height: 1, rows: [[0, 255]] });
const exif = { type: 'Exif', parts: [exifItem(cameraExif())] };
const halves = (buffer) => [buffer.subarray(0, 20), buffer.subarray(20)];
const xmp = {
  type: 'mime',
  content: 'application/rdf+xml',
  parts: halves(Buffer.from(XMP)),
};
const other = { type: 'mime', content: 'text/plain', parts: [Buffer.from('no XMP')] };
const rich = (more = {}) =>
  bytes(heif({ items: [other, exif, xmp], properties: [profileBox(DISPLAY_P3)], ...more }));

describe('the metadata of AVIF and HEIC', () => {
  for (const [name, more] of Object.entries({
    'anywhere in the file': {},
    'in a box for items': { inIdat: true },
  }))
    it(`lies in items, ${name}`, () => {
      const file = rich(more);
      assert.ok(isHeif(file));
      const read = readHeif(file);
      assert.ok(Buffer.from(read.exif).equals(cameraExif()));
      assert.equal(read.xmp, XMP);
      assert.ok(Buffer.from(read.icc).equals(DISPLAY_P3));
    });

  it('has EXIF whose beginning is told wrongly, as some programs write it', () => {
    const [start] = exif.parts;
    const wrong = Buffer.concat([Buffer.alloc(4), start.subarray(4)]);
    const read = readHeif(bytes(heif({ items: [{ type: 'Exif', parts: [wrong] }] })));
    assert.ok(Buffer.from(read.exif).equals(cameraExif()));
  });

  it('tells the space of the picture, not of what belongs to it', async () => {
    const spaceOf = (properties, others) =>
      colourSpaceOf(new Blob([heif({ properties, others, items: [other] })]));
    assert.equal(await spaceOf([profileBox(DISPLAY_P3)]), 'display-p3');
    assert.equal(await spaceOf([profileBox(SRGB)]), 'srgb');
    assert.equal(await spaceOf([profileBox(P3_OF_GAMMA_2)]), undefined);
    assert.equal(await spaceOf([codesBox(12, 13)]), 'display-p3');
    assert.equal(await spaceOf([codesBox(1, 13)]), 'srgb');
    assert.equal(await spaceOf([codesBox(12, 13), profileBox(SRGB)]), 'srgb');
    assert.equal(await spaceOf([codesBox(1, 13)], [codesBox(12, 13)]), 'srgb');
    assert.equal(await spaceOf([], [profileBox(DISPLAY_P3)]), 'srgb');
  });

  it('reaches a PNG that is saved, upright, without what belongs to the old file', async () => {
    const source = new Blob([heif({ items: [exif] })]);
    assert.ok(await tellsLocation(source));
    const size = { width: 640, height: 480 };
    const saved = await withMetadata(new Blob([barePng()]), source, size, false);
    const { eXIf } = chunksOf(Buffer.from(await saved.arrayBuffer()));
    const { main, photo, gps } = readExif(eXIf);
    assert.equal(main[0x0110], 'Model 7');
    assert.equal(main[0x0112], 1);
    assert.equal(photo[0xa002], 640);
    assert.equal(gps, undefined);
    assert.ok(!eXIf.includes(MAKER_NOTE));
  });

  it('of a space that is named without a profile is named in a PNG', async () => {
    const read = readHeif(bytes(heif({ properties: [codesBox(12, 13)] })));
    assert.deepEqual(read, { space: 'display-p3' });
    const written = await writePng(bytes(barePng()), read);
    assert.deepEqual([...chunksOf(Buffer.from(written)).cICP], [12, 13, 0, 1]);
    assert.equal((await readPng(written)).space, 'display-p3');
  });

  it('is none of a file that has none', () => {
    assert.deepEqual(readHeif(bytes(heif({}))), {});
    assert.deepEqual(readHeif(bytes(HEIC)), {});
    assert.ok(!isHeif(bytes(barePng())));
  });

  it('of a file that ends too soon is read as far as it goes', () => {
    const whole = rich();
    for (let length = 0; length <= whole.length; length++) readHeif(whole.subarray(0, length));
  });

  it('of a damaged file is something or nothing, soon', () => {
    const whole = rich();
    const edit = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const damaged = whole.slice();
        for (const [at, value] of edits) damaged[at] = value;
        const { exif: found, icc } = readHeif(damaged);
        for (const part of [found, icc]) assert.ok((part?.length ?? 0) <= damaged.length);
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        readHeif(Uint8Array.from([0, 0, 0, 8, ...Buffer.from('ftyp'), ...noise]));
      }),
    );
  });
});
