// The painting tools of the demo, by pointer and keyboard, and the edits of the whole mask.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  largeJpeg,
  openDemo,
  openFile,
  paint,
  painted,
  pick,
  smoothPng,
  untilOpen,
} from './demo-tools.mjs';
import { decodePng, encodePng } from './harness.mjs';
import { longestTask } from './main-thread.mjs';

const SIDE = 100;
/** The goal is 100 ms of processor time; shared processors take longer. */
const LONGEST_TASK = 300;

describe('painting', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo();
    ({ page } = session);
    await openFile(page, 'smooth.png', smoothPng(SIDE));
    await pick(page, 'Fill');
    await page.locator('#canvas-mask').waitFor();
  });
  after(() => session?.close());
  const tool = (name) => page.getByRole('button', { name, exact: true }).click();
  const undo = () => page.keyboard.press('Control+z');
  async function untilPainted(accepts) {
    const deadline = Date.now() + 20_000;
    let count = await painted(page);
    for (; !accepts(count); count = await painted(page)) {
      if (Date.now() > deadline) throw new Error(`${count} pixels are painted`);
      await page.waitForTimeout(50);
    }
    return count;
  }
  async function menu(name) {
    const isOpen = await page.locator('#mask-menu').evaluate((part) => part.open);
    if (!isOpen) await page.locator('#mask-menu summary').click();
    await page.getByRole('button', { name, exact: true }).click();
  }

  it('draws a rectangle, erases one, and undoes both', async () => {
    await tool('Rectangle');
    await paint(page, [0.2, 0.3], [0.6, 0.5]);
    assert.equal(await painted(page), 40 * 20);
    await tool('Eraser');
    await paint(page, [0.3, 0.2], [0.4, 0.6]);
    assert.equal(await painted(page), 30 * 20);
    await undo();
    assert.equal(await painted(page), 40 * 20);
    await undo();
    assert.equal(await painted(page), 0);
  });

  it('draws with a lasso, also by keyboard', async () => {
    await tool('Lasso');
    const box = await page.locator('#canvas-mask').boundingBox();
    const to = (x, y) => page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    await to(0.1, 0.1);
    await page.mouse.down();
    for (const corner of [
      [0.5, 0.1],
      [0.5, 0.5],
      [0.1, 0.5],
    ])
      await to(...corner);
    assert.match(await page.locator('#outline-polygon').getAttribute('points'), /\d/);
    await page.mouse.up();
    assert.equal(await painted(page), 40 * 40);
    await undo();
    await page.keyboard.down(' ');
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft'])
      for (let i = 0; i < 5; i++) await page.keyboard.press(key);
    await page.keyboard.up(' ');
    assert.ok((await painted(page)) > 20);
    await undo();
    assert.equal(await painted(page), 0);
  });

  it('draws a straight line to where Shift is held', async () => {
    await tool('Brush');
    await paint(page, [0.1, 0.2], [0.1, 0.2]);
    const dot = await painted(page);
    const box = await page.locator('#canvas-mask').boundingBox();
    await page.keyboard.down('Shift');
    await page.mouse.click(box.x + 0.9 * box.width, box.y + 0.2 * box.height);
    await page.keyboard.up('Shift');
    const diameter = Number(await page.locator('#brush-size').inputValue());
    const count = await painted(page);
    assert.ok(Math.abs(count - dot - 80 * diameter) < 0.15 * count, `${count} after ${dot}`);
    await undo();
    assert.equal(await painted(page), dot);
    await undo();
  });

  it('takes an area of one colour, as far as is set', async () => {
    const half = { data: new Uint8Array(4 * SIDE * SIDE).fill(255), width: SIDE, height: SIDE };
    for (let i = 0; i < 4 * SIDE * SIDE; i += 4) half.data[i] = (i / 4) % SIDE < 30 ? 100 : 150;
    await openFile(page, 'half.png', encodePng(half));
    await untilOpen(page, 'half');
    await tool('Area of one colour');
    await paint(page, [0.1, 0.5], [0.1, 0.5]);
    await untilPainted((count) => count === 30 * SIDE);
    await undo();
    await page.getByRole('slider', { name: 'Reach' }).fill('60');
    await paint(page, [0.1, 0.5], [0.1, 0.5]);
    await untilPainted((count) => count === SIDE * SIDE);
    await undo();
    assert.equal(await painted(page), 0);
  });

  it('grows, shrinks and inverts the mask', async () => {
    await tool('Rectangle');
    await paint(page, [0.2, 0.3], [0.6, 0.5]);
    await menu('Grow');
    // Four pixels on every side; a quarter of a disc leaves out eight pixels of each corner.
    await untilPainted((count) => count === 48 * 28 - 4 * 8);
    await menu('Shrink');
    await untilPainted((count) => count === 800);
    await menu('Invert');
    await untilPainted((count) => count === SIDE * SIDE - 800);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#mask-menu').evaluate((part) => part.open), false);
    for (let i = 0; i < 4; i++) await undo();
    assert.equal(await painted(page), 0);
  });

  it('saves a mask and opens it again, and refuses one of another size', async () => {
    await paint(page, [0.2, 0.3], [0.6, 0.5]);
    const saving = page.waitForEvent('download');
    await menu('Save mask');
    const download = await saving;
    assert.equal(download.suggestedFilename(), 'half-mask.png');
    const buffer = readFileSync(await download.path());
    const { data } = decodePng(buffer);
    assert.equal(data.filter((v, i) => i % 4 === 0 && v === 255).length, 800);
    await undo();
    const open = (file) =>
      page.getByLabel('Mask file').setInputFiles({
        name: 'mask.png',
        mimeType: 'image/png',
        buffer: file,
      });
    await open(buffer);
    await untilPainted((count) => count === 800);
    await open(smoothPng(20));
    await page.getByText(/This mask has 20\s×\s20 pixels; one for this photo has 100/).waitFor();
    assert.equal(await painted(page), 800);
  });

  it('edits the mask of a large photo without holding the page up', async () => {
    await openFile(page, 'large.jpg', await largeJpeg(page, 4032, 3024), 'image/jpeg');
    await page.getByText(/Full resolution is kept: 4032/).waitFor();
    const staysQuick = async (what, act) => {
      const milliseconds = await longestTask(session, async () => {
        await act();
        await page.waitForTimeout(2500);
      });
      console.log(`${what}: longest task ${milliseconds.toFixed(0)} ms`);
      assert.ok(milliseconds < LONGEST_TASK, `${what} takes ${milliseconds} ms at one go`);
    };
    await staysQuick('a rectangle', () => paint(page, [0.1, 0.1], [0.9, 0.9]));
    await staysQuick('growing', () => menu('Grow'));
    await staysQuick('inverting', () => menu('Invert'));
    await tool('Area of one colour');
    await staysQuick('an area', () => paint(page, [0.5, 0.5], [0.5, 0.5]));
    await staysQuick('undoing', () => undo());
    assert.ok((await painted(page)) > 1e6);
  });
});
