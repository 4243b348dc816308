// Unblur in the demo for a blur that nobody knows: found, compared on a detail, taken, refined. And
// for a blur whose kernel is in a file.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { motionKernel } from '../../pkg/dist/page/kernels.js';
import {
  loadDemo,
  openDemo,
  openFile,
  pick,
  pixelsOf,
  restore,
  savedFile,
  setVariants,
  smoothPng,
  untilDetail,
  untilKept,
  untilOpen,
} from './demo-tools.mjs';
import { decodePng, encodePng } from './harness.mjs';

/** How the camera of the test has moved, in pixels and degrees. */
const LENGTH = 15;
const ANGLE = 30;
const STILL = { data: [1], width: 1, height: 1 };

/**
 * A sample as a PNG, blurred where the kernel does not reach beyond its borders.
 *
 * @param part of it, by where the middle of the kernel lies; default: all.
 */
async function samplePng(page, { data, width, height }, part) {
  const kernel = { data: [...data], width, height, part };
  const bytes = await page.evaluate(async (kernel) => {
    const photo = await createImageBitmap(await (await fetch('samples/spaniels.jpg')).blob());
    const [width, height] = kernel.part
      ? [kernel.part.side, kernel.part.side]
      : [photo.width + 1 - kernel.width, photo.height + 1 - kernel.height];
    const left = kernel.part ? kernel.part.x - (kernel.width - 1) / 2 : 0;
    const top = kernel.part ? kernel.part.y - (kernel.height - 1) / 2 : 0;
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      willReadFrequently: true,
    });
    const sums = new Float32Array(4 * width * height);
    for (const [i, weight] of kernel.data.entries()) {
      if (weight === 0) continue;
      const [x, y] = [i % kernel.width, Math.floor(i / kernel.width)];
      context.drawImage(photo, x + 1 - kernel.width - left, y + 1 - kernel.height - top);
      const { data } = context.getImageData(0, 0, width, height);
      for (let k = 0; k < data.length; k++) sums[k] += weight * data[k];
    }
    context.putImageData(new ImageData(Uint8ClampedArray.from(sums), width), 0, 0);
    return [...new Uint8Array(await (await context.canvas.convertToBlob()).arrayBuffer())];
  }, kernel);
  return Buffer.from(bytes);
}

describe('Unblur for an unknown blur', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  let find;
  let candidates;
  const note = () => page.locator('#blur-note');
  const value = async (id) => Number(await page.locator(`#${id}`).inputValue());
  const settings = () => Promise.all(['sigma', 'radius', 'length', 'angle'].map(value));
  async function open(name, bytes) {
    await openFile(page, `${name}.png`, bytes);
    await untilOpen(page, name);
  }
  /** Waits for the first candidate's detail, and for none more: each takes seconds. */
  const untilFirst = () => page.locator('.candidate[aria-busy="false"]:first-child').waitFor();

  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
    find = page.getByRole('button', { name: 'Find the blur' });
    candidates = page.getByRole('list', { name: 'What the blur may be' }).getByRole('button');
    await open('moved', await samplePng(page, motionKernel(LENGTH, ANGLE)));
    await pick(page, 'Unblur');
  });
  after(() => session?.close());

  it('offers candidates, each with its detail and its kernel', async () => {
    const before = await settings();
    await find.click();
    await page.getByText(/^Best guess: Camera shake, 1\d(\.5)? px at \d+°/).waitFor();
    await untilFirst();
    const names = await candidates.allTextContents();
    assert.match(names[0], /^Camera shake 1\d(\.5)? px at \d+°, \d\d % likely$/);
    assert.ok(names.some((name) => name.startsWith('As it is no change')));
    const details = await Promise.all(
      names.map((_, i) => pixelsOf(page, `.candidate:nth-child(${i + 1}) .candidate-detail`)),
    );
    const kept = details[names.findIndex((name) => name.startsWith('As it is'))];
    assert.deepEqual(kept, await pixelsOf(page, '#detail-before'));
    assert.notDeepEqual(details[0], kept);
    assert.deepEqual(await settings(), before, 'nothing is set before one is taken');
    assert.ok(await page.locator('#detail').isHidden());
  });

  it('shows another part where the frame is moved', async () => {
    const first = await pixelsOf(page, '.candidate:first-child .candidate-detail');
    await page.locator('#marker').press('Shift+ArrowRight');
    await untilFirst();
    assert.notDeepEqual(await pixelsOf(page, '.candidate:first-child .candidate-detail'), first);
  });

  it('takes one by a click, and sliders refine it', async () => {
    await candidates.first().click();
    assert.ok(await page.getByRole('radio', { name: 'Camera shake' }).isChecked());
    const [, , length, angle] = await settings();
    assert.ok(Math.abs(length / LENGTH - 1) < 0.1, `${length} pixels`);
    assert.ok(Math.abs(angle - ANGLE) <= 5, `${angle} degrees`);
    assert.match(await note().textContent(), /^Taken: Camera shake/);
    assert.equal(await candidates.count(), 0);
    await untilDetail(page);
    const taken = await pixelsOf(page, '#detail-after');
    // The focus is on what refines it.
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    assert.equal(await value('length'), length + 2);
    await untilDetail(page);
    assert.notDeepEqual(await pixelsOf(page, '#detail-after'), taken);
  });

  it('is walked by keys, and put away by Escape', async () => {
    await page.locator('#length').fill('12');
    await find.focus();
    await page.keyboard.press('Enter');
    await candidates.first().waitFor();
    const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
    assert.ok(await cancel.evaluate((button) => button === document.activeElement));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    assert.equal(await candidates.count(), 0);
    assert.ok(await find.evaluate((button) => button === document.activeElement));
    assert.equal(await value('length'), 12);
    await page.keyboard.press('Space');
    await candidates.first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.ok(Math.abs((await value('length')) / LENGTH - 1) < 0.1);
  });

  it('keeps the photo where that is taken, and fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const before = await settings();
    await find.click();
    await candidates.filter({ hasText: 'As it is' }).click();
    await page.getByText('The photo stays as it is').waitFor();
    assert.deepEqual(await settings(), before);
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 360);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('restores by what was taken', async () => {
    await open('small', smoothPng(48));
    assert.equal(await note().textContent(), '');
    await setVariants(page, 0);
    await pick(page, 'Out of focus');
    await page.locator('#radius').press('Home');
    await restore(page);
    await pick(page, 'Photo');
  });

  it('takes the motion that is drawn on the photo', async () => {
    await pick(page, 'Camera shake');
    const button = page.getByRole('button', { name: 'Draw it on the photo' });
    const { x, y, width, height } = await page.locator('#frame').boundingBox();
    /** Drags between two points, in shares of the picture's 48 pixels. */
    const drag = async (from, to) => {
      await page.mouse.move(x + from[0] * width, y + from[1] * height);
      await page.mouse.down();
      await page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 4 });
      await page.mouse.up();
    };
    await button.click();
    await page.getByText('Drag along a trail').waitFor();
    await drag([0.25, 0.75], [0.5, 0.5]);
    await page.getByText('Taken: 17 px at 45°').waitFor();
    assert.deepEqual((await settings()).slice(2), [17, 45]);
    assert.equal(await page.locator('.motion-line').count(), 0);
    // Drawn the other way round, it is the same motion.
    await button.click();
    await page.locator('.motion-line').waitFor();
    await drag([0.75, 0.5], [0.25, 0.25]);
    await page.getByText('Taken: 27 px at -27°').waitFor();
    // Escape leaves everything as it was.
    await button.click();
    await page.locator('.motion-line').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('The photo stays as it is').waitFor();
    assert.deepEqual((await settings()).slice(2), [27, -27]);
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
  });

  it('says so where nothing convinces, and sets nothing', async () => {
    const before = await settings();
    await find.click();
    await page.getByText('This photo does not show its blur').waitFor();
    await open('sharp', await samplePng(page, STILL));
    await find.click();
    await page.getByText('This photo looks sharp').waitFor();
    assert.equal(await candidates.count(), 0);
    assert.deepEqual(await settings(), before);
  });

  it('takes a motion that is drawn across the frame of the detail', async () => {
    const { x, y, width } = await page.locator('#marker').boundingBox();
    await page.getByRole('button', { name: 'Draw it on the photo' }).click();
    await page.locator('.motion-line').waitFor();
    await page.mouse.move(x + 0.4 * width, y + 0.5 * width);
    await page.mouse.down();
    await page.mouse.move(x + 0.6 * width, y + 0.5 * width, { steps: 3 });
    await page.mouse.up();
    await page.getByText(/^Taken: [\d.]+ px at -?0°/).waitFor();
    assert.deepEqual((await page.locator('#marker').boundingBox()).x, x);
  });

  it('does not look for a blur that the page has made', async () => {
    await page.locator('#simulate-field').click();
    assert.ok(await page.locator('#simulate').isChecked());
    assert.ok(await page.locator('#finder').isHidden());
  });
});

/** A hook with a bright end, by no slider to be had. */
const HOOK = [
  '#########..',
  '.........#.',
  '..........#',
  '..........#',
  '..........#',
  '.........#.',
  '......@@@..',
];
const LEVELS = { '.': 0, '#': 102, '@': 255 };
const PART = { x: 420, y: 260, side: 176 };

/** The kernel of such rows. */
function kernelOf(rows) {
  const weights = rows.flatMap((row) => [...row].map((c) => LEVELS[c]));
  const sum = weights.reduce((all, weight) => all + weight);
  const data = weights.map((weight) => weight / sum);
  return { data, width: rows[0].length, height: rows.length };
}

/** The picture of a kernel in the middle of a black one. */
function kernelPng(rows, side) {
  const data = new Uint8Array(4 * side * side);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  const [left, top] = [rows[0].length, rows.length].map((n) => (side >> 1) - (n >> 1));
  for (const [y, row] of rows.entries())
    for (const [x, c] of [...row].entries()) {
      const at = 4 * ((top + y) * side + left + x);
      data.fill(LEVELS[c], at, at + 3);
    }
  return encodePng({ data, width: side, height: side });
}

/** In dB. */
function closeness(truth, image) {
  assert.equal(truth.length, image.length);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) if (i % 4 !== 3) sum += (truth[i] - image[i]) ** 2;
  return 10 * Math.log10((255 ** 2 * 0.75 * truth.length) / sum);
}

/** The same of squares of this side without their borders, at the best shift by whole pixels. */
function shiftedCloseness(truth, image, side) {
  const [border, most] = [20, 4];
  let best = -Infinity;
  for (let down = -most; down <= most; down++)
    for (let right = -most; right <= most; right++) {
      let sum = 0;
      for (let y = border; y < side - border; y++)
        for (let x = border; x < side - border; x++) {
          const at = 4 * (y * side + x);
          const from = at + 4 * (down * side + right);
          for (let c = 0; c < 3; c++) sum += (truth[at + c] - image[from + c]) ** 2;
        }
      best = Math.max(best, 10 * Math.log10((255 ** 2 * 3 * (side - 2 * border) ** 2) / sum));
    }
  return best;
}

/** The part of the photo that a hand shook, by the hook. */
const SHAKEN_PART = { x: 420, y: 260, side: 320 };

describe('Unblur for a hand that shook', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  let find;
  let candidates;
  let sharp;
  let blurred;

  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
    find = page.getByRole('button', { name: 'Find the blur' });
    candidates = page.getByRole('list', { name: 'What the blur may be' }).getByRole('button');
    sharp = decodePng(await samplePng(page, STILL, SHAKEN_PART)).data;
    const png = await samplePng(page, kernelOf(HOOK), SHAKEN_PART);
    blurred = decodePng(png).data;
    await openFile(page, 'shaken.png', png);
    await untilOpen(page, 'shaken');
    await pick(page, 'Unblur');
    await setVariants(page, 0);
  });
  after(() => session?.close());

  const irregular = () => candidates.filter({ hasText: /^Irregular/ });
  const fileRadio = () => page.getByRole('radio', { name: 'Found', exact: true });

  it('goes on until a kernel of any shape is found', async () => {
    await find.click();
    const bar = page.getByRole('progressbar', { name: 'Search for the blur' });
    await bar.waitFor();
    await page.getByText(/^Best guess: Irregular, \d+\s×\s\d+ px/).waitFor();
    await bar.waitFor({ state: 'hidden' });
    const first = await candidates.first().textContent();
    assert.match(first, /^Irregular \d+\s×\s\d+ px, \d\d % likely$/);
  });

  it('ends when it is put away, and begins again', async () => {
    await page.keyboard.press('Escape');
    assert.equal(await candidates.count(), 0);
    await find.click();
    await irregular().waitFor();
  });

  it('takes the kernel by a key, and restores by it', async (t) => {
    await irregular().focus();
    await page.keyboard.press('Enter');
    await page.getByText(/^Taken: Irregular, \d+\s×\s\d+ px, drawn below/).waitFor();
    assert.ok(await fileRadio().isChecked());
    await page.getByText(/^Kernel found in the photo, \d+\s×\s\d+/).waitFor();
    const open = page.getByRole('button', { name: 'Open a kernel file' });
    assert.ok(await open.evaluate((button) => button === document.activeElement));
    await restore(page);
    const restored = decodePng(await savedFile(page)).data;
    const [before, after] = [blurred, restored].map((image) =>
      shiftedCloseness(sharp, image, SHAKEN_PART.side),
    );
    t.diagnostic(`blurred ${before.toFixed(1)} dB, restored ${after.toFixed(1)} dB`);
    assert.ok(after > before + 3, `${before} dB, then ${after} dB`);
  });

  it('is brought back by a reload, and left for a file', async () => {
    await untilKept(page, ({ work }) => work?.settings.blur === 'file');
    await loadDemo(session);
    await page.getByText(/^Kernel found in the photo/).waitFor();
    assert.ok(await fileRadio().isChecked());
    const psf = { name: 'psf.png', mimeType: 'image/png', buffer: kernelPng(HOOK, 32) };
    await page.getByLabel('Kernel file').setInputFiles(psf);
    await page.getByText('Kernel from “psf.png”, 11 × 7').waitFor();
    assert.ok(await page.getByRole('radio', { name: 'File', exact: true }).isChecked());
  });
});

describe('Unblur by a kernel file', { timeout: 10 * 60_000 }, () => {
  let session;
  let page;
  const text = () => page.locator('#kernel-file-text').textContent();
  const drawing = () => pixelsOf(page, '#kernel');
  const fileRadio = () => page.getByRole('radio', { name: 'File', exact: true });
  const drop = (name, buffer, mimeType = 'image/png') =>
    page.getByLabel('Kernel file').setInputFiles({ name, mimeType, buffer });
  const refused = async (message) => {
    await page.getByText(message).waitFor();
    await page.getByRole('button', { name: 'Dismiss this notice' }).click();
  };
  let sharp;
  let blurred;

  before(async () => {
    session = await openDemo({ viewport: { width: 1280, height: 800 } });
    ({ page } = session);
    sharp = decodePng(await samplePng(page, STILL, PART)).data;
    const png = await samplePng(page, kernelOf(HOOK), PART);
    blurred = decodePng(png).data;
    await openFile(page, 'hooked.png', png);
    await pick(page, 'Unblur');
    await setVariants(page, 0);
  });
  after(() => session?.close());

  it('refuses with words what shows no kernel, and sets nothing', async () => {
    await page.locator('#blur-find').getByText('Find the blur').waitFor();
    const before = await drawing();
    await drop('night.png', kernelPng(['.'], 20));
    await refused('“night.png” is all black: it shows no kernel.');
    await drop('notes.txt', Buffer.from('no picture'), 'text/plain');
    await refused('“notes.txt” cannot be read as a picture');
    await drop('photo.png', smoothPng(300));
    await refused(
      'The kernel in “photo.png” has 301 × 301 pixels around its middle. It may have 101 a side.',
    );
    assert.deepEqual(await drawing(), before);
    assert.ok(await page.getByRole('radio', { name: 'Soft' }).isChecked());
    assert.ok(await fileRadio().isHidden());
  });

  it('restores by the kernel that the keyboard has opened', async (t) => {
    await untilDetail(page);
    const soft = await pixelsOf(page, '#detail-after');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open a kernel file' }).press('Enter');
    const psf = { name: 'psf.png', mimeType: 'image/png', buffer: kernelPng(HOOK, 32) };
    await (await chooser).setFiles(psf);
    await page.getByText('Kernel from “psf.png”, 11 × 7').waitFor();
    assert.ok(await fileRadio().isChecked());
    await page.getByRole('img', { name: 'Drawing of the blur: psf.png, 11 × 7 pixels' }).waitFor();
    await untilDetail(page);
    assert.notDeepEqual(await pixelsOf(page, '#detail-after'), soft);
    await restore(page);
    const restored = decodePng(await savedFile(page)).data;
    const [before, after] = [blurred, restored].map((image) => closeness(sharp, image));
    t.diagnostic(`blurred ${before.toFixed(1)} dB, restored ${after.toFixed(1)} dB`);
    assert.ok(after > before + 5, `${before} dB, then ${after} dB`);
  });

  it('is left for another kind of blur, and comes back', async () => {
    const hook = await drawing();
    await pick(page, 'Out of focus');
    assert.equal(await text(), '');
    assert.notDeepEqual(await drawing(), hook);
    await drop('night.png', kernelPng(['.'], 20));
    await refused('“night.png” is all black');
    await pick(page, 'File');
    assert.deepEqual(await drawing(), hook);
    assert.match(await text(), /psf\.png/);
  });

  it('is brought back by a reload', async () => {
    const hook = await drawing();
    await untilKept(page, ({ work }) => work?.settings.blur === 'file');
    await loadDemo(session);
    await page.getByText('Kernel from “psf.png”, 11 × 7').waitFor();
    assert.ok(await fileRadio().isChecked());
    assert.deepEqual(await drawing(), hook);
  });

  it('blurs the photo for a trial', async () => {
    await setVariants(page, 0);
    const before = await pixelsOf(page, '#canvas-under');
    await page.locator('#simulate-field').click();
    const deadline = Date.now() + 60_000;
    let after = before;
    while (closeness(before, after) === Infinity && Date.now() < deadline)
      after = await pixelsOf(page, '#canvas-under');
    assert.notDeepEqual(after, before);
    assert.match(await text(), /psf\.png/);
  });
});
