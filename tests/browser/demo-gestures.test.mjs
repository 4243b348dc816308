// The picture of the demo under two fingers, the mouse and keys.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  openDemo,
  openFile,
  painted,
  pick,
  restore,
  setVariants,
  smoothPng,
} from './demo-tools.mjs';

describe('gestures of the demo', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  let touch;
  before(async () => {
    session = await openDemo({ viewport: { width: 390, height: 844 } });
    ({ page } = session);
    const devtools = await session.context.newCDPSession(page);
    await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 2 });
    touch = (type, ...points) =>
      devtools.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      });
    await openFile(page, 'photo.png', smoothPng(300));
    await pick(page, 'Fill');
    await page.locator('#canvas-mask').waitFor();
  });
  after(() => session?.close());

  const zoomLevel = async () => parseInt(await page.locator('#zoom-level').textContent());
  const middle = async () => {
    const box = await page.locator('#canvas-mask').boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };

  it('a pinch zooms the picture alone, and leaves what is painted', async () => {
    const [x, y] = await middle();
    await touch('touchStart', [x - 40, y]);
    await touch('touchMove', [x + 40, y]);
    await touch('touchEnd');
    const count = await painted(page);
    assert.ok(count > 100, `${count} pixels are painted`);
    const level = await zoomLevel();
    // The first finger lands inside the stroke.
    await touch('touchStart', [x, y]);
    await touch('touchMove', [x + 2, y]);
    await touch('touchStart', [x + 2, y], [x + 2, y + 60]);
    for (let i = 1; i <= 8; i++) await touch('touchMove', [x, y - 6 * i], [x, y + 60 + 6 * i]);
    await touch('touchEnd');
    assert.equal(await painted(page), count);
    assert.ok(await page.getByRole('button', { name: 'Redo' }).isDisabled());
    assert.ok((await zoomLevel()) > 1.3 * level, `${await zoomLevel()} % after ${level} %`);
    assert.equal(await page.evaluate(() => visualViewport.scale), 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    assert.equal(await painted(page), 0, 'the stroke was one edit, and the pinch none');
  });

  it('the mouse pans a picture that is not painted on, and keys zoom it', async () => {
    await pick(page, 'Denoise');
    await page.locator('#scroller').focus();
    await page.keyboard.press('0');
    const level = await zoomLevel();
    for (let i = 0; i < 4; i++) await page.keyboard.press('+');
    assert.ok((await zoomLevel()) > 3 * level);
    const scrolled = () => page.locator('#scroller').evaluate((part) => part.scrollLeft);
    const start = await scrolled();
    const box = await page.locator('#scroller').boundingBox();
    await page.mouse.move(box.x + 200, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 120, box.y + 100, { steps: 4 });
    await page.mouse.up();
    assert.ok(Math.abs((await scrolled()) - start - 80) <= 2);
    await page.keyboard.press('0');
    assert.equal(await zoomLevel(), level);
  });

  it('keys without Ctrl act on the picture alone', async () => {
    await pick(page, 'Fill');
    const eraser = page.getByRole('button', { name: 'Eraser' });
    await page.getByRole('radio', { name: 'Fill', exact: true }).press('e');
    assert.equal(await eraser.getAttribute('aria-pressed'), 'false');
    await page.locator('#canvas-mask').press('e');
    assert.equal(await eraser.getAttribute('aria-pressed'), 'true');
  });

  it('a finger moves the grip of Compare', async () => {
    await pick(page, 'Denoise');
    await setVariants(page, 0);
    await restore(page);
    await pick(page, 'Compare');
    const divider = page.getByRole('slider', { name: 'Compare before and after' });
    await divider.scrollIntoViewIfNeeded();
    const at = async () => Number(await divider.getAttribute('aria-valuenow'));
    const picture = await page.locator('#frame').boundingBox();
    const grip = await page.locator('.grip').boundingBox();
    const [x, y] = [grip.x + grip.width / 2, grip.y + grip.height / 2];
    const start = await at();
    await touch('touchStart', [x, y]);
    for (let i = 1; i <= 5; i++) await touch('touchMove', [x + (i * picture.width) / 20, y]);
    await touch('touchEnd');
    const moved = (await at()) - start;
    assert.ok(Math.abs(moved - 25) <= 3, `moved by ${moved} % for a quarter of the width`);
    const top = await page.evaluate(() => window.scrollY);
    await touch('touchStart', [x, y]);
    await touch('touchEnd');
    assert.equal(await page.evaluate(() => window.scrollY), top);
  });
});
