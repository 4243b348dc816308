// Opens the package in a bare page, and puts what the tests use into it: `eps` is the package,
// `tools` are these.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSession, ROOT } from './harness.mjs';

export const WEIGHTS = '/pkg/models/photo-v2-8bit.safetensors';

/** A browser with or without WebGPU, started with more arguments, and a page with the package. */
export async function openPackage(webgpu, args = []) {
  const session = await openSession({ root: '.', webgpu, args });
  await preparePage(session);
  return session;
}

/** Serves a script of the package with one edit, for what a test cannot do from outside. */
export function serveEdited(session, path, from, to) {
  const source = readFileSync(join(ROOT, path), 'utf8');
  const edited = source.replace(from, to);
  assert.notEqual(edited, source, `${path} has nothing like ${from}`);
  session.route(path, (request, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(edited);
  });
}

/** The same on a page of its own, which shares the browser's cache. */
export async function preparePage(session) {
  await session.page.goto(`${session.origin}/blank.html`);
  await session.page.evaluate(async () => {
    window.eps = await import('/pkg/dist/index.js');
    window.tools = {
      /** A photo of smooth colours with an edge, opaque unless asked otherwise. */
      photo(width = 32, height = width, alpha = () => 255) {
        const image = new ImageData(width, height);
        for (let y = 0, at = 0; y < height; y++) {
          for (let x = 0; x < width; x++, at += 4) {
            const edge = x + y > (width + height) / 2 ? 60 : 0;
            image.data.set(
              [
                90 + edge + 40 * Math.sin(x / 5),
                80 + edge + 50 * Math.cos(y / 7),
                70 + edge + 30 * Math.sin((x + y) / 9),
                alpha(x, y),
              ],
              at,
            );
          }
        }
        return image;
      },
      /** One byte a pixel: missing inside the rectangle. */
      mask(width, height, left, top, across, down) {
        const data = new Uint8Array(width * height);
        for (let y = top; y < top + down; y++)
          data.fill(1, y * width + left, y * width + left + across);
        return { data, width, height };
      },
      /** A photo that fades, with its missing pixels painted over. */
      damaged() {
        const photo = tools.photo(40, 24, (x) => (x < 20 ? 255 : 90 + x));
        const mask = tools.mask(40, 24, 5, 4, 12, 10);
        for (let i = 0; i < mask.data.length; i++)
          if (mask.data[i]) photo.data.set([255, 0, 255], 4 * i);
        return { photo, mask };
      },
      /**
       * Draws of N(0, 1), the same for the same seed: Box and Muller's transform of a linear
       * congruence.
       */
      normal(seed) {
        let state = seed >>> 0;
        const uniform = () =>
          ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
        return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
      },
      /** The course of the sampler in these tests: the fewest evaluations that make a sample. */
      quick: {
        samples: 1,
        seed: 3,
        sampler: { solver: 'dpmpp2m', points: 2, tauMax: 5, tauMin: 0.05 },
      },
      /** How a call fails. */
      async failure(call) {
        try {
          await call();
        } catch (error) {
          return {
            eps: error instanceof eps.EpsError,
            code: error.code,
            name: error.name,
            message: error.message,
          };
        }
        return { code: 'none' };
      },
      /** The largest difference between two images, alpha included. */
      difference(a, b) {
        if (a.width !== b.width || a.height !== b.height) return Infinity;
        return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
      },
      /** Enough of a result to judge it by. */
      summary(result) {
        const spread = (image) =>
          image.data.reduce((most, value) => Math.max(most, value), 0) -
          image.data.reduce((least, value) => Math.min(least, value), 255);
        const {
          width,
          height,
          evaluations,
          milliseconds,
          device,
          seed,
          chiSquare,
          samples,
          mean,
          estimate,
          deviation,
        } = result;
        const images = [mean, estimate, ...samples, ...(deviation ? [deviation] : [])];
        return {
          width,
          height,
          evaluations,
          milliseconds,
          device,
          seed,
          chiSquare,
          samples: samples.length,
          deviation: deviation !== undefined,
          sizes: images.every(
            (image) =>
              image instanceof ImageData && image.width === width && image.height === height,
          ),
          spread: spread(mean),
        };
      },
    };
  });
}
