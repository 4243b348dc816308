// Pictures that are made of another one are in its colour space.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { demoModule } from './demo-modules.mjs';

/** As browsers have it. */
globalThis.ImageData ??= class {
  constructor(first, second, third, fourth) {
    const isBlank = typeof first === 'number';
    const [width, height] = isBlank ? [first, second] : [second, third];
    const { colorSpace = 'srgb' } = (isBlank ? third : fourth) ?? {};
    const data = isBlank ? new Uint8ClampedArray(4 * width * height) : first;
    Object.assign(this, { data, width, height, colorSpace });
  }
};
const { cut, crop, inSpaceOf, reduce, spaceOf, thumbnail } = await demoModule('picture/pixels');
const { blend, grey } = await demoModule('results/blend');
const { pack, unpack } = await demoModule('worker/parcel');

const wide = new ImageData(16, 16, { colorSpace: 'display-p3' });
wide.data.fill(200);

it('pictures that are made of one in Display P3 are in it', () => {
  const box = { x: 2, y: 2, width: 8, height: 8 };
  const made = {
    cut: cut(wide, box),
    crop: crop(wide, { width: 9, height: 7 }),
    reduce: reduce(wide, { width: 5, height: 6 }),
    thumbnail: thumbnail(wide, box, 4),
    blend: blend(wide, wide, 0.5),
    grey: grey(wide),
    named: inSpaceOf(wide, new ImageData(3, 3)),
  };
  for (const [name, image] of Object.entries(made))
    assert.equal(spaceOf(image), 'display-p3', name);
  assert.equal(made.reduce.data[0], 200);
  assert.equal(spaceOf(reduce(new ImageData(8, 8), { width: 2, height: 2 })), 'srgb');
});

it('a picture of an older browser, which names no space, is in sRGB', () => {
  assert.equal(spaceOf({ data: new Uint8ClampedArray(4), width: 1, height: 1 }), 'srgb');
});

it('a picture on its way from the worker keeps its space', () => {
  globalThis.ImageBitmap ??= class {};
  const transfer = [];
  const sent = structuredClone(pack({ image: wide, list: [wide] }, transfer));
  const { image, list } = unpack(sent);
  assert.equal(transfer.length, 2);
  for (const each of [image, ...list]) {
    assert.equal(each.colorSpace, 'display-p3');
    assert.deepEqual([each.width, each.height, each.data[0]], [16, 16, 200]);
  }
});
