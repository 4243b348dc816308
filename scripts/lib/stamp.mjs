// Skips a step where neither its inputs nor its outputs have changed, by their contents.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ROOT, STATE } from './paths.mjs';

/**
 * A hash of files, folders (with everything in them) and strings.
 *
 * @param {{ paths: string[], text?: string[] }} inputs with paths that are absolute or relative to
 *   the repository, and need not exist.
 */
export function fingerprint({ paths, text = [] }) {
  const hash = createHash('sha256');
  for (const line of text) hash.update(`text\0${line}\0`);
  for (const path of paths) {
    for (const file of filesOf(resolve(ROOT, path)))
      hash
        .update(`file\0${relative(ROOT, file)}\0`)
        .update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex');
}

/**
 * Does `work` unless the step's inputs and outputs are the same as after its last success.
 *
 * @param {string} name
 * @param {{ paths: string[], text?: string[] }} inputs
 * @param {string[]} outputs paths of the same kind.
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether it did the work.
 */
export async function unlessFresh(name, inputs, outputs, work) {
  const stamp = join(STATE, 'stamps', name);
  const before = fingerprint(inputs);
  const recorded = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (recorded !== '' && recorded === `${before} ${fingerprint({ paths: outputs })}`) return false;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(join(STATE, 'stamps'), { recursive: true });
  writeFileSync(stamp, `${before} ${fingerprint({ paths: outputs })}`);
  return true;
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}
