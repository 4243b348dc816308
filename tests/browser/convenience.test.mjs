// What spares a page code of its own: photos from anywhere, one call, calls that wait or replace
// others, batches, a shared restorer, what is fetched before it is needed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPackage, preparePage, WEIGHTS } from './page-tools.mjs';

const WASM = '/pkg/wasm/eps_restore_bg.wasm';

let session;
const inPage = (work, argument) => session.page.evaluate(work, argument);
const requests = (path) => session.requests.filter((request) => request.path === path).length;

before(async () => {
  session = await openPackage(false);
});
after(() => session.close());

describe('photos', () => {
  before(async () => {
    const bytes = await inPage(async () => {
      window.restorer = await eps.Restorer.load({ device: 'cpu', workers: 1 });
      // Pixels alone are refused.
      window.cleaned = async (photo) =>
        (await restorer.restore(photo, eps.jpeg(), { samples: 0, seed: 1 })).mean;
      const noisy = tools.photo(64);
      const normal = tools.normal(5);
      noisy.data.forEach((value, i) => i % 4 < 3 && (noisy.data[i] = value + 9 * normal()));
      window.file = await eps.toBlob(noisy, 'image/jpeg', 0.5);
      return [...new Uint8Array(await file.arrayBuffer())];
    });
    session.route('/photo.jpg', (request, response) =>
      response.writeHead(200, { 'content-type': 'image/jpeg' }).end(Buffer.from(bytes)),
    );
  });

  test('come from addresses, responses and buffers as from their file', async () => {
    const found = await inPage(async () => {
      const sources = {
        text: () => 'photo.jpg',
        URL: () => new URL('/photo.jpg', location.href),
        data: () =>
          new Promise((resolve) => {
            const reader = new FileReader();
            reader.onload = () => resolve(reader.result);
            reader.readAsDataURL(file);
          }),
        Response: () => fetch('/photo.jpg'),
        ArrayBuffer: () => file.arrayBuffer(),
      };
      const expected = await eps.readPhoto(file);
      const ofFile = await cleaned(file);
      const ofPixels = await tools.failure(() => cleaned(expected));
      const found = {};
      for (const [name, open] of Object.entries(sources)) {
        const same = tools.difference(await eps.readPhoto(await open()), expected);
        found[name] = [same, tools.difference(await cleaned(await open()), ofFile)];
      }
      return { found, ofPixels };
    });
    // The file's coefficients count, which are read from the same bytes.
    assert.equal(found.ofPixels.code, 'invalid-image');
    for (const [name, differences] of Object.entries(found.found))
      assert.deepEqual(differences, [0, 0], name);
  });

  test('of an address are asked for once', async () => {
    const before = requests('/photo.jpg');
    await inPage(() => restorer.restore('/photo.jpg', eps.denoise(), { samples: 0 }));
    assert.equal(requests('/photo.jpg') - before, 1);
  });

  test('come from a video as it shows them', async () => {
    const { pixel, without } = await inPage(async () => {
      const video = document.createElement('video');
      const without = await tools.failure(() => eps.readPhoto(video));
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [64, 48];
      const context = canvas.getContext('2d');
      video.srcObject = canvas.captureStream();
      video.muted = true;
      const loaded = new Promise((resolve) => (video.onloadeddata = resolve));
      context.fillStyle = 'rgb(40, 120, 200)';
      context.fillRect(0, 0, 64, 48);
      await Promise.all([video.play(), loaded]);
      const { data, width, height } = await eps.readPhoto(video);
      return { pixel: [width, height, ...data.slice(0, 4)], without };
    });
    assert.equal(without.code, 'invalid-image');
    assert.match(without.message, /loadeddata/);
    const near = [64, 48, 40, 120, 200, 255].every((v, i) => Math.abs(v - pixel[i]) <= 4);
    assert.ok(near, pixel.join());
  });

  test('that are not there say so', async () => {
    session.allowErrors(/Failed to load resource/);
    const { missing, used, far } = await inPage(async () => {
      const response = await fetch('/photo.jpg');
      await response.blob();
      return {
        missing: await tools.failure(() => eps.readPhoto('/no-such-photo.jpg')),
        used: await tools.failure(() => eps.readPhoto(response)),
        far: await tools.failure(() => eps.readPhoto('http://[')),
      };
    });
    assert.equal(missing.code, 'download-failed');
    assert.match(missing.message, /no-such-photo\.jpg answered 404/);
    assert.equal(used.code, 'download-failed', used.message);
    assert.equal(far.code, 'download-failed', far.message);
  });
});

describe('calls', () => {
  test('wait, or take the place of others', async () => {
    const found = await inPage(async () => {
      const photo = tools.photo();
      const begin = (seed, whenBusy) => {
        const options = { samples: 4, seed, whenBusy };
        return restorer.restore(photo, eps.denoise(20), options).then(
          ({ seed }) => seed,
          ({ code, message }) => `${code}: ${message}`,
        );
      };
      const waited = await Promise.all([begin(1), begin(2, 'wait'), begin(3), begin(4, 'wait')]);
      const replaced = await Promise.all([1, 2, 3].map((seed) => begin(seed, 'replace')));
      const steps = [];
      const stream = async () => {
        const options = { samples: 4, whenBusy: 'replace' };
        for await (const { stage } of restorer.stream(photo, eps.denoise(20), options)) {
          steps.push(stage);
          if (steps.length === 2) void begin(5, 'replace');
        }
      };
      const streamed = await tools.failure(stream);
      return { waited, replaced, streamed: streamed.code };
    });
    assert.deepEqual(found.waited.toSpliced(2, 1), [1, 2, 4]);
    assert.match(found.waited[2], /^busy: /);
    assert.match(found.replaced[0], /^aborted: A later call/);
    assert.match(found.replaced[1], /^aborted: A later call/);
    assert.equal(found.replaced[2], 3);
    assert.equal(found.streamed, 'aborted');
  });

  test('of a batch go on after a photo that fails, with one progress', async () => {
    const { items, fractions, left } = await inPage(async () => {
      const photos = [tools.photo(), new Blob(['no photo']), tools.photo(40, 24)];
      const fractions = [];
      const options = { samples: 0, onProgress: ({ fraction }) => fractions.push(fraction) };
      const items = [];
      const batch = eps.restoreAll(restorer, photos, (i) => eps.denoise(20 + i), options);
      for await (const { index, result, error } of batch)
        items.push([index, result?.width, result?.noise, error?.code]);
      let left = 0;
      for await (const item of eps.restoreAll(restorer, photos, eps.denoise(20), { samples: 0 }))
        if ((left += item.index + 1) > 0) break;
      return { items, fractions, left };
    });
    assert.deepEqual(items, [
      [0, 32, 20, undefined],
      [1, undefined, undefined, 'undecodable-image'],
      [2, 40, 22, undefined],
    ]);
    assert.equal(left, 1);
    assert.equal(fractions.at(-1), 1);
    assert.ok(fractions.every((fraction, i) => i === 0 || fraction >= fractions[i - 1]));
  });
});

describe('a restorer', () => {
  test('tells what it runs on, and ends with its block', async () => {
    const { info, code, cloned } = await inPage(async () => {
      const { info } = restorer;
      const other = await eps.Restorer.load({ device: 'cpu', workers: 1 });
      other[Symbol.dispose]();
      const { code } = await tools.failure(() => other.restore(tools.photo(), eps.denoise(20)));
      return { info, cloned: structuredClone(info).reason === restorer.deviceReason, code };
    });
    assert.equal(info.device, 'cpu');
    assert.ok(info.evaluationMilliseconds > 0 && info.reason.length > 10);
    assert.ok(cloned);
    assert.equal(code, 'disposed');
  });

  test('is loaded by the first call of all, once, and after it was disposed of', async () => {
    const found = await inPage(async () => {
      let loads = 0;
      const load = {
        device: 'cpu',
        workers: 1,
        onProgress: ({ fraction }) => (loads += Number(fraction === 1)),
      };
      const mask = tools.mask(32, 32, 4, 4, 9, 9);
      const call = (seed) =>
        eps.Restorer.restore(tools.photo(), eps.inpaint(mask), { samples: 0, seed, load });
      const both = [call(1), call(2)];
      // Photo and mask are read at the call, though the load has only begun.
      mask.data.fill(0);
      const [{ mean }] = await Promise.all(both);
      const unpainted = tools.difference(mean, tools.photo());
      const first = await eps.Restorer.shared();
      first.dispose();
      await call(3);
      const second = await eps.Restorer.shared();
      const failed = await tools.failure(() => eps.Restorer.shared({ device: 'none' }));
      second.dispose();
      const bad = await tools.failure(() => eps.Restorer.shared({ device: 'none' }));
      const again = await eps.Restorer.shared(load);
      again.dispose();
      return { loads, isNew: first !== second, unpainted, failed: failed.code, bad: bad.code };
    });
    assert.ok(found.unpainted > 0, 'the mask was read too late');
    assert.deepEqual([found.loads, found.isNew], [3, true]);
    assert.deepEqual([found.failed, found.bad], ['none', 'invalid-option']);
  });

  test('shares its download and its core with others of the page', async () => {
    await preparePage(session);
    assert.equal(await inPage(() => eps.clearCache()), true);
    const before = [requests(WEIGHTS), requests(WASM)];
    const found = await inPage(async () => {
      const cleared = await eps.clearCache();
      const stop = new AbortController();
      const settings = { device: 'cpu', workers: 1 };
      const aborted = tools.failure(() =>
        eps.Restorer.load({ ...settings, signal: stop.signal, onProgress: () => stop.abort() }),
      );
      const [first, second] = await Promise.all(
        [0, 1].map(() => eps.Restorer.load({ ...settings })),
      );
      const third = await eps.Restorer.load(settings);
      for (const restorer of [first, second, third]) restorer.dispose();
      return { cleared, aborted: (await aborted).code };
    });
    assert.deepEqual(found, { cleared: false, aborted: 'aborted' });
    assert.equal(requests(WEIGHTS) - before[0], 1);
    assert.ok(requests(WASM) - before[1] <= 1, 'HTTP answers what is asked for at the same time');
  });

  test('asks for its weights as it is told', async () => {
    let header;
    session.route('/weights', (request, response) => {
      header = request.headers.authorization;
      response.writeHead(403).end();
    });
    const { code } = await inPage(() =>
      tools.failure(() =>
        eps.Restorer.load({
          device: 'cpu',
          modelUrl: '/weights',
          modelRequest: { headers: { authorization: 'Bearer 3' } },
        }),
      ),
    );
    assert.deepEqual([header, code], ['Bearer 3', 'download-failed']);
  });
});

test('preload fetches everything, and starts nothing', async () => {
  await session.newPage();
  await preparePage(session);
  const { isSupported, stages } = await inPage(async () => {
    await eps.clearCache();
    const stages = new Set();
    await eps.preload({ onProgress: ({ stage }) => stages.add(stage) });
    return { stages: [...stages], isSupported: eps.isSupported() };
  });
  assert.ok(isSupported);
  assert.deepEqual(stages, ['weights']);
  await session.untilWorkers(0);
  const before = [WEIGHTS, WASM].map(requests);
  await inPage(async () => (await eps.Restorer.load({ device: 'cpu', workers: 1 })).dispose());
  assert.deepEqual([WEIGHTS, WASM].map(requests), before);
});
