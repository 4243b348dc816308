// Scratches that the page finds by itself: from the mask's menu, and in Improve.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  openDemo,
  openFile,
  painted,
  pick,
  pixelsOf,
  savedFile,
  setVariants,
  untilOpen,
} from './demo-tools.mjs';
import { decodePng, ROOT } from './harness.mjs';

const PHOTO = readFileSync(join(ROOT, 'www/samples/spaniels.jpg'));
/** Width, colour and the ends of each scratch, in pixels. */
const SCRATCHES = [
  [3, '#f4efe4', [80, 120], [420, 210]],
  [4, '#201c1a', [500, 90], [620, 330]],
  [2.5, '#f8f4ea', [700, 420], [930, 380]],
];

/** The photo as a PNG, whole, with scratches, and these nine times as large; runs in the page. */
async function pngs([bytes, scratches]) {
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  const png = async () => [
    ...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer()),
  ];
  context.drawImage(bitmap, 0, 0);
  const whole = await png();
  for (const [width, colour, from, to] of scratches) {
    Object.assign(context, { lineWidth: width, strokeStyle: colour, lineCap: 'round' });
    context.beginPath();
    context.moveTo(...from);
    // A hand is not steady.
    context.quadraticCurveTo((from[0] + to[0]) / 2 + 12, (from[1] + to[1]) / 2 - 9, ...to);
    context.stroke();
  }
  const scratched = await png();
  const large = new OffscreenCanvas(3 * bitmap.width, 3 * bitmap.height);
  large.getContext('2d').drawImage(canvas, 0, 0, large.width, large.height);
  const blob = await large.convertToBlob({ type: 'image/png' });
  return { whole, scratched, large: [...new Uint8Array(await blob.arrayBuffer())] };
}

/** Where two pictures differ by more than some levels. */
function changed(before, after, levels) {
  const places = [];
  for (let i = 0; i < before.length; i += 4)
    if (Math.abs(before[i + 1] - after[i + 1]) > levels) places.push(i / 4);
  return places;
}

describe('finding scratches', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  let files;
  let damaged;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    const made = await page.evaluate(pngs, [[...PHOTO], SCRATCHES]);
    files = Object.fromEntries(
      Object.entries(made).map(([name, bytes]) => [name, Buffer.from(bytes)]),
    );
    const [whole, scratched] = [files.whole, files.scratched].map((file) => decodePng(file).data);
    damaged = changed(whole, scratched, 20);
  });
  after(() => session?.close());

  const find = async () => {
    const menu = page.locator('#mask-menu');
    if (!(await menu.evaluate((part) => part.open))) await menu.locator('summary').click();
    await page.getByRole('button', { name: 'Find scratches and dust' }).click();
  };
  const marked = () => page.waitForFunction(() => !document.querySelector('#mask-grow').disabled);

  it('marks them, as one edit', async () => {
    await openFile(page, 'scratched.png', files.scratched);
    await untilOpen(page, 'scratched');
    await pick(page, 'Fill');
    await find();
    await marked();
    const mask = await pixelsOf(page, '#canvas-mask');
    const hits = damaged.filter((at) => mask[4 * at + 3] > 0).length;
    const count = await painted(page);
    assert.ok(hits > 0.8 * damaged.length, `${hits} of ${damaged.length} pixels are marked`);
    assert.ok(count < 3 * damaged.length, `${count} pixels are marked`);
    await page.keyboard.press('Control+z');
    assert.equal(await painted(page), 0);
  });

  it('stops when it is asked to', async () => {
    await openFile(page, 'large.png', files.large);
    await untilOpen(page, 'large');
    await find();
    await page.getByRole('button', { name: /^Searching/ }).click();
    await page.getByRole('button', { name: 'Find scratches and dust' }).waitFor();
    assert.equal(await painted(page), 0);
  });

  it('finds none on a clean photo, and says so', async () => {
    await openFile(page, 'whole.png', files.whole);
    await untilOpen(page, 'whole');
    await find();
    await page.getByText('No scratches or dust were found.').waitFor();
    assert.equal(await painted(page), 0);
  });

  it('needs no network', async () => {
    await page.getByText('This page works offline').waitFor({ state: 'attached' });
    await session.unplug();
    try {
      await openFile(page, 'scratched.png', files.scratched);
      await untilOpen(page, 'scratched');
      await find();
      await marked();
    } finally {
      await session.plugIn();
    }
  });

  it('proposes to mend them in Improve, and does', async () => {
    await page.getByRole('radio', { name: /^Improve/ }).check();
    await openFile(page, 'old.png', files.scratched);
    await untilOpen(page, 'old');
    const tick = page.getByRole('checkbox', { name: /^Scratches and dust/ });
    await tick.waitFor();
    assert.ok(await tick.isChecked());
    assert.match(await page.locator('#improve-list').textContent(), /on \d\.\d % of the photo/);
    await setVariants(page, 0);
    const others = page.locator('#improve-list label').filter({ hasNotText: /^Scratches/ });
    for (const other of await others.all()) await other.locator('input').uncheck();
    await page.getByRole('button', { name: 'Improve', exact: true }).click();
    await page
      .locator('#facts')
      .getByText(/^Fill, /)
      .waitFor();
    const mended = decodePng(await savedFile(page, 'image/png')).data;
    const [whole, scratched] = [files.whole, files.scratched].map((file) => decodePng(file).data);
    const error = (image) =>
      damaged.reduce((sum, at) => sum + Math.abs(image[4 * at + 1] - whole[4 * at + 1]), 0);
    const share = error(mended) / error(scratched);
    assert.ok(share < 0.35, `${share} of the damage is left`);
  });
});
