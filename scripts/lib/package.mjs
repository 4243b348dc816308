// Builds the npm package: compiles it to pkg/dist, copies the released weights and licences, and
// collects the licences of others.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildNotices } from './notices.mjs';
import { NODE_MODULES, PKG, ROOT } from './paths.mjs';
import { done, duration, Stop } from './report.mjs';
import { run } from './run.mjs';
import { unlessFresh } from './stamp.mjs';

const WEIGHTS = 'photo-v2-8bit.safetensors';
const LICENCES = ['LICENSE-MIT', 'LICENSE-APACHE'].filter((name) => existsSync(join(ROOT, name)));
export const TSC = join(NODE_MODULES, 'typescript', 'bin', 'tsc');

/** Builds pkg/dist, pkg/models, pkg's copies of the licences and the notices of third parties. */
export async function buildPackage() {
  let took = 0;
  const inputs = {
    paths: [
      'pkg/src',
      'pkg/tsconfig.json',
      'tsconfig.base.json',
      'package-lock.json',
      'pkg/wasm/eps_restore.d.ts',
      `models/${WEIGHTS}`,
      ...LICENCES,
    ],
  };
  const worked = await unlessFresh(
    'package',
    inputs,
    ['pkg/dist', 'pkg/models', ...LICENCES.map((name) => `pkg/${name}`)],
    async () => {
      copyWeights();
      for (const name of LICENCES) copyFileSync(join(ROOT, name), join(PKG, name));
      rmSync(join(PKG, 'dist'), { recursive: true, force: true });
      took = (await run('package', [process.execPath, TSC, '-p', 'pkg'])).seconds;
    },
  );
  done(`package: ${worked ? `built in ${duration(took)}` : 'up to date'}`);
  await buildNotices();
}

/** Copies the weights, whose hash must be the one in the package's source. */
function copyWeights() {
  const from = join(ROOT, 'models', WEIGHTS);
  if (!existsSync(from))
    throw new Stop(`models/${WEIGHTS} is missing: check the repository out again.`);
  const bytes = readFileSync(from);
  const actual = { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const source = readFileSync(join(PKG, 'src', 'page', 'default-weights.ts'), 'utf8');
  const stated = {
    bytes: Number(/bytes: ([\d_]+)/.exec(source)?.[1]?.replaceAll('_', '')),
    sha256: /sha256: '([0-9a-f]{64})'/.exec(source)?.[1],
  };
  if (stated.bytes !== actual.bytes || stated.sha256 !== actual.sha256) {
    throw new Stop(
      `models/${WEIGHTS} is not the file that pkg/src/page/default-weights.ts describes. ` +
        'If you changed the weights on purpose, write there:\n' +
        `  bytes: ${actual.bytes}, sha256: '${actual.sha256}'`,
    );
  }
  rmSync(join(PKG, 'models'), { recursive: true, force: true });
  mkdirSync(join(PKG, 'models'), { recursive: true });
  copyFileSync(from, join(PKG, 'models', WEIGHTS));
}
