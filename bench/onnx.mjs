// The network as ONNX, a file for each side of its images: made from the released weights by
// training/, kept in this clone's cache.
import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, STATE } from '../scripts/lib/paths.mjs';
import { begun, done, duration, Stop } from '../scripts/lib/report.mjs';
import { attempt, tail } from '../scripts/lib/run.mjs';
import { unlessFresh } from '../scripts/lib/stamp.mjs';

const FOLDER = join(STATE, 'onnx');
const PYTHON = process.env.PYTHON ?? 'python3';
const ADVICE = `The ONNX files are made by training/eps_training/export.py, with ${PYTHON}, which needs torch, safetensors, onnx and onnxscript there:
  pip install -e './training[onnx]'      or, where another Python has them:      PYTHON=/path/to/python npm run bench`;

/**
 * @param {number[]} sides
 * @returns {Promise<Record<number, string>>} the address of each side's file on a server of the
 *   repository.
 */
export async function ensureOnnx(sides) {
  const files = Object.fromEntries(
    sides.map((side) => [side, join(FOLDER, `photo-v1-${side}.onnx`)]),
  );
  let took = 0;
  const inputs = {
    paths: [
      'models/photo-v1.safetensors',
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
      join(ROOT, 'models', 'photo-v1.safetensors'),
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
