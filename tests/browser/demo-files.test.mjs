// Files that the demo cannot take as they are: it says so, and in words that help.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PNG } from 'pngjs';
import { loadDemo, openDemo, openFile, smoothPng, untilShown } from './demo-tools.mjs';

/** A grey PNG of black and white columns, 8 pixels wide each. */
function stripedPng(width, height) {
  const png = new PNG({ width, height });
  const row = Buffer.from(Array.from({ length: width }, (_, x) => (x & 8 ? 255 : 0)));
  png.data = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) row.copy(png.data, y * width);
  const grey = { colorType: 0, inputColorType: 0, inputHasAlpha: false, bitDepth: 8 };
  return PNG.sync.write(png, { ...grey, deflateLevel: 1 });
}

/** Runs in workers: a browser that guards against fingerprinting changes what a page reads. */
function falsify() {
  const { prototype } = OffscreenCanvasRenderingContext2D;
  const { getImageData } = prototype;
  prototype.getImageData = function (...args) {
    const image = getImageData.apply(this, args);
    for (let i = 0; i < image.data.length; i += 52) image.data[i] ^= 1;
    return image;
  };
}

/** Runs in the page: red on the left, blue on the right, to be turned clockwise (EXIF). */
async function lyingJpeg() {
  const canvas = new OffscreenCanvas(32, 16);
  const context = canvas.getContext('2d');
  for (const [colour, left] of [
    ['#c83214', 0],
    ['#1432c8', 16],
  ]) {
    context.fillStyle = colour;
    context.fillRect(left, 0, 16, 16);
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 1 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const orientation =
    'ffe1002245786966 0000 4d4d002a00000008 0001 0112 0003 00000001 00060000 00000000';
  const exif = orientation.match(/[0-9a-f]{2}/g).map((byte) => parseInt(byte, 16));
  return [...bytes.subarray(0, 2), ...exif, ...bytes.subarray(2)];
}

/** The first pixels of the photo on the stage. */
const shown = (page) =>
  page.locator('#canvas-under').evaluate((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    return [...copy.getImageData(0, 0, 40, 1).data];
  });

describe('files that the demo cannot take as they are', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    // The workers of each visit come with another prelude.
    session = await openDemo({ serviceWorkers: 'block' });
    ({ page } = session);
  });
  after(() => session?.close());
  const alert = (text) => page.getByRole('alert').getByText(text).waitFor();

  it('names the format of a file that it cannot read', async () => {
    await openFile(page, 'scan.tif', Buffer.from('II*\0 and so on'), 'image/tiff');
    await alert(
      "TIFF file, damaged or of a kind that this page can't read. Save it as JPEG or PNG",
    );
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1', 'latin1');
    await openFile(page, 'phone.heic', heic, 'image/heic');
    await alert('HEIC file, damaged');
    await openFile(page, 'camera.CR2', Buffer.from('raw'), '');
    await alert('RAW file, damaged');
    await openFile(page, 'layers.psd', Buffer.from('8BPS and so on'), '');
    await alert("can't open Photoshop files");
  });

  it('lists all of several files', async () => {
    const png = [...smoothPng(24)];
    await page.evaluate((bytes) => {
      const files = new DataTransfer();
      for (let i = 0; i < 20; i++)
        files.items.add(new File([new Uint8Array(bytes)], `p${i}.png`, { type: 'image/png' }));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true }));
    }, png);
    await page.getByRole('heading', { name: '20 photos' }).waitFor();
    assert.equal(await page.locator('#queue-list li').count(), 20);
    await page.getByRole('button', { name: 'Close the list of photos' }).click();
    assert.ok(await page.locator('#queue').isHidden());
  });

  it('reduces what no canvas holds, instead of opening an empty picture', async () => {
    await openFile(page, 'long.png', stripedPng(70_000, 40));
    await page
      .locator('#plan')
      .getByText(/Reduced on opening from 70000\s×\s40/)
      .waitFor();
    await untilShown(page, (width) => width > 40_000);
    const colours = new Set((await shown(page)).filter((value, i) => i % 4 === 0));
    assert.ok(colours.size > 1, 'the picture is not empty');
  });

  it('keeps 24 megapixels', async () => {
    await openFile(page, 'camera.png', stripedPng(6000, 4000));
    await page
      .locator('#plan')
      .getByText(/The photo keeps its size, 6000\s×\s4000/)
      .waitFor();
  });

  it('reads a photo exactly where canvases are falsified, or says that it cannot', async () => {
    const bytes = smoothPng(48);
    session.prelude = falsify;
    await loadDemo(session);
    await openFile(page, 'exact.png', bytes);
    await untilShown(page, (width) => width === 48);
    const data = await shown(page);
    assert.equal(data[52], Math.floor((235 * 13) / 48));
    await openFile(page, 'lying.jpg', Buffer.from(await page.evaluate(lyingJpeg)), 'image/jpeg');
    await untilShown(page, (width) => width === 16);
    const [red, , blue] = await shown(page);
    assert.ok(red > 150 && blue < 80, 'what lay on the left is on top');
    session.prelude = `function () { (${falsify})(); delete self.ImageDecoder; }`;
    await page.getByRole('button', { name: 'Close the photo and forget it' }).click();
    await loadDemo(session);
    await openFile(page, 'falsified.png', bytes);
    await alert('This browser changes the pixels that a page reads');
  });
});
