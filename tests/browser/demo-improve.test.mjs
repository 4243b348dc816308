// Improve: what the page finds in a photo, and mends in one press; by pointer, touch and keyboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  grainyPng,
  openDemo,
  openFile,
  pick,
  pixelsOf,
  setVariants,
  textsOf,
  untilDetail,
  untilKept,
  untilOpen,
} from './demo-tools.mjs';
import { decodePng, ROOT } from './harness.mjs';

const SIDE = 160;

/** A grey photo of waves, saved as a JPEG of quality 30. */
const greyJpeg = (page) =>
  page.evaluate(async (side) => {
    const image = new ImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      const value = 120 + 60 * Math.sin(i / 7) + 40 * Math.sin((i * i) / 90_000);
      image.data.set([value, value, value, 255], 4 * i);
    }
    const canvas = new OffscreenCanvas(side, side);
    canvas.getContext('2d').putImageData(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.3 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, SIDE);

/** Clean, sharp and not small. */
const CLEAN = readFileSync(join(ROOT, 'www/samples/spaniels.jpg'));

const tick = (page, name) => page.getByRole('checkbox', { name: new RegExp(`^${name}`) });
const button = (page) => page.getByRole('button', { name: 'Improve', exact: true });
const note = (page, text) => page.locator('#improve-note').getByText(text).waitFor();
const lookedAt = (page) =>
  page.waitForFunction(() => !/Look/.test(document.querySelector('#improve-note').textContent));

/** Lying phones hide the facts. */
async function finished(page) {
  await page
    .locator('#facts')
    .getByText(/evaluation/)
    .waitFor({ state: 'attached' });
  await button(page).waitFor();
  return page.locator('#facts').textContent();
}

describe('Improve in the demo', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
  });
  after(() => session?.close());

  it('comes first, and proposes to remove the grain of a grainy photo', async () => {
    await openFile(page, 'grainy.png', grainyPng(SIDE));
    assert.ok(await page.getByRole('radio', { name: /^Improve/ }).isChecked());
    await note(page, 'Found in this photo');
    assert.ok(await tick(page, 'Grain').isChecked());
    assert.ok(!(await tick(page, 'Few pixels').isChecked()), 'what only guesses is offered');
    await untilDetail(page);
    const roughness = async (side) => {
      const data = await pixelsOf(page, `#detail-${side}`);
      let sum = 0;
      for (let i = 4; i < data.length; i += 4) sum += Math.abs(data[i] - data[i - 4]);
      return sum / data.length;
    };
    const [before, after] = [await roughness('before'), await roughness('after')];
    assert.ok(after < 0.6 * before, `roughness ${before} before, ${after} after`);
  });

  it('does it in one press, beside the photo as it was', async () => {
    await button(page).click();
    assert.match(await finished(page), /^Denoise, \d evaluations? in /);
    assert.ok(await page.getByRole('radio', { name: /^Improve/ }).isChecked());
    assert.equal(await page.locator('#chip-left').textContent(), 'Before');
    assert.deepEqual(await page.locator('#strip b').allTextContents(), [
      'First guess',
      'Best result',
    ]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save best result' }).click();
    assert.equal((await download).suggestedFilename(), 'grainy-improved-best-result.png');
  });

  it('shows two variants once they are asked for, and where they differ', async () => {
    await page.getByRole('button', { name: 'Show 2 variants' }).click();
    await page.getByRole('radio', { name: 'Variant 2' }).waitFor();
    await button(page).waitFor();
    await page.getByRole('button', { name: 'Another' }).waitFor();
    await pick(page, 'Map');
    await page.locator('#legend-ticks', { hasText: '±' }).waitFor();
  });

  it('takes several steps one after the other, by the keyboard alone', async () => {
    await openFile(page, 'grey.jpg', Buffer.from(await greyJpeg(page)), 'image/jpeg');
    await tick(page, 'Traces of JPEG').waitFor();
    assert.match(await page.locator('#improve-list').textContent(), /saved at quality 30 of 100/);
    await lookedAt(page);
    for (const name of ['No colour', 'Few pixels']) {
      const box = tick(page, name);
      assert.ok(!(await box.isChecked()));
      await box.focus();
      await page.keyboard.press('Space');
      assert.ok(await box.isChecked());
    }
    if (await tick(page, 'Blur').isVisible()) await tick(page, 'Blur').uncheck();
    await page
      .locator('#plan')
      .getByText(/enlarged 4× to 640/)
      .waitFor();
    await setVariants(page, 0);
    const stages = await textsOf(page.locator('#progress-stage'));
    await button(page).focus();
    await page.keyboard.press('Enter');
    assert.match(await finished(page), /^Denoise, Colourise, Enlarge, \d+ evaluations in /);
    const told = (await stages.jsonValue()).join('\n');
    assert.match(told, /1 of 3, Denoise: [\s\S]*3 of 3, Enlarge: /);
    assert.deepEqual(await page.locator('#strip b').allTextContents(), [
      'Denoise',
      'Colourise',
      'First guess',
      'Best result',
    ]);
    const download = page.waitForEvent('download');
    await page.getByLabel('File format').selectOption('image/png');
    await page.getByRole('button', { name: 'Save best result' }).click();
    const stream = await (await download).createReadStream();
    const saved = decodePng(Buffer.concat(await stream.toArray()));
    assert.deepEqual([saved.width, saved.height], [4 * SIDE, 4 * SIDE]);
  });

  it('says so where it finds nothing, and starts nothing', async () => {
    await openFile(page, 'clean.jpg', CLEAN, 'image/jpeg');
    await note(page, 'Nothing to mend was found');
    assert.ok(await page.locator('#detail').isHidden());
    await button(page).click();
    await page.locator('.notice', { hasText: 'choose a task by hand' }).waitFor();
    assert.ok(await page.locator('#progress').isHidden());
  });

  it('comes back after a reload, and leaves a choice by hand alone', async () => {
    await untilKept(page, ({ photo, work }) => photo === 'clean' && work.isImproving);
    await page.reload();
    await page.getByText('Your last photo is open again').waitFor();
    assert.ok(await page.getByRole('radio', { name: /^Improve/ }).isChecked());
    assert.ok(await page.locator('#results').isHidden(), 'results of another photo are gone');
    await pick(page, 'Denoise');
    await openFile(page, 'grainy.png', grainyPng(64));
    await untilOpen(page, 'grainy');
    assert.ok(await page.getByRole('radio', { name: 'Denoise' }).isChecked());
  });
});

describe('Improve on a phone', { timeout: 5 * 60_000 }, () => {
  let session;
  let page;
  before(async () => {
    session = await openDemo({ viewport: { width: 360, height: 740 }, hasTouch: true });
    ({ page } = session);
  });
  after(() => session?.close());

  it('ticks and runs by touch, upright and lying', async () => {
    await openFile(page, 'grainy.png', grainyPng(SIDE));
    await note(page, 'Found in this photo');
    for (const size of [
      { width: 360, height: 740 },
      { width: 740, height: 360 },
    ]) {
      await page.setViewportSize(size);
      assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), size.width);
      await tick(page, 'Grain').tap();
      assert.ok(!(await tick(page, 'Grain').isChecked()));
      await tick(page, 'Grain').tap();
      assert.ok(await tick(page, 'Grain').isChecked());
    }
    await button(page).tap();
    assert.match(await finished(page), /^Denoise, /);
  });
});
