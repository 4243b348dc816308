import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { describe, test } from 'node:test';
import { readWeights } from '../../pkg/dist/page/weights.js';
import { eps } from './assertions.mjs';

const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) & 255);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const SOURCE = {
  url: 'https://example.test/w.safetensors',
  sha256: SHA256,
  bytes: BYTES.length,
  advice: 'Look elsewhere.',
};

/** A server that gives the answers in turn, and counts. */
function server(...answers) {
  const fetch = async (url, { signal } = {}) => {
    fetch.requests.push(url);
    signal?.throwIfAborted();
    const answer = answers[Math.min(fetch.requests.length, answers.length) - 1];
    return answer instanceof Error ? Promise.reject(answer) : answer();
  };
  fetch.requests = [];
  return fetch;
}
const whole = () => new Response(BYTES, { headers: { 'content-length': String(BYTES.length) } });

/** A Cache API in memory. */
function cacheStorage() {
  const entries = new Map();
  const cache = {
    match: async (key) => (entries.has(key) ? new Response(entries.get(key)) : undefined),
    put: async (key, response) =>
      void entries.set(key, new Uint8Array(await response.arrayBuffer())),
    delete: async (key) => entries.delete(key),
    keys: async () => [...entries.keys()],
  };
  return { entries, open: async () => cache };
}
const platform = (fetch, caches, stallMs = 10_000) => ({
  fetch,
  caches,
  subtle: webcrypto.subtle,
  stallMs,
});
const read = (source, on, signal, progress = []) =>
  readWeights(source, on, signal, (step) => progress.push(step));

describe('reading the weights', () => {
  test('downloads with progress, checks, keeps; the second time asks nobody', async () => {
    const [fetch, caches, progress] = [server(whole), cacheStorage(), []];
    assert.deepEqual(await read(SOURCE, platform(fetch, caches), undefined, progress), BYTES);
    assert.deepEqual(progress[0], { loadedBytes: 0, totalBytes: BYTES.length, cached: false });
    assert.deepEqual(progress.at(-1), {
      loadedBytes: BYTES.length,
      totalBytes: BYTES.length,
      cached: false,
    });
    const again = [];
    assert.deepEqual(await read(SOURCE, platform(fetch, caches), undefined, again), BYTES);
    assert.deepEqual(again, [
      { loadedBytes: BYTES.length, totalBytes: BYTES.length, cached: true },
    ]);
    assert.equal(fetch.requests.length, 1);
  });
  test('finds them in the cache by their hash, whatever the address', async () => {
    const [fetch, caches] = [server(whole), cacheStorage()];
    await read(SOURCE, platform(fetch, caches));
    await read({ ...SOURCE, url: 'https://elsewhere.test/' }, platform(fetch, caches));
    assert.equal(fetch.requests.length, 1);
  });
  test('a damaged cache is replaced', async () => {
    const [fetch, caches] = [server(whole), cacheStorage()];
    await read(SOURCE, platform(fetch, caches));
    for (const key of caches.entries.keys()) caches.entries.set(key, BYTES.slice(1));
    assert.deepEqual(await read(SOURCE, platform(fetch, caches)), BYTES);
    assert.equal(fetch.requests.length, 2);
    assert.deepEqual([...caches.entries.values()], [BYTES]);
  });
  test('a cache that is missing or fails costs nothing but the next download', async () => {
    const broken = { open: () => Promise.reject(new Error('no space')) };
    for (const caches of [undefined, broken])
      assert.deepEqual(await read(SOURCE, platform(server(whole), caches)), BYTES);
  });
  test('a cache that never answers costs its limit and the next download', async () => {
    const never = () => new Promise(() => {});
    const silent = { open: never };
    const unread = { open: async () => ({ match: never }) };
    const unwritten = { open: async () => ({ match: async () => undefined, put: never }) };
    for (const caches of [silent, unread, unwritten])
      assert.deepEqual(await read(SOURCE, platform(server(whole), caches, 40)), BYTES);
  });
  test('old weights leave the cache', async () => {
    const caches = cacheStorage();
    for (const seed of [1, 2, 3, 4]) {
      const bytes = BYTES.map((byte) => byte ^ seed);
      const source = { ...SOURCE, sha256: createHash('sha256').update(bytes).digest('hex') };
      await read(
        source,
        platform(
          server(() => new Response(bytes)),
          caches,
        ),
      );
    }
    assert.equal(caches.entries.size, 2);
  });
  test('without a known hash they are neither checked nor kept', async () => {
    const [fetch, caches] = [server(whole), cacheStorage()];
    for (let i = 0; i < 2; i++)
      assert.deepEqual(
        await read(
          { ...SOURCE, sha256: undefined },
          { ...platform(fetch, caches), subtle: undefined },
        ),
        BYTES,
      );
    assert.equal(fetch.requests.length, 2);
    assert.equal(caches.entries.size, 0);
  });
  test('the length of a compressed answer is not taken for that of the weights', async () => {
    const progress = [];
    const compressed = () =>
      new Response(BYTES, { headers: { 'content-length': '10', 'content-encoding': 'gzip' } });
    await read(SOURCE, platform(server(compressed), undefined), undefined, progress);
    assert.ok(progress.every(({ totalBytes }) => totalBytes === BYTES.length));
  });
});

describe('weights that cannot be had', () => {
  test('altered', async () => {
    const altered = BYTES.slice();
    altered[5] ^= 1;
    const caches = cacheStorage();
    await assert.rejects(
      read(
        SOURCE,
        platform(
          server(() => new Response(altered)),
          caches,
        ),
      ),
      eps('weights-corrupt', new RegExp(`SHA-256 [0-9a-f]{64}, expected ${SHA256}`)),
    );
    assert.equal(caches.entries.size, 0);
  });
  test('truncated', async () => {
    const cut = () => new Response(BYTES.slice(0, 999));
    await assert.rejects(
      read(SOURCE, platform(server(cut), undefined)),
      eps('weights-corrupt', /999 bytes instead of 100000/),
    );
  });
  test('a web page in their place', async () => {
    const page = () => new Response('\n<!DOCTYPE html><title>Not found</title>');
    await assert.rejects(
      read(SOURCE, platform(server(page), undefined)),
      eps('weights-corrupt', /They are a web page: Look elsewhere\./),
    );
  });
  test('missing', async () => {
    const missing = () => new Response('', { status: 404, statusText: 'Not Found' });
    await assert.rejects(
      read(SOURCE, platform(server(missing), undefined)),
      eps('download-failed', /answered 404 Not Found\./),
    );
  });
  test('out of reach', async () => {
    await assert.rejects(
      read(SOURCE, platform(server(new TypeError('network down')), undefined)),
      eps('download-failed', /network down/),
    );
  });
  test('cut off midway', async () => {
    const dying = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.error(new TypeError('connection lost'));
          },
        }),
      );
    await assert.rejects(
      read(SOURCE, platform(server(dying), undefined)),
      eps('download-failed', /connection lost/),
    );
  });
  test('stalled: before the answer, and midway', async () => {
    const silent = () => new Promise(() => {});
    const midway = () =>
      new Response(new ReadableStream({ start: (stream) => stream.enqueue(BYTES.slice(0, 10)) }));
    for (const answer of [silent, midway])
      await assert.rejects(
        read(SOURCE, platform(server(answer), undefined, 40)),
        eps('download-failed', /no data has come for 0.04 s/),
      );
  });
  test('unverifiable: no secure context', async () => {
    await assert.rejects(
      read(SOURCE, { ...platform(server(whole)), subtle: undefined }),
      eps('insecure-context', /https, or from localhost/),
    );
  });
  test('aborted: before, and midway', async () => {
    const fetch = server(whole);
    const reason = new Error('user left');
    await assert.rejects(
      read(SOURCE, platform(fetch, undefined), AbortSignal.abort(reason)),
      (error) => error.code === 'aborted' && error.name === 'AbortError' && error.cause === reason,
    );
    assert.equal(fetch.requests.length, 0);
    const controller = new AbortController();
    const slow = () =>
      new Response(
        new ReadableStream({
          pull(stream) {
            controller.abort();
            stream.error(controller.signal.reason);
          },
        }),
      );
    await assert.rejects(
      read(SOURCE, platform(server(slow), undefined), controller.signal),
      eps('aborted'),
    );
  });
});
