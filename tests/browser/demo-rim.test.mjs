// The soft rim of a fill: the photo shows through where the mask begins, as far as is set.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  openDemo,
  openFile,
  paint,
  pick,
  restore,
  savedFile,
  setVariants,
  smoothPng,
} from './demo-tools.mjs';
import { decodePng } from './harness.mjs';

const SIDE = 200;

describe('the rim of a fill', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  const png = smoothPng(SIDE);
  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
    await openFile(page, 'photo.png', png);
    await setVariants(page, 0);
  });
  after(() => session?.close());
  const rim = () => page.getByRole('slider', { name: 'Soft rim' });
  const save = async () => decodePng(await savedFile(page)).data;

  it('is as wide as the keyboard sets it', async () => {
    await pick(page, 'Fill');
    await page.getByRole('button', { name: 'Rectangle', exact: true }).click();
    await paint(page, [0.3, 0.6], [0.5, 0.7]);
    await restore(page);
    const photo = decodePng(png).data;
    const hard = await save();
    for (let i = 0; i < 5; i++) await rim().press('ArrowRight');
    assert.equal(await page.locator('#rim-text').textContent(), '5 px');
    const soft = await save();
    let filled = 0;
    // The rectangle begins at 60, 120.
    for (const [x, share] of [
      [59, 0],
      [60, 1 / 6],
      [62, 3 / 6],
      [70, 1],
    ]) {
      const i = 4 * (130 * SIDE + x);
      for (let c = i; c < i + 3; c++) {
        const expected = photo[c] + share * (hard[c] - photo[c]);
        assert.ok(Math.abs(soft[c] - expected) <= 1, `column ${x}: ${soft[c]}, not ${expected}`);
        filled += Math.abs(hard[c] - photo[c]);
      }
    }
    assert.ok(filled > 0, 'the fill differs from the photo');
  });

  it('is offered for fills alone', async () => {
    await pick(page, 'Denoise');
    await restore(page);
    assert.ok(await rim().isHidden());
  });
});
