// Finds programs that are installed on this machine.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Stop } from './report.mjs';

/**
 * The path of a program, or undefined where there is none.
 *
 * @param {object} where
 * @param {string} where.variable the environment variable that states the path.
 * @param {string[]} where.names what the program is called, best first.
 * @param {string[]} where.folders searched after those of PATH.
 * @param {string[]} [where.paths] whole paths, searched last.
 */
export function findProgram({ variable, names, folders, paths = [] }) {
  const stated = process.env[variable];
  if (stated) {
    if (!runs(stated)) throw new Stop(`${variable} is '${stated}', which is not a program.`);
    return stated;
  }
  const searched = [...(process.env.PATH ?? '').split(delimiter), ...folders];
  return [...searched.flatMap((folder) => names.map((name) => join(folder, name))), ...paths].find(
    runs,
  );
}

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
