// What the demo shows the curious: the state, the pivot and the disagreement at each step of a run.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  grainyPng,
  openDemo,
  openFile,
  pick,
  pixelsOf,
  restore,
  setVariants,
} from './demo-tools.mjs';

const SIDE = 96;

describe('a look inside', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await openFile(page, 'grainy.png', grainyPng(SIDE));
    await pick(page, 'Denoise');
    await setVariants(page, 1);
  });
  after(() => session?.close());
  const pictures = () => page.locator('#inside-pictures');

  it('is closed at first, and a run then shows nothing in it', async () => {
    await restore(page);
    assert.equal(await page.evaluate(() => document.getElementById('inside-state').width), 300);
  });

  it('shows each step of the next run, opened by keyboard', async () => {
    await page.locator('#inside summary').press('Enter');
    await page.getByText('Each step of the next run is shown here').waitFor();
    await restore(page);
    await pictures().waitFor();
    const text = (id) => page.locator(id).textContent();
    // The last step of the quickest sampler.
    assert.match(await text('#inside-state-text'), /under noise of 4 levels/);
    assert.match(await text('#inside-difference-text'), /this variant with the best result/);
    const [state, pivot, difference] = await Promise.all(
      ['state', 'pivot', 'difference'].map((name) => pixelsOf(page, `#inside-${name}`)),
    );
    assert.equal(state.length, 4 * SIDE * SIDE);
    const spread = (pixels) =>
      Math.max(...pixels) - Math.min(...pixels.filter((_, i) => i % 4 < 3));
    for (const pixels of [state, pivot, difference]) assert.ok(spread(pixels) > 20);
    assert.notDeepEqual(state, pivot);
    const paper = page.getByRole('link', { name: /^The paper/ });
    assert.equal(await paper.getAttribute('href'), 'https://arxiv.org/abs/2606.17048');
  });
});
