// node scripts/intervals.mjs --calibrate DIR --check DIR [--photos 24] [--write]
//
// The factors of the package's intervals, by split conformal prediction. It damages photos of the
// first folder, restores them by 8 samples, and takes quantiles of the mean's error over the
// samples' deviation.
// Photos of the second folder tell what share of their pixels these intervals hold. `--write` puts
// the factors into the package's source.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { ROOT } from '../tests/browser/harness.mjs';
import { openPackage } from '../tests/browser/page-tools.mjs';

const TARGET = join(ROOT, 'pkg/src/page/interval-factors.ts');
const COVERAGES = [0.8, 0.9, 0.95];

const { values } = parseArgs({
  options: {
    calibrate: { type: 'string' },
    check: { type: 'string' },
    photos: { type: 'string', default: '24' },
    write: { type: 'boolean', default: false },
  },
});
if (!values.calibrate || !values.check)
  throw new Error('--calibrate DIR and --check DIR are missing');

const session = await openPackage(false);
try {
  await session.page.evaluate(() => import('/scripts/intervals-page.mjs'));
  const known = await scoresOf(values.calibrate);
  const other = await scoresOf(values.check);
  const factors = Object.fromEntries(
    Object.entries(known).map(([family, rows]) => [
      family,
      rows.map((row) => COVERAGES.map((coverage) => quantile(row, coverage))),
    ]),
  );
  print(factors, other);
  if (values.write) await write(factors);
} finally {
  await session.close();
}

/** Of a folder's photos: for each family and number of samples, how often each score occurs. */
async function scoresOf(folder) {
  const names = readdirSync(folder).filter((name) => /\.(png|jpe?g)$/i.test(name));
  const count = Number(values.photos);
  const all = {};
  for (let i = 0; i < count; i++) {
    const name = names.sort()[Math.floor((i * names.length) / count)];
    const base64 = readFileSync(join(folder, name)).toString('base64');
    const ask = { base64, seed: i + 1 };
    const scores = await session.page.evaluate((asked) => window.scoresOfPhoto(asked), ask);
    for (const [family, rows] of Object.entries(scores)) {
      all[family] ??= rows.map((row) => row.map(() => 0));
      rows.forEach((row, r) => row.forEach((n, bin) => (all[family][r][bin] += n)));
    }
    console.error(`${i + 1} of ${count}: ${name}`);
  }
  return all;
}

/** The least score that this share of all lies below; scores are counted in hundredths. */
function quantile(row, share) {
  const total = row.reduce((a, b) => a + b, 0);
  let sum = 0;
  const bin = row.findIndex((n) => (sum += n) >= share * total);
  return (bin + 1) / 100;
}

function shareBelow(row, factor) {
  const total = row.reduce((a, b) => a + b, 0);
  return row.slice(0, Math.round(100 * factor)).reduce((a, b) => a + b, 0) / total;
}

function print(factors, other) {
  console.log('| family | samples | factors for 80, 90, 95 % | held on other photos |');
  console.log('| --- | --- | --- | --- |');
  for (const [family, rows] of Object.entries(factors))
    rows.forEach((row, r) => {
      const held = row.map((factor) => (100 * shareBelow(other[family][r], factor)).toFixed(1));
      const cells = [family, [8, 4, 2][r], row.join(', '), `${held.join(', ')} %`];
      console.log(`| ${cells.join(' | ')} |`);
    });
}

async function write(factors) {
  const source = readFileSync(TARGET, 'utf8');
  const start = source.indexOf('= {');
  const text = `${source.slice(0, start)}= ${JSON.stringify(factors)};\n`;
  writeFileSync(
    TARGET,
    await format(text, { filepath: TARGET, singleQuote: true, printWidth: 100 }),
  );
}
