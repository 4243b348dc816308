// Opens the built demo, and acts on it as a person does.
import { readFileSync } from 'node:fs';
import { encodePng, openSession } from './harness.mjs';

/** A run of a few evaluations of a tiny picture, on a slow machine. */
const PATIENCE = 240_000;

/** The demo in a browser without WebGPU, once its engine is ready. */
export async function openDemo(options = {}) {
  const session = await openSession({ root: 'dist', webgpu: false, ...options });
  session.page.setDefaultTimeout(PATIENCE);
  await loadDemo(session);
  return session;
}

export async function loadDemo({ page, origin }) {
  await page.goto(`${origin}/`);
  await untilReady(page);
}

export const untilReady = (page) => page.locator('#engine').getByText('Ready on the CPU').waitFor();

/** A PNG of smooth colours. */
export function smoothPng(width, height = width) {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4)
      data.set([(235 * x) / width, (215 * y) / height, 90, 255], at);
  return encodePng({ data, width, height });
}

/** A PNG of smooth colours with grain of 20 levels: sums of uniform draws. */
export function grainyPng(width, height = width) {
  const data = new Uint8Array(4 * width * height);
  let state = 7;
  const uniform = () =>
    ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32) * 2 - 1;
  for (let i = 0; i < data.length; i++) {
    const grain = 20 * (uniform() + uniform() + uniform());
    const value = 120 + 40 * Math.sin(i / 4000) + grain;
    data[i] = i % 4 === 3 ? 255 : Math.min(255, Math.max(0, value));
  }
  return encodePng({ data, width, height });
}

/** A JPEG that the browser makes. */
export async function largeJpeg(page, width, height) {
  const bytes = await page.evaluate(
    async ([w, h]) => {
      const canvas = new OffscreenCanvas(w, h);
      const context = canvas.getContext('2d');
      for (let i = 0; i < 300; i++) {
        context.fillStyle = `hsl(${i * 7} 60% 50%)`;
        context.fillRect((i * 977) % w, (i * 631) % h, w / 10, h / 12);
      }
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [width, height],
  );
  return Buffer.from(bytes);
}

export async function openFile(page, name, buffer, mimeType = 'image/png') {
  await page.getByLabel('Photo file').setInputFiles({ name, mimeType, buffer });
}

/** Waits until the photo of this name, without its extension, is open. */
export const untilOpen = (page, name) =>
  page.getByRole('heading', { name: `Restore “${name}”` }).waitFor({ state: 'attached' });

/** The file that Save gives for the chosen picture. Without a format: in the one that is chosen. */
export async function savedFile(page, format) {
  if (format) await page.getByLabel('File format').selectOption(format);
  const download = page.waitForEvent('download');
  await page.locator('#save-button').click();
  return readFileSync(await (await download).path());
}

/** Waits until the photo on the stage has a width that the test accepts. */
export async function untilShown(page, accepts) {
  const canvas = page.locator('#canvas-under');
  const deadline = Date.now() + PATIENCE;
  while (!accepts(await canvas.evaluate((element) => element.width))) {
    if (Date.now() > deadline) throw new Error('The photo is not shown.');
    await page.waitForTimeout(50);
  }
}

/** Waits until the browser keeps what the test accepts: of a photo its name, of steps a number. */
export async function untilKept(page, accepts) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const kept = await page.evaluate(readKept);
    if (accepts(kept)) return;
    if (Date.now() > deadline) throw new Error(`The browser keeps ${JSON.stringify(kept)}.`);
    await page.waitForTimeout(50);
  }
}

/** Runs in the page. */
async function readKept() {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await done(indexedDB.open('eps-restore'));
  try {
    const store = database.transaction('session').objectStore('session');
    const names = ['photo', 'work', 'mask', 'hints', 'steps', 'outcome'];
    const [photo, work, mask, hints, steps, outcome] = await Promise.all(
      names.map((name) => done(store.get(name))),
    );
    return {
      photo: photo?.name,
      work,
      masked: mask?.box,
      hinted: hints?.box,
      steps: steps?.earlier.length,
      results: outcome?.entries.length,
    };
  } finally {
    database.close();
  }
}

/** Waits until the detail shows what the present settings give. */
export async function untilDetail(page) {
  // The last answer stays in sight until a change has reached the page.
  await page.waitForTimeout(150);
  await page.locator('#detail[aria-busy="false"]').waitFor();
}

export const pick = (page, name) => page.getByRole('radio', { name, exact: true }).check();

/** Draws a line of the mask, in units of the picture. */
export async function paint(page, from, to) {
  const box = await page.locator('#canvas-mask').boundingBox();
  await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 8 });
  await page.mouse.up();
}

/** The pixels of a canvas, whatever draws on it. */
export const pixelsOf = (page, selector) =>
  page.locator(selector).evaluate((canvas) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d');
    context.drawImage(canvas, 0, 0);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
  });

/** Follows a text of the page: a handle of the list of all that it says from now on. */
export const textsOf = (locator) =>
  locator.evaluateHandle((element) => {
    const texts = [];
    new MutationObserver(() => texts.push(element.textContent)).observe(element, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    return texts;
  });

/** How many pixels are painted red. */
export const painted = (page) =>
  page.locator('#canvas-mask').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
    return count;
  });

/** Chooses what fills what is painted, by its name under Advanced. */
export async function chooseFill(page, name) {
  await page.locator('#advanced').evaluate((panel) => {
    panel.open = true;
  });
  await page.getByLabel('What is painted over').selectOption(name);
}

/** The quickest run there is, with this number of variants. */
export async function setVariants(page, count) {
  await page.locator('#advanced').evaluate((panel) => {
    panel.open = true;
  });
  const slider = page.locator('#samples-count');
  await slider.press('Home');
  for (let i = 0; i < count; i++) await slider.press('ArrowRight');
  if (count > 0) await page.locator('#sampler').selectOption('draft');
}

export const restoreButton = (page) => page.getByRole('button', { name: 'Restore', exact: true });

/** Restores, and waits for the end. */
export async function restore(page) {
  await restoreButton(page).click();
  await page
    .locator('#facts')
    .getByText(/ evaluation/)
    .waitFor();
  await restoreButton(page).waitFor();
}
