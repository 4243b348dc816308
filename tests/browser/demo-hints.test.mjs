// Colours that the visitor paints for Colourise, in both languages.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  loadDemo,
  openDemo,
  openFile,
  paint,
  painted,
  pick,
  pixelsOf,
  restore,
  setVariants,
  untilDetail,
  untilKept,
} from './demo-tools.mjs';
import { encodePng } from './harness.mjs';

const SIDE = 64;
const BLUE = '#2050d0';
const RED = '#d03020';

/** A grey photo: a soft slope of light. */
function greyPng() {
  const data = new Uint8Array(4 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const level = 90 + Math.round((70 * (i % SIDE)) / SIDE);
    data.set([level, level, level, 255], 4 * i);
  }
  return encodePng({ data, width: SIDE, height: SIDE });
}

/** Red less blue of a square picture, on average along the two lines that are painted. */
function warmth(pixels) {
  const side = Math.sqrt(pixels.length / 4);
  const along = (row) => {
    const columns = Array.from({ length: side / 4 }, (_, i) => Math.round(0.375 * side) + i);
    const each = columns.map((x) => {
      const at = 4 * (Math.round(row * side) * side + x);
      return pixels[at] - pixels[at + 2];
    });
    return each.reduce((sum, value) => sum + value, 0) / each.length;
  };
  return { upper: along(0.25), lower: along(0.75) };
}

describe('colours that the visitor paints', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await openFile(page, 'grey.png', greyPng());
    await pick(page, 'Colourise');
    await setVariants(page, 0);
  });
  after(() => session?.close());

  const bar = () => page.getByRole('toolbar', { name: 'Painting' });
  const hintsSwitch = () => page.getByRole('switch', { name: 'Paint colours yourself' });
  const result = async () => warmth(await pixelsOf(page, '#canvas-over'));
  /** The line of the upper half in blue, of the lower half in red. */
  async function paintBoth() {
    await page.getByLabel('Colour', { exact: true }).fill(BLUE);
    await paint(page, [0.25, 0.25], [0.75, 0.25]);
    await page.getByLabel('Colour', { exact: true }).fill(RED);
    await paint(page, [0.25, 0.75], [0.75, 0.75]);
  }

  it('offers a brush and a colour once they are wanted, and no menu of masks', async () => {
    assert.equal(await bar().isVisible(), false);
    await hintsSwitch().check();
    await bar().waitFor();
    assert.ok(await page.getByLabel('Colour', { exact: true }).isVisible());
    assert.equal(await page.locator('#mask-menu').isVisible(), false);
    await hintsSwitch().uncheck();
    assert.equal(await bar().isVisible(), false);
  });

  it('paints, erases and undoes', async () => {
    await hintsSwitch().check();
    await paint(page, [0.25, 0.25], [0.75, 0.25]);
    const line = await painted(page);
    assert.ok(line > 50, `${line} pixels`);
    await page.getByRole('button', { name: 'Eraser', exact: true }).click();
    await paint(page, [0.5, 0.1], [0.5, 0.5]);
    assert.ok((await painted(page)) < line);
    await page.keyboard.press('Control+z');
    assert.equal(await painted(page), line);
    await page.getByRole('button', { name: 'Clear what is painted' }).click();
    assert.equal(await painted(page), 0);
    await page.getByRole('button', { name: 'Brush', exact: true }).click();
  });

  it('shows each colour at the brightness of the photo', async () => {
    await paintBoth();
    const colours = await page.locator('#canvas-mask').evaluate((canvas, side) => {
      const at = (y) => [...canvas.getContext('2d').getImageData(side / 2, y, 1, 1).data];
      return [at(side / 4), at((3 * side) / 4), getComputedStyle(canvas).mixBlendMode];
    }, SIDE);
    assert.deepEqual(colours, [[0x20, 0x50, 0xd0, 255], [0xd0, 0x30, 0x20, 255], 'color']);
  });

  it('gives the painted colours to the detail and to the result', async () => {
    await untilDetail(page);
    const detail = warmth(await pixelsOf(page, '#detail-after'));
    assert.ok(detail.upper < -25 && detail.lower > 25, JSON.stringify(detail));
    await restore(page);
    const { upper, lower } = await result();
    assert.ok(upper < -25 && lower > 25, `${upper} above, ${lower} below`);
  });

  it('brings them back after a reload', async () => {
    await pick(page, 'Photo');
    const before = await painted(page);
    await untilKept(page, ({ hinted, work }) => hinted && work.settings.hasHints);
    await loadDemo(session);
    await page.locator('#canvas-mask').waitFor();
    assert.equal(await painted(page), before);
    assert.equal(await page.getByLabel('Colour', { exact: true }).inputValue(), RED);
  });

  it('leaves them out when they are switched off, and keeps them', async () => {
    await hintsSwitch().uncheck();
    await restore(page);
    const { upper, lower } = await result();
    assert.ok(Math.abs(upper - lower) < 20, `${upper} above, ${lower} below`);
    await hintsSwitch().check();
    assert.ok((await painted(page)) > 0);
  });

  it('are offered in German', async () => {
    await untilKept(page, ({ work }) => work.settings.hasHints);
    await page.goto(`${session.origin}/de.html`);
    const german = page.getByRole('switch', { name: 'Farben selbst malen' });
    await page.getByLabel('Farbe', { exact: true }).waitFor();
    assert.ok(await german.isChecked());
    assert.ok(await page.getByRole('button', { name: 'Gemaltes löschen' }).isVisible());
    assert.ok((await painted(page)) > 0);
  });
});
