// axe-core on the main states of the demo, on a desktop and on a phone, upright and lying: nothing
// serious and nothing moderate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import {
  grainyPng,
  openDemo,
  openFile,
  paint,
  pick,
  restore,
  restoreButton,
  setVariants,
  smoothPng,
  untilDetail,
} from './demo-tools.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const DESKTOP = { width: 1280, height: 800 };
const LOOKS = [
  { size: DESKTOP, colorScheme: 'light' },
  { size: DESKTOP, colorScheme: 'dark' },
  { size: { width: 360, height: 740 }, colorScheme: 'light' },
  { size: { width: 740, height: 360 }, colorScheme: 'light' },
];
const GRAVE = ['moderate', 'serious', 'critical'];
/** What is the same in all states is looked at in the first alone. */
const UNCHANGED = ['.samples', '.about', '.foot'];
/** Of the photo. */
const SIDE = 48;

describe('the demo by axe-core', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: DESKTOP });
    ({ page } = session);
    await page.evaluate(AXE);
  });
  after(() => session?.close());

  /** Lets axe look at the page as it is. */
  async function check(state, exclude = UNCHANGED) {
    const found = [];
    for (const { size, colorScheme } of LOOKS) {
      await page.setViewportSize(size);
      // Colours on their way from one scheme to the other have less contrast.
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const look = `${state}, ${colorScheme}, ${size.width}×${size.height}`;
      const violations = await page.evaluate(async (exclude) => {
        const results = await axe.run({ exclude }, { resultTypes: ['violations'] });
        return results.violations.map(({ id, impact, nodes }) => ({
          id,
          impact,
          nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
        }));
      }, exclude);
      for (const { id, impact, nodes } of violations)
        if (GRAVE.includes(impact)) found.push(`${look}: ${impact}, ${id}\n${nodes.join('\n')}`);
    }
    await page.setViewportSize(DESKTOP);
    assert.equal(found.length, 0, found.join('\n\n'));
  }

  it('at the start', async () => {
    await page.locator('.card:disabled').first().waitFor({ state: 'detached' });
    await check('start', []);
  });

  it('with what Improve has found', async () => {
    await openFile(page, 'grainy.png', grainyPng(160));
    await page.getByText('Found in this photo').waitFor();
    await untilDetail(page);
    await check('improve');
  });

  for (const task of ['Fill', 'Enlarge', 'Unblur', 'Denoise', 'Colourise'])
    it(`in ${task}, with its options`, async () => {
      if (task === 'Fill') {
        await openFile(page, 'photo.png', smoothPng(SIDE));
        await pick(page, 'Fill');
        await setVariants(page, 2);
      }
      await pick(page, task);
      if (task !== 'Fill') await untilDetail(page);
      await check(task);
    });

  it('while a mask is painted', async () => {
    await pick(page, 'Fill');
    await paint(page, [0.3, 0.4], [0.6, 0.5]);
    await page.locator('#mask-menu summary').click();
    await check('painting');
    await page.locator('#mask-menu summary').click();
  });

  it('while it runs', async () => {
    await pick(page, 'Enlarge');
    await setVariants(page, 8);
    await page.locator('#sampler').selectOption('accurate');
    await restoreButton(page).click();
    await page.locator('#strip b').first().waitFor();
    await check('running');
    await page.locator('#cancel').click();
    await restoreButton(page).waitFor();
  });

  it('with results, compared, as a map, and one step on', async () => {
    await pick(page, 'Denoise');
    await setVariants(page, 2);
    await restore(page);
    await check('compare');
    await pick(page, 'Result');
    await check('result');
    await pick(page, 'Map');
    await page.locator('#legend-ticks', { hasText: '±' }).waitFor();
    await check('map');
    await pick(page, 'Result');
    await page.getByRole('button', { name: 'Go on from this' }).click();
    await page.getByText('Denoise, now').waitFor();
    await check('one step on');
  });

  it('with a list of photos', async () => {
    const photo = { name: 'a.png', mimeType: 'image/png', buffer: smoothPng(SIDE) };
    await page.getByLabel('Photo file').setInputFiles([photo, photo]);
    await page.getByRole('heading', { name: '2 photos' }).waitFor();
    await check('a list of photos');
  });

  it('with an error', async () => {
    await openFile(page, 'notes.png', Buffer.from('no picture at all'));
    await page.getByRole('alert').waitFor();
    await check('error');
  });
});
