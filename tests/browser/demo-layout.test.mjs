// The demo on small and lying phones, in forced colours, and for screen readers.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { openDemo, openFile, pick, restore, setVariants, smoothPng } from './demo-tools.mjs';
import { ROOT } from './harness.mjs';

/** Loaded by those who read it, or once it is needed. */
const LATER = new RegExp(
  '^(blur|damage|eps-restore-windows|formats|formats-client|german|inside|map|map-worker|' +
    'mask-tools|metadata|queue|results|scratches|search-worker|zip)\\.',
);
/** Of all other scripts of the page and its workers, as they travel. */
const MOST_SCRIPT_BYTES = 90_000;

describe('the layout of the demo', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await openFile(page, 'photo.png', smoothPng(64));
    await pick(page, 'Fill');
    await page.locator('#canvas-mask').waitFor();
  });
  after(() => session?.close());

  it('tells what is chosen in forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    for (const name of ['task', 'view']) {
      const chosen = page.locator(`input[name="${name}"]:checked + span`);
      const adjust = await chosen.evaluate((label) => getComputedStyle(label).forcedColorAdjust);
      assert.equal(adjust, 'none', `the chosen ${name} keeps its own colours`);
    }
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('keeps Restore in sight on phones, upright and lying', async () => {
    for (const size of [
      { width: 360, height: 740 },
      { width: 740, height: 360 },
      { width: 320, height: 568 },
    ]) {
      await page.setViewportSize(size);
      const box = await page.getByRole('button', { name: 'Restore', exact: true }).boundingBox();
      const text = `${JSON.stringify(size)}: ${JSON.stringify(box)}`;
      assert.ok(box.y >= 0 && box.y + box.height <= size.height, text);
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), size.width);
      const [map, zoom] = await Promise.all(
        ['#views', '#zoom-out'].map((part) => page.locator(part).boundingBox()),
      );
      assert.ok(map.x + map.width <= zoom.x, `${text}: the map's button lies under the zoom`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('is small', () => {
    const folder = join(ROOT, 'dist');
    const bytes = readdirSync(folder)
      .filter((name) => name.endsWith('.js') && !LATER.test(name))
      .reduce((sum, name) => sum + brotliCompressSync(readFileSync(join(folder, name))).length, 0);
    console.log(`scripts: ${bytes} bytes in brotli`);
    assert.ok(bytes < MOST_SCRIPT_BYTES, `${bytes} bytes`);
  });

  it('has a heading, and does not speak at every step of a slider', async () => {
    assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Restore “photo”');
    const plan = page.locator('#plan');
    assert.equal(await plan.getAttribute('role'), null);
    assert.equal(await plan.getAttribute('aria-live'), null);
  });

  it('asks for no simulated damage among the settings of a photo', async () => {
    await pick(page, 'Unblur');
    assert.ok(await page.getByRole('switch', { name: /^Blur this photo/ }).isHidden());
  });

  it('keeps the labels of Compare apart on a lying phone', async () => {
    await pick(page, 'Denoise');
    await setVariants(page, 0);
    await restore(page);
    await page.setViewportSize({ width: 740, height: 360 });
    await pick(page, 'Compare');
    const [left, right] = await Promise.all(
      ['#chip-left', '#chip-right'].map((chip) => page.locator(chip).boundingBox()),
    );
    const text = `${JSON.stringify(left)}, ${JSON.stringify(right)}`;
    assert.ok(left.x + left.width <= right.x, `the labels overlap: ${text}`);
    const whole = await page.locator('#chip-right').evaluate((c) => c.scrollWidth <= c.clientWidth);
    assert.ok(whole, 'a label is cut');
    await page.setViewportSize({ width: 1280, height: 900 });
  });
});
