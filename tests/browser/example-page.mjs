// What every example must do: restore a photo that is chosen in its page.
import assert from 'node:assert/strict';
import { encodePng } from './harness.mjs';

const [WIDTH, HEIGHT] = [40, 32];
/** RGBA bytes of smooth colours, with uniform noise by a linear congruence. */
export const PIXELS = (() => {
  let state = 1;
  const noise = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24) / 3 - 42;
  return Array.from({ length: 4 * WIDTH * HEIGHT }, (_, i) =>
    i % 4 === 3 ? 255 : Math.round(100 + (i % (4 * WIDTH)) / 3 + noise()),
  );
})();
/** What the page's file input is given. */
const PHOTO = {
  name: 'photo.png',
  mimeType: 'image/png',
  buffer: encodePng({ data: PIXELS, width: WIDTH, height: HEIGHT }),
};

/** What the package itself makes of the photo, served from `/node_modules`. */
export const expectedIn = (session) =>
  session.page.evaluate(
    async (bytes) => {
      const eps = await import('/node_modules/eps-restore/dist/index.js');
      const restorer = await eps.Restorer.load({ device: 'cpu' });
      const file = new Blob([Uint8Array.from(bytes)]);
      const { mean } = await restorer.restore(file, eps.denoise(), { samples: 0, seed: 1 });
      restorer.dispose();
      return [...mean.data];
    },
    [...PHOTO.buffer],
  );

/** Chooses the photo in an example's page, and compares what it shows. */
export async function restoresIn(session, address, expected) {
  const page = await session.newPage();
  await page.goto(address);
  await page.setInputFiles('input', PHOTO);
  await page.waitForFunction(() => !/^(Restoring…)?$/.test(document.querySelector('output').value));
  assert.equal(await page.evaluate(() => document.querySelector('output').value), 'Restored');
  const found = await page.evaluate(() => {
    const canvas = document.querySelector('canvas');
    return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data];
  });
  // As text: a list of thousands of differences helps nobody.
  assert.ok(found.join() === expected.join(), 'these are not the pixels of the package itself');
  await page.close();
}
