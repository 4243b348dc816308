// Two samples by one worker and by two, through the package's own interface.
import { done } from '../scripts/lib/report.mjs';
import { summary } from './statistics.mjs';

const ROUNDS = 5;

/**
 * @returns {Promise<{ one: object, two: object }>} milliseconds of two samples of 256 × 256 pixels.
 */
export async function workers(page) {
  await page.evaluate(async () => {
    const { Restorer, denoise } = await import('/pkg/dist/index.js');
    const photo = new ImageData(256, 256);
    photo.data.forEach((_, i) => (photo.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251));
    const restorers = {
      one: await Restorer.load({ device: 'cpu', workers: 1 }),
      two: await Restorer.load({ device: 'cpu', workers: 2 }),
    };
    globalThis.twoSamples = async (name) =>
      (await restorers[name].restore(photo, denoise(), { samples: 2, seed: 1 })).milliseconds;
  });
  const times = { one: [], two: [] };
  for (let round = -1; round < ROUNDS; round++) {
    for (const name of ['one', 'two']) {
      const milliseconds = await page.evaluate((name) => twoSamples(name), name);
      if (round >= 0) times[name].push(milliseconds);
    }
  }
  const results = { one: summary(times.one), two: summary(times.two) };
  done(`two samples: ${results.one.median} ms by one worker, ${results.two.median} ms by two`);
  return results;
}
