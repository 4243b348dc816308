// npm run test:training [-- pytest's arguments]: lints all Python, and runs the tests of training/
// in their own Python environment. PYTHON names the Python that makes it, 3.10 or newer.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { CACHE, ROOT } from './lib/paths.mjs';
import { begun, done, duration, main } from './lib/report.mjs';
import { run } from './lib/run.mjs';
import { unlessFresh } from './lib/stamp.mjs';

const TRAINING = join(ROOT, 'training');
const VENV = join(CACHE, 'python');
const PYTHON = join(VENV, 'bin', 'python');
const MAKER = process.env.PYTHON ?? 'python3';

/** All clones share the environment, because PyTorch takes 3 GB. */
async function ensurePython() {
  const inputs = { paths: ['training/pyproject.toml'], text: [MAKER, ROOT] };
  const outputs = [join(VENV, 'pyvenv.cfg')];
  let seconds = 0;
  const worked = await unlessFresh('python', inputs, outputs, async () => {
    begun(`Python environment: ${VENV} (PyTorch: 3 GB, some minutes)…`);
    const advice =
      `Is ${MAKER} a Python of version 3.10 or newer, with venv? ` +
      'PYTHON=/path/to/python chooses another.';
    if (!existsSync(PYTHON)) await run('venv', [MAKER, '-m', 'venv', VENV], { advice });
    const install = [PYTHON, '-m', 'pip', 'install', '--quiet', '-e', `${TRAINING}[test]`];
    seconds = (await run('pip', install)).seconds;
  });
  done(`Python environment: ${worked ? `made in ${duration(seconds)}` : 'up to date'}`);
}

await main(async () => {
  await ensurePython();
  const python = ['training', 'examples', 'tests', 'bench'].map((folder) => join(ROOT, folder));
  const config = join(TRAINING, 'pyproject.toml');
  await run('ruff', [PYTHON, '-m', 'ruff', 'check', '--config', config, ...python]);
  done('ruff: passed');
  const tests = spawn(PYTHON, ['-m', 'pytest', ...process.argv.slice(2)], {
    cwd: TRAINING,
    stdio: 'inherit',
  });
  process.exitCode = await new Promise((resolve) =>
    tests.on('close', (code) => resolve(code ?? 1)),
  );
});
