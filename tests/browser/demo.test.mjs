// The built demo, driven as a person drives it: open, paint, restore, cancel, restore again,
// compare, save; on WebGPU and without it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { textsOf } from './demo-tools.mjs';
import { decodePng, encodePng, openSession } from './harness.mjs';

/** Small: a software adapter takes seconds for one evaluation of it. */
const SIDE = 32;
/** A run of a few evaluations of a tiny picture, on a software adapter, on a slow machine. */
const PATIENCE = 240_000;

/** A photo of smooth colours with an edge, so that there is something to get right. */
function photo(side = SIDE, blue = 90) {
  const data = new Uint8Array(4 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      data.set(
        [(235 * x) / side, (215 * y) / side + (x > y ? 30 : 0), blue, 255],
        4 * (y * side + x),
      );
    }
  }
  return { data, width: side, height: side };
}

const file = (name, image) => ({ name, mimeType: 'image/png', buffer: encodePng(image) });

/** Runs in a page: a smooth photo with noise of 18 levels, as a JPEG. */
async function grainyJpeg() {
  const image = new ImageData(80, 64);
  let state = 7;
  const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  for (let i = 0; i < image.data.length; i++) {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    image.data[i] = i % 4 === 3 ? 255 : 120 + 40 * Math.sin(i / 900) + 18 * normal;
  }
  const canvas = new OffscreenCanvas(80, 64);
  canvas.getContext('2d').putImageData(image, 0, 0);
  return [
    ...new Uint8Array(
      await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 })).arrayBuffer(),
    ),
  ];
}

/** The page by what a person sees of it. */
function demo(session) {
  const { page } = session;
  return {
    restore: page.getByRole('button', { name: 'Restore', exact: true }),
    // it is there only while something runs
    cancel: page.getByRole('button', { name: 'Cancel', exact: true, includeHidden: true }),
    facts: page.locator('#facts'),
    stage: page.locator('#progress-stage'),
    painting: page.locator('#canvas-mask'),
    notice: page.getByRole('alert'),
    engine: page.locator('#engine'),
    sampler: page.getByRole('combobox', { name: /^Care/ }),
    refine: page.getByRole('switch', { name: /^Refine the best result/ }),
    pick: (name) => page.getByRole('radio', { name, exact: true }).check(),
    /** An image of pixels as a PNG, or the bytes of a file. */
    async open(name, image, bytes) {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: /^Open (a )?photo$/ }).click();
      await (
        await chooser
      ).setFiles(bytes ? { name, mimeType: image, buffer: Buffer.from(bytes) } : file(name, image));
    },
    /** Samples are set with the keyboard, as the slider is. */
    async samples(count) {
      const slider = page.getByRole('slider', { name: 'Variants' });
      await slider.press('Home');
      for (let i = 0; i < count; i++) await slider.press('ArrowRight');
    },
    /**
     * A run with work left after its first sample's first steps, on a software adapter and on a
     * processor that is faster by far.
     */
    async longRun(slow) {
      // the choice of a sampler is there only where there are samples
      await this.samples(slow ? 2 : 8);
      await this.sampler.selectOption(slow ? 'draft' : 'accurate');
      return slow ? 11 : 83; // three of the mean
    },
    /**
     * Acts in the page the moment its progress reads so. A look from outside comes up to half a
     * second apart: a fast processor is over a whole run in not much more. To be called before the
     * run starts; `act` is a function in the page.
     */
    async atProgress(pattern, act) {
      const watching = await this.stage.evaluateHandle(
        (stage, { source, act }) => ({
          acted: new Promise((resolve) => {
            const observer = new MutationObserver(() => {
              if (!new RegExp(source).test(stage.textContent)) return;
              observer.disconnect();
              act();
              resolve();
            });
            observer.observe(stage, { childList: true, characterData: true, subtree: true });
          }),
        }),
        { source: pattern.source, act },
      );
      return () => watching.evaluate(({ acted }) => acted);
    },
    /** Draws a line of the mask, in units of the picture. */
    async paint(from, to) {
      const box = await this.painting.boundingBox();
      await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 8 });
      await page.mouse.up();
    },
    /** How many pixels are painted red. */
    painted: () =>
      page.locator('#canvas-mask').evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value > 0).length;
      }),
    async finished() {
      await this.restore.waitFor({ timeout: PATIENCE });
      return this.facts.textContent();
    },
    /** Saves what is shown, and reads the file. */
    async save() {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: /^Save / }).click();
      const saved = await download;
      return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) };
    },
  };
}

/** Pixels whose centres lie farther from the line than the brush reaches, with a pixel to spare. */
function assertKnownPixels(saved, original, [x0, y0], [x1, y1], diameter) {
  let known = 0;
  let filled = 0;
  const [ax, ay, bx, by] = [x0, y0, x1, y1].map((value) => value * SIDE);
  const square = (bx - ax) ** 2 + (by - ay) ** 2;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const along = Math.min(
        1,
        Math.max(0, ((x + 0.5 - ax) * (bx - ax) + (y + 0.5 - ay) * (by - ay)) / square),
      );
      const distance = Math.hypot(
        x + 0.5 - ax - along * (bx - ax),
        y + 0.5 - ay - along * (by - ay),
      );
      const at = 4 * (y * SIDE + x);
      const same = [0, 1, 2, 3].every((c) => saved.data[at + c] === original.data[at + c]);
      if (distance > diameter / 2 + 1) {
        known++;
        assert.ok(same, `the known pixel ${x}, ${y} is the photo's`);
      } else if (!same) {
        filled++;
      }
    }
  }
  assert.ok(known > 0.8 * SIDE * SIDE, `${known} pixels are known`);
  assert.ok(filled > 8, `${filled} painted pixels were changed`);
}

for (const webgpu of [true, false]) {
  describe(
    webgpu ? 'the demo on WebGPU' : 'the demo without WebGPU',
    { timeout: 20 * 60_000 },
    () => {
      let session;
      let page;
      let ui;
      let requestsWhenReady;
      const original = photo();
      const line = [
        [0.35, 0.4],
        [0.6, 0.55],
      ];
      let diameter;

      before(async () => {
        session = await openSession({ root: 'dist', webgpu });
        ({ page } = session);
        page.setDefaultTimeout(PATIENCE);
        ui = demo(session);
      });
      afterEach((test) => session?.tellFailure(test));

      after(() => session?.close());

      it('loads, and takes the CPU where there is no real GPU', async () => {
        await page.goto(`${session.origin}/`);
        await ui.engine.getByText('Ready on the CPU').waitFor();
        await page
          .getByRole('button', { name: /^Hills/ })
          .and(page.locator(':enabled'))
          .waitFor();
        // Storing the page for offline use ends the loading.
        await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
        assert.match(await page.locator('main').innerText(), /Photos never leave this device/);
      });

      it('opens a photo from a file', async () => {
        await ui.open('tiny.png', original);
        await ui.pick('Fill');
        await ui.painting.waitFor();
        assert.match(
          await page.locator('#plan').innerText(),
          /Full resolution is kept: 32\s×\s32 pixels/,
        );
        await page.getByText('Advanced', { exact: true }).click();
      });

      it(
        webgpu
          ? 'runs on WebGPU when asked to'
          : 'says clearly that WebGPU is missing, and keeps the photo',
        async () => {
          await page.getByRole('combobox', { name: /^Device/ }).selectOption('webgpu');
          if (webgpu) {
            await ui.engine.getByText(/Ready on WebGPU/).waitFor();
          } else {
            await ui.notice.getByText(/WebGPU/).waitFor();
            await ui.notice
              .getByRole('button', { name: 'Choose the device automatically' })
              .click();
            await ui.engine.getByText('Ready on the CPU').waitFor();
            assert.ok(await ui.painting.isVisible());
          }
          requestsWhenReady = session.requests.length;
        },
      );

      it('paints a mask, undoes and redoes it', async () => {
        await ui.paint(...line);
        const count = await ui.painted();
        assert.ok(count > 12 && count < 200, `${count} pixels are painted`);
        await page.keyboard.press('Control+z');
        assert.equal(await ui.painted(), 0);
        await page.keyboard.press('Control+Shift+Z');
        assert.equal(await ui.painted(), count);
        diameter = Number(await page.getByRole('slider', { name: 'Size' }).inputValue());
      });

      it('tells the time beforehand, shows the steps, and cancels midway', async () => {
        const evaluations = await ui.longRun(webgpu);
        await page.locator('#evaluations').getByText(`${evaluations} evaluations`).waitFor();
        assert.match(await page.locator('#estimate').textContent(), /^(About|Less)/);
        const cancelled = await ui.atProgress(
          /Variant 1 of/,
          await ui.cancel.evaluateHandle(
            (button) => () => button.checkVisibility() && button.click(),
          ),
        );
        await ui.restore.click();
        await cancelled();
        assert.match(await ui.finished(), /Cancelled before the end/);
        assert.ok(
          await page.getByRole('radio', { name: /^Best result/ }).isVisible(),
          'the mean, which was finished, is kept',
        );
      });

      it('restores again, and says what ran it', async () => {
        const before = await session.submissions();
        await ui.sampler.selectOption('draft');
        await ui.samples(webgpu ? 1 : 2);
        await ui.restore.click();
        const facts = await ui.finished();
        if (webgpu) {
          assert.match(facts, /^Fill, 7 evaluations in .* on WebGPU \(.+\), seed 1\.$/);
          assert.ok((await session.submissions()) > before, 'work was submitted to the GPU');
        } else {
          assert.match(facts, /^Fill, 11 evaluations in .* on the CPU, seed 1\.$/);
          assert.equal(await session.submissions(), 0);
        }
      });

      it('compares before and after with the keyboard', async () => {
        const slider = page.getByRole('slider', { name: 'Compare before and after' });
        await slider.press('Home');
        assert.equal(await slider.getAttribute('aria-valuenow'), '0');
        await slider.press('PageUp');
        assert.equal(await slider.getAttribute('aria-valuenow'), '10');
      });

      it('saves the sample and the mean, the known pixels bit for bit', async () => {
        await page.getByRole('radio', { name: /^Variant 1/ }).check();
        const sample = await ui.save();
        assert.equal(sample.name, 'tiny-fill-variant-1.png');
        assertKnownPixels(decodePng(sample.bytes), original, ...line, diameter);
        await page.getByRole('radio', { name: /^Best result/ }).check();
        const mean = await ui.save();
        assert.equal(mean.name, 'tiny-fill-best-result.png');
        assertKnownPixels(decodePng(mean.bytes), original, ...line, diameter);
        await page.getByLabel('File format').selectOption('image/jpeg');
        const jpeg = await ui.save();
        assert.equal(jpeg.name, 'tiny-fill-best-result.jpg');
        assert.deepEqual([...jpeg.bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
      });

      it('keeps photo, mask and settings through an error', async () => {
        await ui.pick('Photo');
        const count = await ui.painted();
        await page.getByLabel('Photo file').setInputFiles({
          name: 'notes.png',
          mimeType: 'image/png',
          buffer: Buffer.from('no picture at all'),
        });
        await ui.notice.getByText(/cannot be read as a picture/).waitFor();
        await ui.notice.getByRole('button', { name: 'Dismiss this notice' }).click();
        assert.equal(await ui.notice.count(), 0);
        assert.equal(await ui.painted(), count);
        assert.equal(await ui.sampler.inputValue(), 'draft');
        await ui.samples(0);
        await ui.refine.uncheck();
        await ui.restore.click();
        assert.match(await ui.finished(), /^Fill, 1 evaluation in /);
        await ui.refine.check();
      });

      it('cancels politely when another photo comes while it runs', async () => {
        await ui.longRun(webgpu);
        const opened = await ui.atProgress(
          /Best result|Variant/,
          await page.getByLabel('Photo file').evaluateHandle(
            (input, bytes) => () => {
              const files = new DataTransfer();
              files.items.add(
                new File([new Uint8Array(bytes)], 'other.png', { type: 'image/png' }),
              );
              input.files = files.files;
              input.dispatchEvent(new Event('change', { bubbles: true }));
            },
            [...encodePng(photo(40, 200))],
          ),
        );
        await ui.restore.click();
        await opened();
        await page.getByText('The run was cancelled for the new photo.').waitFor();
        await page.getByText(/Full resolution is kept: 40\s×\s40 pixels/).waitFor();
        assert.equal(await ui.painted(), 0);
      });

      it('restores a speck', async () => {
        await ui.open('speck.png', photo(8));
        await ui.pick('Denoise');
        await ui.samples(0);
        await ui.restore.click();
        assert.match(await ui.finished(), /^Denoise, 1 evaluation in /);
        await ui.open('tiny.png', original);
        await ui.restore.click();
        assert.match(await ui.finished(), /^Denoise, 1 evaluation in /);
      });

      // One device is enough for these: they go through the same worker.
      if (!webgpu) {
        it('counts the steps of samples drawn in parallel, and shows them in order', async () => {
          // large enough for several workers
          await page.getByRole('button', { name: /^Hills/ }).click();
          await page.getByText('Faded by this page').waitFor();
          await ui.samples(2);
          await ui.sampler.selectOption('accurate');
          const told = await textsOf(ui.stage);
          await ui.restore.click();
          await ui.finished();
          const steps = (await told.jsonValue())
            .map((text) => /^Variant (\d) of 2, step (.*) of 10$/.exec(text))
            .filter(Boolean);
          for (const sample of ['1', '2']) {
            const own = steps.filter(([, of]) => of === sample).map(([, , step]) => Number(step));
            assert.ok(
              own.length >= 5 &&
                own.every(
                  (step, i) =>
                    step - (own[i - 1] ?? 0) <= 1 && step >= (own[i - 1] ?? 1) && step <= 10,
                ),
              `sample ${sample}: steps ${own}`,
            );
          }
          assert.deepEqual(await page.locator('#strip b').allTextContents(), [
            'First guess',
            'Best result',
            'Variant 1',
            'Variant 2',
            'Original',
          ]);
          await ui.open('tiny.png', original);
          await ui.sampler.selectOption('draft');
        });

        it('does every task, and maps where the samples disagree', async () => {
          for (const task of ['Enlarge', 'Unblur', 'Colourise']) {
            await ui.pick(task);
            if (task === 'Enlarge') await ui.pick('2×');
            await ui.samples(task === 'Colourise' ? 2 : 0);
            await ui.restore.click();
            assert.match(await ui.finished(), new RegExp(`^${task}, `));
            const saved = decodePng(
              (await (await page.getByLabel('File format').selectOption('image/png'), ui.save()))
                .bytes,
            );
            assert.equal(saved.width, task === 'Enlarge' ? 2 * SIDE : SIDE);
          }
          await ui.pick('Map');
          const told = 'may be off, in levels of 255: nine times in ten by no more';
          await page.locator('#map-text', { hasText: told }).waitFor();
        });
      }

      if (!webgpu) {
        it('measures and sets the noise of a photo, and saves a JPEG as a JPEG', async () => {
          await ui.open('grainy.jpg', 'image/jpeg', await session.page.evaluate(grainyJpeg));
          await ui.pick('Denoise');
          await page.getByText(/^Measured: \d+(\.\d)? of 255, grain and what JPEG lost/).waitFor();
          const level = Number(
            /auto: ([\d.]+)/.exec(await page.locator('#noise-level-text').textContent())[1],
          );
          // 18 levels were added; what compression lost is counted too.
          assert.ok(level > 10 && level < 40, `${level} levels`);
          await ui.samples(0);
          await ui.restore.click();
          assert.match(await ui.finished(), new RegExp(`noise ${level} of 255\\.$`));
          assert.equal((await ui.save()).name, 'grainy-denoise-best-result.jpg');
          await page.getByRole('slider', { name: 'Grain', exact: true }).press('End');
          assert.equal(
            await page.getByRole('switch', { name: 'Measure the grain' }).isChecked(),
            false,
          );
          await ui.restore.click();
          assert.match(await ui.finished(), /noise 100 of 255\.$/);
        });

        it('needs no sideways scrolling on a phone', async () => {
          await page.setViewportSize({ width: 390, height: 844 });
          assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 390);
          await page.setViewportSize({ width: 1280, height: 900 });
        });
      }

      it('makes no request after loading: neither for its work nor for its samples', async () => {
        await page.getByRole('button', { name: /^Two spaniels/ }).click();
        await page.getByText('Scratched by this page').waitFor();
        assert.ok((await ui.painted()) > 1000);
        // The browser itself looks for a new version of the service worker, and of what it imports,
        // when it likes.
        const later = session.requests.slice(requestsWhenReady);
        assert.deepEqual(
          later.filter(({ path }) => !['/sw.js', '/share-target.js'].includes(path)),
          [],
        );
        assert.deepEqual(session.foreign, []);
      });

      if (!webgpu) {
        it("takes weights of the visitor's own, and says what is wrong with others", async () => {
          const weights = page.getByLabel('Weights file');
          await weights.setInputFiles({
            name: 'mine.safetensors',
            mimeType: '',
            buffer: Buffer.from('no weights'),
          });
          await ui.notice.getByText('The engine did not start').waitFor();
          await weights.setInputFiles('models/photo-v2.safetensors');
          await ui.engine.getByText('Ready on the CPU').waitFor();
          assert.equal(await page.locator('#model-note').textContent(), 'photo-v2.safetensors');
          session.allowErrors(/404.*nowhere/s);
          await page.goto(`${session.origin}/?model=nowhere.safetensors`);
          await ui.notice.getByRole('button', { name: 'Use the page’s own weights' }).click();
          await ui.engine.getByText('Ready on the CPU').waitFor();
        });
      }
    },
  );
}
