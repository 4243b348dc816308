// The network as ONNX, with a file for each side of its images. training/ exports it from the
// released weights, and this clone's cache keeps it.
import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, STATE } from '../scripts/lib/paths.mjs';
import { begun, done, duration, Stop } from '../scripts/lib/report.mjs';
import { attempt, tail } from '../scripts/lib/run.mjs';
import { unlessFresh } from '../scripts/lib/stamp.mjs';

const FOLDER = join(STATE, 'onnx');
const PYTHON = process.env.PYTHON ?? 'python3';
const ADVICE = `training/eps_training/export.py makes the ONNX files. It runs with ${PYTHON}, which
needs torch, safetensors, onnx and onnxscript:
  pip install -e './training[onnx]'
Or choose a Python that has them:
  PYTHON=/path/to/python npm run bench`;

/**
 * @param {number[]} sides
 * @returns {Promise<Record<number, string>>} for each side, the path of its file on a server of the
 *   repository.
 */
export async function ensureOnnx(sides) {
  const files = Object.fromEntries(
    sides.map((side) => [side, join(FOLDER, `photo-v2-${side}.onnx`)]),
  );
  let took = 0;
  const inputs = {
    paths: [
      'models/photo-v2.safetensors',
      'training/eps_training/method/network.py',
      'training/eps_training/export.py',
    ],
    text: sides.map(String),
  };
  const worked = await unlessFresh('onnx', inputs, Object.values(files), async () => {
    begun('ONNX: exporting the network (30 s)…');
    mkdirSync(FOLDER, { recursive: true });
    const command = [
      PYTHON,
      '-m',
      'eps_training.export',
      join(ROOT, 'models', 'photo-v2.safetensors'),
      FOLDER,
      '--onnx',
      ...sides.map(String),
    ];
    const result = await attempt('onnx', command, { cwd: join(ROOT, 'training') });
    took = result.seconds;
    if (result.code !== 0 || !Object.values(files).every(existsSync))
      throw new Stop(`The network could not be exported as ONNX.\n${tail(result)}\n${ADVICE}`);
  });
  done(`ONNX: ${worked ? `exported in ${duration(took)}` : 'up to date'}`);
  return Object.fromEntries(sides.map((side) => [side, `/${relative(ROOT, files[side])}`]));
}
