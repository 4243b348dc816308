// The mean of one photo by one worker, and by two that share its tiles; and by more, on paper.
import { done } from '../scripts/lib/report.mjs';
import { median, summary } from './statistics.mjs';

const ROUNDS = 5;
/** By their number of tiles, each of 256 × 256 pixels. */
const PHOTOS = { 4: [480, 480], 9: [704, 704], 20: [1152, 928] };
/** Numbers of workers that are simulated. */
const ON_PAPER = [4, 8];

/**
 * @returns {Promise<object>} by the number of tiles: milliseconds by one worker and by two, the
 *   median of their ratios within a round, the share of the time that is not spent in tiles, and
 *   the ratios that follow from it for more workers.
 */
export async function oneImage(page) {
  await page.evaluate(openRestorers);
  const results = {};
  for (const [tiles, [width, height]] of Object.entries(PHOTOS)) {
    const rounds = [];
    for (let round = -1; round < ROUNDS; round++) {
      const one = await page.evaluate((ask) => meanOf(ask), { name: 'one', width, height });
      const two = await page.evaluate((ask) => meanOf(ask), { name: 'two', width, height });
      if (round >= 0) rounds.push({ one, two });
    }
    results[tiles] = resultOf(Number(tiles), [width, height], rounds);
    const { one, two, two_over_one, serial_share } = results[tiles];
    const times = `${one.median} ms by one worker, ${two.median} ms by two`;
    done(`one image of ${tiles} tiles: ${times}: ${two_over_one}; serial: ${serial_share}`);
  }
  return results;
}

function resultOf(tiles, [width, height], rounds) {
  const shares = rounds.map(({ one }) => 1 - (tiles * median(one.tiles)) / one.milliseconds);
  const serial = Math.max(0, median(shares));
  const onPaper = (workers) => 1 / (serial + ((1 - serial) * Math.ceil(tiles / workers)) / tiles);
  const rounded = (value) => Number(value.toPrecision(3));
  return {
    width,
    height,
    one: summary(rounds.map(({ one }) => one.milliseconds)),
    two: summary(rounds.map(({ two }) => two.milliseconds)),
    two_over_one: rounded(
      median(rounds.map(({ one, two }) => one.milliseconds / two.milliseconds)),
    ),
    serial_share: rounded(serial),
    on_paper: Object.fromEntries(ON_PAPER.map((workers) => [workers, rounded(onPaper(workers))])),
  };
}

/** In the page: `meanOf()` answers a restoration's milliseconds, and those between its tiles. */
async function openRestorers() {
  const { Restorer, denoise } = await import('/pkg/dist/index.js');
  const restorers = {
    one: await Restorer.load({ device: 'cpu', workers: 1 }),
    two: await Restorer.load({ device: 'cpu', workers: 2 }),
  };
  globalThis.meanOf = async ({ name, width, height }) => {
    const photo = new ImageData(width, height);
    photo.data.forEach((_, i) => (photo.data[i] = i % 4 === 3 ? 255 : (i * 7919) % 251));
    const times = [];
    const onProgress = ({ tiles }) => (times[tiles] ??= performance.now());
    const options = { samples: 0, onProgress };
    const { milliseconds } = await restorers[name].restore(photo, denoise(12), options);
    // The first tile comes with the linear algebra before it, the last with that after it.
    const tiles = times.slice(2, -1).map((time, i) => time - times[i + 1]);
    return { milliseconds, tiles };
  };
}
