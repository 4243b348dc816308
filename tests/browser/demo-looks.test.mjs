// What the main states of the demo look like, beside small committed pictures of them.
//
// A screenshot is reduced to the mean colours of cells of 8×8 pixels, which is all that is kept of
// it. Two looks are compared by the share of cells whose colours lie apart. Letters of another
// rasteriser, and the digits of a time, change the mean of a cell by a few levels; a block that is
// missing or has moved changes whole runs of cells by tens. To make the pictures anew:
//
//     UPDATE_LOOKS=1 node --test tests/browser/demo-looks.test.mjs
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  openDemo,
  openFile,
  pick,
  restore,
  setVariants,
  smoothPng,
  untilDetail,
} from './demo-tools.mjs';
import { decodePng, encodePng, ROOT } from './harness.mjs';

const FOLDER = join(ROOT, 'tests', 'browser', 'looks');
const IS_UPDATE = process.env.UPDATE_LOOKS === '1';
const SIZES = { desktop: [1280, 800], upright: [360, 740], lying: [740, 360] };
const SCHEMES = ['light', 'dark'];
const CELL = 8;
/** Times depend on the machine, and a longer one may take a line more. */
const WITHOUT_TIMES = '#estimate, #facts { visibility: hidden; height: 20px; overflow: hidden }';
/** Of a channel's mean, in 8-bit levels. */
const APART = 24;
/** The share of cells that may lie apart: see the last tests for what makes more or less. */
const TOLERATED = 0.01;

/** The mean colours of the cells of a screenshot. */
function cellsOf(screenshot) {
  const { data, width, height } = decodePng(screenshot);
  const [columns, rows] = [width, height].map((side) => Math.floor(side / CELL));
  const cells = new Uint8Array(4 * columns * rows).fill(255);
  for (let i = 0; i < columns * rows; i++)
    for (let c = 0; c < 3; c++) cells[4 * i + c] = mean(i % columns, Math.floor(i / columns), c);
  return { data: cells, width: columns, height: rows };

  function mean(column, row, channel) {
    let sum = 0;
    for (let y = CELL * row; y < CELL * (row + 1); y++)
      for (let x = CELL * column; x < CELL * (column + 1); x++)
        sum += data[4 * (y * width + x) + channel];
    return Math.round(sum / CELL ** 2);
  }
}

/** The share of cells that lie apart. */
function difference(a, b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  let apart = 0;
  for (let i = 0; i < a.data.length; i += 4)
    if ([0, 1, 2].some((c) => Math.abs(a.data[i + c] - b.data[i + c]) > APART)) apart++;
  return apart / (a.width * a.height);
}

describe('the looks of the demo', { timeout: 15 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    mkdirSync(FOLDER, { recursive: true });
    session = await openDemo({ serviceWorkers: 'block' });
    ({ page } = session);
    await page.locator('.card:disabled').first().waitFor({ state: 'detached' });
  });
  after(() => session?.close());

  /** @param css rules beside the page's own. */
  async function look(size, scheme, css = '') {
    const [width, height] = SIZES[size];
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.evaluate((rules) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rules);
      document.adoptedStyleSheets = [sheet];
      document.querySelector('.panel-body').scrollTop = 0;
      window.scrollTo(0, 0);
      // A list of photos lies below the picture on a phone.
      const queue = document.querySelector('#queue');
      if (!queue.hidden) queue.scrollIntoView({ block: 'nearest' });
    }, WITHOUT_TIMES + css);
    await page.mouse.move(0, 0);
    // The stage follows the window, and a picture that comes late replaces the last one.
    await page.waitForTimeout(400);
    const screenshot = await page.screenshot({ animations: 'disabled' });
    await page.evaluate(() => (document.adoptedStyleSheets = []));
    return cellsOf(screenshot);
  }
  const fileOf = (state, size, scheme) => join(FOLDER, `${state}-${size}-${scheme}.png`);
  const reference = (...of) => decodePng(readFileSync(fileOf(...of)));

  /** Compares a state in every size and scheme, or keeps it. */
  async function compare(state) {
    const far = [];
    for (const size of Object.keys(SIZES))
      for (const scheme of SCHEMES) {
        const seen = await look(size, scheme);
        if (IS_UPDATE) writeFileSync(fileOf(state, size, scheme), encodePng(seen));
        const share = difference(seen, reference(state, size, scheme));
        if (share > TOLERATED) far.push(`${size} ${scheme}: ${(100 * share).toFixed(1)} %`);
      }
    await page.setViewportSize({ width: 1280, height: 800 });
    assert.deepEqual(far, [], 'cells lie apart');
  }

  it('before a photo is open', () => compare('empty'));

  it('with a photo and a task', async () => {
    await openFile(page, 'smooth.png', smoothPng(96));
    await pick(page, 'Denoise');
    await untilDetail(page);
    await compare('task');
  });

  it('with a result, beside the photo, and with the map', async () => {
    await setVariants(page, 2);
    await restore(page);
    await compare('compare');
    await pick(page, 'Result');
    await compare('result');
    await pick(page, 'Map');
    await page.locator('#map-bar').waitFor();
    await compare('map');
  });

  it('with several photos', async () => {
    const file = (name) => ({ name, mimeType: 'image/png', buffer: smoothPng(96) });
    await page.getByLabel('Photo file').setInputFiles(['a.png', 'b.png', 'c.png'].map(file));
    await page.getByRole('heading', { name: /^3 photos/ }).waitFor();
    await untilDetail(page);
    await compare('queue');
  });

  it('differ where a block is missing or has moved, and not by their letters', async () => {
    const shareWith = async (css, size) => {
      const share = difference(await look(size, 'light', css), await look(size, 'light'));
      return share;
    };
    for (const size of Object.keys(SIZES)) {
      assert.ok((await shareWith('#restore { visibility: hidden }', size)) > TOLERATED, size);
      assert.ok((await shareWith('main { translate: 0 16px }', size)) > TOLERATED, size);
      const letters = '* { -webkit-text-stroke: 0.2px; text-rendering: geometricPrecision }';
      assert.ok((await shareWith(letters, size)) <= TOLERATED, size);
    }
  });
});
