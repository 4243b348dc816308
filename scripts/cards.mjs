// Makes the pictures of the sample cards with the built demo itself: `npm run cards`. On the left
// what the page damages, on the right its best result.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession, ROOT } from '../tests/browser/harness.mjs';
import { done } from './lib/report.mjs';

const FOLDER = join(ROOT, 'www', 'samples', 'cards');
/** Of a card, in pixels: twice its size on the page. */
const SIDE = 400;
const QUALITY = 0.82;
const PATIENCE = 600_000;
/** The stage shows a result a moment after it is there. */
const SETTLING = 1000;

mkdirSync(FOLDER, { recursive: true });
const session = await openSession({ root: 'dist', webgpu: false });
// Cards that are not there yet are what this script makes.
session.allowErrors(/404.*cards/s);
const { page } = session;
page.setDefaultTimeout(PATIENCE);
await page.goto(`${session.origin}/`);
await page.locator('#engine').getByText('Ready on the CPU').waitFor();
const cards = page.locator('#gallery button:enabled');
await cards.nth(6).waitFor();
for (let i = 0; i < (await cards.count()); i++) {
  const name = (await cards.nth(i).locator('img').getAttribute('src')).split('/').at(-1);
  await cards.nth(i).click();
  await page.locator('#chip-left').getByText('by this page').waitFor();
  if (i === 0) await page.locator('#advanced > summary').click();
  await page.locator('#samples-count').press('Home');
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await page
    .locator('#facts')
    .getByText(/ evaluation/)
    .waitFor();
  await page.getByRole('button', { name: 'Restore', exact: true }).waitFor();
  await page.waitForTimeout(SETTLING);
  const bytes = await page.evaluate(drawCard, { side: SIDE, quality: QUALITY });
  writeFileSync(join(FOLDER, name), Buffer.from(bytes));
  done(`${name}: ${(bytes.length / 1000).toFixed(0)} kB`);
}
await session.close();

/** In the page: the middle square of the comparison on the stage, as a JPEG. */
async function drawCard({ side, quality }) {
  const before = document.querySelector('#canvas-under');
  const after = document.querySelector('#canvas-over');
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  const divide = parseFloat(document.querySelector('#divider').style.left) / 100;
  const draw = (picture) => {
    const scale = side / Math.min(after.width, after.height);
    const [width, height] = [after.width * scale, after.height * scale];
    const [left, top] = [(side - width) / 2, (side - height) / 2];
    context.drawImage(picture, left, top, width, height);
    return left + divide * width;
  };
  const middle = draw(before);
  context.save();
  context.beginPath();
  context.rect(middle, 0, side, side);
  context.clip();
  draw(after);
  context.restore();
  context.fillStyle = '#fff';
  context.fillRect(middle - 1, 0, 2, side);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
  return [...new Uint8Array(await blob.arrayBuffer())];
}
