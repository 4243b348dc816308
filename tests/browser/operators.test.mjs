// The operators beyond the five tasks, in real Chromium on the CPU: each restores something, and
// what a page states wrongly is refused while the restorer stays usable.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPackage } from './page-tools.mjs';

let session;
/** Runs in the page. */
const inPage = (work, argument) => session.page.evaluate(work, argument);

before(async () => {
  session = await openPackage(false);
  await inPage(async () => {
    window.restorer = await eps.Restorer.load({ device: 'cpu' });
    window.mean = { samples: 0, seed: 3 };
    /** The root of the mean square difference of two images' colours, in 8-bit levels. */
    window.off = (a, b) => {
      let sum = 0;
      for (let i = 0; i < a.data.length; i++) if (i % 4 < 3) sum += (a.data[i] - b.data[i]) ** 2;
      return Math.sqrt(sum / (0.75 * a.data.length));
    };
    /** An image that tells each pixel by a function of the original's. */
    window.made = (from, width, height, pixel) => {
      const image = new ImageData(width, height);
      for (let i = 0; i < width * height; i++)
        image.data.set([...pixel(i % width, Math.floor(i / width)), 255], 4 * i);
      return image;
    };
    window.at = (image, x, y) =>
      image.data.slice(4 * (y * image.width + x), 4 * (y * image.width + x) + 3);
    /** The address of a module with this text. */
    window.module = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  });
});
after(() => session.close());

test('every operator gives an image of its size', async () => {
  const sizes = await inPage(async () => {
    const tasks = {
      bicubic: eps.superResolve(3, { reduction: 'bicubic' }),
      gaussian: eps.superResolve(2, { reduction: { gaussian: 1 } }),
      unknown: eps.deblur(eps.motionKernel(7, 20)),
      bt601: eps.colorize({ weights: 'bt601' }),
      mosaic: eps.demosaic('rggb'),
      scratched: eps.compose(eps.superResolve(2), eps.inpaint(tools.mask(24, 20, 4, 4, 2, 12))),
      reduced: eps.compose(eps.deblur(eps.gaussianKernel(1)), eps.superResolve(2)),
    };
    const sizes = {};
    for (const [name, task] of Object.entries(tasks)) {
      const {
        width,
        height,
        mean: { data },
        evaluations,
      } = await restorer.restore(tools.photo(24, 20), task, mean);
      sizes[name] = [width, height, evaluations, new Set(data).size > 20];
    }
    return sizes;
  });
  const expected = {
    bicubic: [72, 60],
    gaussian: [48, 40],
    unknown: [24, 20],
    bt601: [24, 20],
    mosaic: [24, 20],
    scratched: [48, 40],
    reduced: [48, 40],
  };
  for (const [name, size] of Object.entries(expected))
    assert.deepEqual(sizes[name], [...size, 1, true], name);
});

test('a blur that does not wrap around is undone up to the borders', async () => {
  const { given, unknown, circular } = await inPage(async () => {
    const reach = 8;
    const scene = tools.photo(40 + 2 * reach);
    const kernel = eps.gaussianKernel(1.2);
    const half = Math.floor(kernel.width / 2);
    const blurred = made(scene, 40, 40, (x, y) =>
      [0, 1, 2].map((c) => {
        let sum = 0;
        for (let i = 0; i < kernel.data.length; i++)
          sum +=
            kernel.data[i] *
            at(
              scene,
              x + reach + half - (i % kernel.width),
              y + reach + half - Math.floor(i / kernel.width),
            )[c];
        return sum / kernel.data.reduce((a, b) => a + b, 0);
      }),
    );
    const truth = made(scene, 40, 40, (x, y) => at(scene, x + reach, y + reach));
    const by = async (borders) =>
      off((await restorer.restore(blurred, eps.deblur(kernel, { borders }), mean)).mean, truth);
    return {
      given: off(blurred, truth),
      unknown: await by('unknown'),
      circular: await by('circular'),
    };
  });
  assert.ok(
    unknown < 0.8 * given && unknown < 0.5 * circular,
    `given ${given}, unknown borders ${unknown}, circular ${circular}`,
  );
});

test("an operator of the page's own is undone", async () => {
  const { before, after, size } = await inPage(async () => {
    // Twice as wide: the mean of pairs of columns, and dimmed.
    const address = module(`
      const halve = (size) => ({ width: size.width / 2, height: size.height });
      export const imageSize = ({ width, height }) => ({ width: 2 * width, height });
      export function apply(x, size) {
        const y = new Float32Array(x.length / 2);
        for (let i = 0; i < y.length; i++) y[i] = 0.4 * (x[2 * i] + x[2 * i + 1]);
        return y;
      }
      export function adjoint(y) {
        const x = new Float32Array(2 * y.length);
        for (let i = 0; i < x.length; i++) x[i] = 0.4 * y[i >> 1];
        return x;
      }`);
    const scene = tools.photo(48, 32);
    const level = (a, b) => 127.5 * (0.4 * (a / 127.5 - 1 + (b / 127.5 - 1)) + 1);
    const given = made(scene, 24, 32, (x, y) =>
      [0, 1, 2].map((c) => level(at(scene, 2 * x, y)[c], at(scene, 2 * x + 1, y)[c])),
    );
    const {
      mean: restored,
      width,
      height,
    } = await restorer.restore(given, eps.linearOperator(address), mean);
    const stretched = made(given, 48, 32, (x, y) => at(given, x >> 1, y));
    return { before: off(stretched, scene), after: off(restored, scene), size: [width, height] };
  });
  assert.deepEqual(size, [48, 32]);
  assert.ok(after < 0.6 * before, `${before} levels off before, ${after} after`);
});

test('what is wrong with an operator is said, and the restorer stays usable', async () => {
  const failures = await inPage(async () => {
    const adjoint = 'export const adjoint = (y) => y.slice();';
    const applying = (apply) => `${adjoint} export const apply = ${apply};`;
    const modules = {
      'invalid-operator: export a function named apply': adjoint,
      'invalid-operator: apply threw: no': applying("() => { throw new Error('no'); }"),
      'invalid-operator: no Float32Array': applying('(x) => Array.from(x)'),
      'invalid-operator: gave 3 values': applying('() => new Float32Array(3)'),
      'invalid-operator: not finite': applying('(x) => x.map(() => NaN)'),
      'invalid-operator: not the adjoint': applying('(x) => x.map((v) => 1.1 * v)'),
      'invalid-operator: no { width, height }':
        applying('(x) => x.slice()') + ' export const imageSize = () => 5;',
    };
    const failures = {};
    for (const [expected, text] of Object.entries(modules))
      failures[expected] = await tools.failure(() =>
        restorer.restore(tools.photo(), eps.linearOperator(module(text)), mean),
      );
    failures['invalid-operator: could not be imported'] = await tools.failure(() =>
      restorer.restore(tools.photo(), eps.linearOperator('/nowhere.js'), mean),
    );
    failures["invalid-mask: must have the photo's size"] = await tools.failure(() =>
      restorer.restore(
        tools.photo(),
        eps.compose(eps.superResolve(2), eps.inpaint(tools.mask(10, 10, 1, 1, 2, 2))),
        mean,
      ),
    );
    failures['invalid-option: colorize only once'] = await tools.failure(() =>
      restorer.restore(tools.photo(), eps.compose(eps.colorize(), eps.colorize()), mean),
    );
    return failures;
  });
  for (const [expected, { eps, code, message }] of Object.entries(failures)) {
    const [wanted, words] =
      expected.split(': ', 2).length === 2
        ? [expected.slice(0, expected.indexOf(':')), expected.slice(expected.indexOf(':') + 2)]
        : [expected, ''];
    assert.equal(eps, true, `${expected}: ${JSON.stringify(failures[expected])}`);
    assert.equal(code, wanted, `${expected}: ${message}`);
    assert.ok(message.includes(words), `${expected}: ${message}`);
  }
  assert.equal(
    await inPage(async () => (await restorer.restore(tools.photo(), eps.denoise(20), mean)).width),
    32,
  );
});
