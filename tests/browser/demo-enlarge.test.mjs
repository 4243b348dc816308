// Enlarge in the demo by any factor: the core's next factor, then scaled down.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  openDemo,
  openFile,
  pick,
  restore,
  savedFile,
  setVariants,
  smoothPng,
  untilDetail,
} from './demo-tools.mjs';
import { decodePng } from './harness.mjs';

const SIDE = 40;

describe('Enlarge by any factor', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await openFile(page, 'smooth.png', smoothPng(SIDE, 30));
    await pick(page, 'Enlarge');
  });
  after(() => session?.close());
  const slider = () => page.getByRole('slider', { name: 'Any factor' });

  it('tells the size of the result, from 1.1 to 8', async () => {
    await slider().press('Home');
    assert.match(await page.locator('#factor-text').textContent(), /^1\.1×, to 44\s×\s33$/);
    await slider().press('End');
    assert.match(await page.locator('#factor-text').textContent(), /^8×, to 320\s×\s240$/);
    assert.ok(await page.getByRole('radio', { name: '8×' }).isChecked());
    await slider().fill('3.3');
    for (const name of ['2×', '4×', '8×'])
      assert.equal(await page.getByRole('radio', { name }).isChecked(), false);
    await page
      .locator('#plan')
      .getByText(/enlarged 3\.3× to 132\s×\s99/)
      .waitFor();
    await untilDetail(page);
  });

  it('makes a result of that size', async () => {
    await setVariants(page, 2);
    await restore(page);
    const { width, height, data } = decodePng(await savedFile(page));
    assert.deepEqual([width, height], [132, 99]);
    const photo = decodePng(smoothPng(SIDE, 30)).data;
    for (const [x, y] of [
      [20, 15],
      [8, 22],
    ]) {
      const at = 4 * (Math.floor(3.3 * (y + 0.5)) * width + Math.floor(3.3 * (x + 0.5)));
      const known = 4 * (y * SIDE + x);
      for (let c = 0; c < 3; c++)
        assert.ok(Math.abs(data[at + c] - photo[known + c]) < 8, `channel ${c} at ${x}, ${y}`);
    }
    await pick(page, 'Map');
    await page.getByText(/How far the result may be off/).waitFor();
    const map = await page.locator('#canvas-under').evaluate((canvas) => canvas.width);
    assert.equal(map, 132);
  });

  it('compares with the original where this page has shrunk it', async () => {
    await page.getByRole('switch', { name: /^Shrink this photo/ }).check();
    await page.getByText('Shrunk by this page').waitFor();
    await restore(page);
    await page.locator('.tile', { hasText: 'Original' }).waitFor();
    assert.match(await page.locator('.tile', { hasText: 'Best result' }).innerText(), /\d dB/);
  });
});
