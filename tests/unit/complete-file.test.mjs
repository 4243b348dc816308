// Files that are cut short, by their own structure.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isCompleteFile } from '../../pkg/dist/page/complete-file.js';

const DATA = fileURLToPath(new URL('../data', import.meta.url));
const isComplete = (bytes) => isCompleteFile(new Blob([bytes]));
const jpeg = (name) => readFileSync(join(DATA, 'jpeg', name));

/** A JPEG inside a segment of another, as a preview. */
function withPreview(file, preview) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(preview.length + 2);
  const segment = [Buffer.from([0xff, 0xe1]), length, preview];
  return Buffer.concat([file.subarray(0, 2), ...segment, file.subarray(2)]);
}

function webp(bytes) {
  const file = Buffer.alloc(8 + bytes);
  file.write('RIFF');
  file.writeUInt32LE(bytes, 4);
  file.write('WEBP', 8);
  return file;
}

function boxes(...sizes) {
  const file = Buffer.concat(
    sizes.map((size) => {
      const box = Buffer.alloc(size);
      box.writeUInt32BE(size);
      return box;
    }),
  );
  file.write('ftypavif', 4);
  return file;
}

const FILES = {
  'a JPEG': jpeg('baseline-420.jpg'),
  'a progressive JPEG': jpeg('grey-progressive.jpg'),
  'a JPEG with fill bytes': jpeg('fill-bytes.jpg'),
  'a JPEG of four inks': jpeg('cmyk.jpg'),
  'a JPEG with a preview': withPreview(jpeg('cmyk.jpg'), jpeg('flat.jpg')),
  'a PNG': readFileSync(join(DATA, 'crops', 'A000366.png')),
  'a WebP': webp(60),
  'an AVIF': boxes(24, 300, 40),
};

for (const [name, whole] of Object.entries(FILES))
  test(`${name} is complete, also with more behind it, and nowhere before its end`, async () => {
    assert.equal(await isComplete(whole), true);
    assert.equal(await isComplete(Buffer.concat([whole, Buffer.alloc(5, 1)])), true);
    const cuts = Array.from({ length: 60 }, (_, i) => 12 + Math.floor((i * whole.length) / 60));
    for (const length of [...cuts.filter((length) => length < whole.length), whole.length - 1]) {
      // Where a box has just ended, the rest may be anything: the browser judges.
      if (name === 'an AVIF' && [24, 324].some((end) => length - end >= 0 && length - end < 8))
        continue;
      assert.equal(await isComplete(whole.subarray(0, length)), false, `${length} bytes`);
    }
  });

test('other files are the browser’s to judge', async () => {
  for (const file of ['', 'GIF89a', '<svg', 'BM', '\0\0']) assert.ok(await isComplete(file), file);
  // A box of size 0 reaches up to the end.
  const open = boxes(24, 300);
  open.writeUInt32BE(0, 24);
  assert.equal(await isComplete(open), true);
});
