// A visitor's JPEG in the demo: its noise is estimated from the file, and a fill saved as JPEG
// leaves the rest of the photo as it was.
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
} from './demo-tools.mjs';

const [WIDTH, HEIGHT] = [160, 128];

/** Runs in the page: the pixels in which two JPEG files differ, left and right of the middle. */
async function differences([first, second]) {
  const pixels = async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  };
  const [a, b] = await Promise.all([pixels(first), pixels(second)]);
  const count = [0, 0];
  for (let i = 0; i < a.data.length; i += 4) {
    const isRight = (i / 4) % a.width > a.width / 2;
    if (a.data[i] !== b.data[i] || a.data[i + 1] !== b.data[i + 1]) count[Number(isRight)]++;
  }
  return count;
}

describe("a visitor's JPEG", { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  let photo;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    photo = await largeJpeg(page, WIDTH, HEIGHT);
    await openFile(page, 'photo.jpg', photo, 'image/jpeg');
  });
  after(() => session.close());

  it('is saved with all that was not painted as it was', async () => {
    await pick(page, 'Fill');
    await setVariants(page, 0);
    await paint(page, [0.7, 0.4], [0.8, 0.6]);
    await restore(page);
    const saved = await savedFile(page, 'image/jpeg');
    const [left, right] = await page.evaluate(differences, [[...photo], [...saved]]);
    assert.equal(left, 0, 'pixels of the half that was not painted changed');
    assert.ok(right > 0, 'the painted pixels are filled');
  });

  it('tells its noise by its coefficients', async () => {
    await pick(page, 'Denoise');
    const note = page.getByText(/grain and what JPEG lost/);
    await note.waitFor();
    const level = Number(/Measured: ([\d.]+)/.exec(await note.textContent())[1]);
    assert.ok(level > 2, `${level} levels; its pixels alone show 1.3`);
  });

  it('does not count what JPEG lost once it had to be reduced', async () => {
    // So little memory that not even this photo fits.
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'deviceMemory', { value: 0.001 });
    });
    await page.reload();
    await page
      .locator('#plan')
      .getByText(/^Reduced on opening/)
      .waitFor();
    await pick(page, 'Denoise');
    const note = page.locator('#noise-auto-note');
    await note.getByText(/^Measured: /).waitFor();
    assert.doesNotMatch(await note.textContent(), /JPEG/);
  });
});
