// What the demo keeps, and for how long: results with their task, the photo over a reload.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  loadDemo,
  openDemo,
  openFile,
  paint,
  painted,
  pick,
  restore,
  restoreButton,
  setVariants,
  smoothPng,
  untilKept,
  untilReady,
} from './demo-tools.mjs';

/** Runs in the page before its scripts: a browser with a share sheet that writes no WebP. */
function withShareSheet() {
  window.shared = [];
  navigator.canShare = () => true;
  navigator.share = async ({ files }) => void window.shared.push(files[0].name);
  const { toDataURL } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.toDataURL = function (type) {
    return toDataURL.call(this, type === 'image/webp' ? 'image/png' : type);
  };
}

describe('what the demo keeps', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await page.addInitScript(withShareSheet);
    await loadDemo(session);
  });
  after(() => session?.close());
  const labels = () => page.locator('#strip b').allTextContents();

  it('offers the first result while the rest is drawn, and tells in the title', async () => {
    await openFile(page, 'tiny.png', smoothPng(40));
    await pick(page, 'Fill');
    await page.locator('#canvas-mask').waitFor();
    await paint(page, [0.3, 0.4], [0.6, 0.5]);
    await setVariants(page, 1);
    const saw = await page.evaluateHandle(() => {
      const seen = { saved: false, title: '' };
      const look = () => {
        const isRunning = !document.querySelector('#progress').hidden;
        if (isRunning && !document.querySelector('#save').hidden) seen.saved = true;
        if (isRunning) seen.title = document.title;
      };
      new MutationObserver(look).observe(document, {
        subtree: true,
        childList: true,
        attributes: true,
      });
      return seen;
    });
    await restore(page);
    const { saved, title } = await saw.jsonValue();
    assert.ok(saved, 'a result can be saved before the end');
    assert.match(title, /^\d+ % · Restoring/);
    assert.match(await page.title(), /^Done/);
  });

  it('leaves the view where it was', async () => {
    await pick(page, 'Photo');
    const scroller = page.locator('#scroller');
    for (let i = 0; i < 6; i++) await page.getByRole('button', { name: 'Zoom in' }).click();
    await scroller.evaluate((part) => part.scrollTo({ left: 0, top: 0, behavior: 'instant' }));
    await restore(page);
    const corner = await scroller.evaluate((part) => [part.scrollLeft, part.scrollTop]);
    // The results below make the view lower: its middle may move by half of that.
    assert.ok(corner[0] < 20 && corner[1] < 200, `${corner} from the corner`);
    await page.getByRole('button', { name: /^Fit the picture/ }).click();
  });

  it('draws another variant, and keeps the first', async () => {
    const picture = (name) =>
      page
        .locator('.tile', { hasText: name })
        .locator('canvas')
        .evaluate((canvas) => canvas.toDataURL());
    const first = await picture('Variant 1');
    await page.getByRole('button', { name: 'Another' }).click();
    await page
      .locator('#facts')
      .getByText(/seed (?!1\.)\d+\./)
      .waitFor();
    await restoreButton(page).waitFor();
    assert.deepEqual(await labels(), ['First guess', 'Best result', 'Variant 1', 'Variant 2']);
    assert.equal(await picture('Variant 1'), first);
    assert.notEqual(await picture('Variant 2'), first);
  });

  it('shows the results of a task under no other', async () => {
    await pick(page, 'Denoise');
    assert.ok(await page.locator('#results').isHidden());
    assert.ok(await page.locator('#save').isHidden());
    await pick(page, 'Fill');
    assert.ok(await page.locator('#results').isVisible());
  });

  it('shares where that works, and offers no format that cannot be written', async () => {
    assert.deepEqual(await page.locator('#save-format option').allTextContents(), ['PNG', 'JPEG']);
    await page.getByRole('button', { name: 'Share' }).click();
    const shared = () => page.evaluate(() => window.shared);
    while ((await shared()).length === 0) await page.waitForTimeout(50);
    assert.deepEqual(await shared(), ['tiny-fill-variant-2.png']);
  });

  it('brings photo, mask and settings back after a reload', async () => {
    await pick(page, 'Photo');
    const count = await painted(page);
    await page.locator('#noise').fill('4');
    await page.locator('#noise').press('Tab');
    await untilKept(
      page,
      ({ work, masked, results }) => work.settings.noise.fill === 4 && masked && results === 4,
    );
    await page.reload();
    await page.getByText('Your last photo is open again').waitFor();
    assert.equal(await painted(page), count);
    assert.equal(await page.locator('#noise').inputValue(), '4');
    assert.equal(await page.locator('#sampler').inputValue(), 'draft');
    assert.equal(await page.locator('h1:visible').textContent(), 'Restore “tiny”');
    await page.locator('.tile', { hasText: 'Variant 2' }).waitFor();
    assert.deepEqual(await labels(), ['First guess', 'Best result', 'Variant 1', 'Variant 2']);
    await pick(page, 'Result');
    assert.equal(await page.locator('#save-text').textContent(), 'Save variant 2');
    assert.ok(await page.getByRole('button', { name: 'Another' }).isHidden());
  });

  it('asks before it leaves a run', async () => {
    await untilReady(page);
    await setVariants(page, 8);
    await restoreButton(page).click();
    await page.locator('#cancel:visible').waitFor();
    const asked = new Promise((resolve) => page.once('dialog', resolve));
    const leaving = page.evaluate(() => void setTimeout(() => location.reload()));
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await leaving;
    await page.locator('#cancel').click();
    await restoreButton(page).waitFor();
  });

  it('forgets the photo when it is closed', async () => {
    await page.getByRole('button', { name: 'Close the photo and forget it' }).click();
    await page.getByRole('button', { name: 'Open a photo' }).waitFor();
    await page.reload();
    await untilReady(page);
    assert.ok(await page.locator('#welcome').isVisible());
  });

  it('saves Fill as PNG, also of a JPEG, as it promises every bit', async () => {
    const jpeg = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 40);
      canvas.getContext('2d').fillRect(0, 0, 20, 20);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    await openFile(page, 'tiny.jpg', Buffer.from(jpeg), 'image/jpeg');
    await setVariants(page, 0);
    await pick(page, 'Denoise');
    await restore(page);
    await page.locator('#save').waitFor();
    assert.equal(await page.locator('#save-format').inputValue(), 'image/jpeg');
    await pick(page, 'Fill');
    await page.locator('#noise').fill('0');
    await page.locator('#noise').press('Enter');
    assert.equal(await page.locator('#save-format').inputValue(), 'image/png');
  });
});
