// The detail of the demo: a small part of the photo, restored before the run by the present
// settings, where the visitor points.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  chooseFill,
  grainyPng,
  openDemo,
  openFile,
  paint,
  pick,
  pixelsOf,
  restore,
  setVariants,
  smoothPng,
  untilDetail,
  untilOpen,
} from './demo-tools.mjs';

const SIDE = 224;

/** The mean difference of neighbours: grain has much of it. */
const roughness = (pixels) =>
  pixels.reduce((sum, v, i) => sum + Math.abs(v - (pixels[i + 4] ?? v)), 0) / pixels.length;

describe('the detail', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
  });
  after(() => session?.close());
  const detail = (which) => pixelsOf(page, `#detail-${which}`);

  it('is restored without a press, and again when a setting changes: the latest wins', async () => {
    await openFile(page, 'grainy.png', grainyPng(SIDE));
    await pick(page, 'Denoise');
    await untilDetail(page);
    const noisy = roughness(await detail('before'));
    const measured = roughness(await detail('after'));
    assert.ok(measured < 0.5 * noisy, `${noisy} before, ${measured} after`);
    const slider = page.getByRole('slider', { name: 'Grain', exact: true });
    await slider.press('End');
    for (let i = 0; i < 4; i++) await slider.press('PageDown');
    await slider.press('Home');
    await untilDetail(page);
    const kept = roughness(await detail('after'));
    assert.ok(kept > 2 * measured, `${kept} for the faintest grain, ${measured} for what there is`);
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  it('measures the noise for Unblur too, which else blows it up', async () => {
    await pick(page, 'Unblur');
    const field = page.locator('#noise');
    const untilMeasured = async () => {
      await page.locator('#noise[placeholder^="auto: "]').waitFor({ state: 'attached' });
      await untilDetail(page);
    };
    await untilMeasured();
    const level = Number(/auto: ([\d.]+)/.exec(await field.getAttribute('placeholder'))[1]);
    assert.ok(level > 10, `${level} levels of grain`);
    const measured = roughness(await detail('after'));
    await page.locator('#advanced > summary').click();
    await field.fill('3');
    await field.press('Tab');
    await untilDetail(page);
    const stated = roughness(await detail('after'));
    assert.ok(measured < 0.5 * stated, `${measured} measured, ${stated} at 3 levels`);
    await field.fill('');
    await field.press('Tab');
    await untilMeasured();
    assert.equal(roughness(await detail('after')), measured);
    await page.locator('#advanced > summary').click();
    await pick(page, 'Denoise');
  });

  it('shows what the run gives there', async () => {
    await page.getByRole('slider', { name: 'Grain', exact: true }).press('End');
    // Restore comes while the detail is worked on.
    await setVariants(page, 0);
    await restore(page);
    await pick(page, 'Result');
    await page.waitForTimeout(500); // canvases draw later
    const result = await pixelsOf(page, '#canvas-under');
    await pick(page, 'Photo');
    await untilDetail(page);
    const part = await detail('after');
    const margin = (SIDE - 192) / 2;
    let most = 0;
    for (let y = 0; y < 192; y++)
      for (let x = 0; x < 4 * 192; x++) {
        const at = 4 * ((y + margin) * SIDE + margin) + x;
        most = Math.max(most, Math.abs(part[4 * 192 * y + x] - result[at]));
      }
    assert.equal(most, 0, 'levels apart');
  });

  it('moves by keys, by a drag and by a click', async () => {
    await openFile(page, 'wide.png', smoothPng(640, 400));
    await untilDetail(page);
    const marker = page.locator('#marker');
    const label = () => marker.getAttribute('aria-label');
    assert.match(await label(), /at 50 % from the left, 50 % from the top/);
    const middle = await detail('before');
    await marker.press('Shift+ArrowRight');
    await untilDetail(page);
    assert.match(await label(), /at 80 % from the left, 50 % from the top/);
    assert.notDeepEqual(await detail('before'), middle);
    const frame = await page.locator('#frame').boundingBox();
    const at = (x, y) => [frame.x + x * frame.width, frame.y + y * frame.height];
    // The grip lies above the corner of the frame.
    const grip = await marker.boundingBox();
    await page.mouse.move(grip.x + 8, grip.y - 12);
    await page.mouse.down();
    const [right, down] = [-0.3 * frame.width, 0.1 * frame.height];
    await page.mouse.move(grip.x + 8 + right, grip.y - 12 + down, { steps: 4 });
    await page.mouse.up();
    assert.match(await label(), /at 50 % from the left, 60 % from the top/);
    await page.mouse.click(...at(0.2, 0.9));
    assert.match(await label(), /at 20 % from the left, 76 % from the top/);
  });

  it('has a frame within the picture, and none around the whole of it', async () => {
    await openFile(page, 'low.png', smoothPng(640, 200));
    await untilDetail(page);
    await page.locator('#marker.full-height').waitFor();
    const isScrolled = await page
      .locator('#scroller')
      .evaluate((part) => part.scrollHeight > part.clientHeight);
    assert.equal(isScrolled, false);
    await openFile(page, 'small.png', smoothPng(64));
    await page.locator('#marker').waitFor({ state: 'hidden' });
    await untilDetail(page);
    await openFile(page, 'wide.png', smoothPng(640, 400));
    await untilOpen(page, 'wide');
  });

  it('is as large for every factor, and grey where colour is drawn', async () => {
    await pick(page, 'Enlarge');
    await pick(page, '4×');
    await untilDetail(page);
    const width = (which) => page.locator(`#detail-${which}`).evaluate((canvas) => canvas.width);
    assert.deepEqual([await width('before'), await width('after')], [48, 192]);
    for (const task of ['Unblur', 'Colourise']) {
      await pick(page, task);
      await untilDetail(page);
      assert.equal(await width('after'), 192);
    }
    const filter = await page
      .locator('#detail-before')
      .evaluate((canvas) => getComputedStyle(canvas).filter);
    assert.match(filter, /grey/);
  });

  it('fills what is painted in its frame, and says why it cannot', async () => {
    await pick(page, 'Fill');
    await page.getByText('Nothing is painted in the frame').waitFor();
    await paint(page, [0.3, 0.4], [0.35, 0.45]);
    await untilDetail(page);
    assert.match(
      await page.locator('#marker').getAttribute('aria-label'),
      /at 3\d % from the left/,
    );
    assert.notDeepEqual(await detail('after'), await detail('before'));
    await paint(page, [0.1, 0.42], [0.9, 0.42]);
    await page.getByText('What is painted reaches beyond the frame').waitFor();
    await chooseFill(page, 'People, objects');
    assert.ok(await page.locator('#detail').isHidden());
    assert.ok(await page.locator('#marker').isHidden());
    // A wide hole gets texture that the frame does not hold.
    await chooseFill(page, 'Automatic');
    await page.getByRole('button', { name: 'Clear what is painted' }).click();
    await page.getByRole('button', { name: 'Rectangle', exact: true }).click();
    await paint(page, [0.3, 0.4], [0.5, 0.55]);
    await page.getByText('Texture comes from the rest of the photo').waitFor();
  });
});
