// Runs programs quietly: their output goes to a log, and to the terminal where they fail.
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { duration, Stop } from './report.mjs';
import { ROOT, STATE } from './paths.mjs';

/** The number of lines to show of a failed program's output. */
const SHOWN = 60;

/**
 * @param {string} name of the log file.
 * @param {string[]} command program and arguments.
 * @param {{ env?: Record<string, string>, cwd?: string }} [options]
 * @returns {Promise<{ code: number, output: string, seconds: number, log: string }>}
 */
export async function attempt(name, command, { env = {}, cwd = ROOT } = {}) {
  const log = join(STATE, 'logs', `${name}.log`);
  mkdirSync(join(STATE, 'logs'), { recursive: true });
  const file = createWriteStream(log);
  const begin = performance.now();
  let output = '';
  const code = await new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (chunk) => {
      output += chunk;
      file.write(chunk);
      showLive(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => {
      take(`${command[0]}: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (status) => resolve(status ?? 1));
  });
  clearLive();
  file.end();
  return { code, output, seconds: (performance.now() - begin) / 1000, log };
}

/** Runs a program and throws a Stop where it fails. `advice` says what to do then. */
export async function run(name, command, { advice = '', ...options } = {}) {
  const result = await attempt(name, command, options);
  if (result.code !== 0) {
    const failure = `${name} failed (exit status ${result.code}, ${duration(result.seconds)}).`;
    throw new Stop(`${[failure, advice].filter(Boolean).join(' ')}\n${tail(result)}`);
  }
  return result;
}

/** The end of a program's output, and the path of the log where that is not all of it. */
export function tail({ output, log }) {
  const lines = output.trimEnd().split('\n');
  const cut = lines.length > SHOWN ? [`  … (all ${lines.length} lines: ${log})`] : [];
  return [...cut, ...lines.slice(-SHOWN).map((line) => `  ${line}`)].join('\n');
}

/** The output of a short program, or undefined where it is missing or fails. */
export function ask(command, { env = {}, cwd = ROOT } = {}) {
  const { status, stdout } = spawnSync(command[0], command.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}

/** Shows the last line of output on a terminal while the program runs. */
function showLive(chunk) {
  if (!process.stdout.isTTY) return;
  const line =
    chunk
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1) ?? '';
  process.stdout.write(`\r\x1b[K  ${line.slice(0, (process.stdout.columns ?? 80) - 4)}`);
}

function clearLive() {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
}
