// What no linter at hand checks for all languages: lines of at most 100 columns, files of at most
// 500 lines, and no circle among the files of a folder.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT } from './paths.mjs';
import { ask } from './run.mjs';

const COLUMNS = 100;
const LINES = 500;
const CODE = /\.(rs|ts|mjs|py|css)$/;
const PROSE = /\.md$/;
/** Files whose length has a reason. */
const LONG = new Map([
  ['docs/method.md', 'the whole method is one text'],
  ['tests/browser/package.test.mjs', 'one page serves all of its tests'],
  ['www/src/words.ts', 'all English of the page in one file, for translators'],
  ['www/src/words/german.ts', 'its translation'],
]);

/** Folders whose files form a circle for a reason: their inner edges do not count. */
const RECURSIVE = new Map([
  ['src/restoration/run', 'a coarse-to-fine run contains a run of a smaller size'],
]);

/** The repository's own files. */
function files() {
  const listed = ask(['git', 'ls-files', '--cached', '--others', '--exclude-standard']);
  return listed.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** Lines that are too long: tables and links of prose may be. */
function longLines(path) {
  const isProse = PROSE.test(path);
  let inCode = false;
  const found = [];
  for (const [i, line] of read(path).split('\n').entries()) {
    if (isProse && line.startsWith('```')) inCode = !inCode;
    if ([...line].length <= COLUMNS) continue;
    if (isProse && !inCode && (/^\s*\|/.test(line) || /https?:\/\//.test(line))) continue;
    found.push(`${path}:${i + 1}: ${[...line].length} columns; ${COLUMNS} are possible`);
  }
  return found;
}

function longFile(path) {
  const lines = read(path).split('\n').length - 1;
  if (lines <= LINES || LONG.has(path)) return [];
  return [`${path}: ${lines} lines; ${LINES} are possible`];
}

/** Modules of a Rust crate that a file uses: `use` declarations and paths from `crate`. */
function rustEdges(root, paths) {
  const modules = new Map();
  for (const path of paths) {
    const name = relative(root, path).replace(/\.rs$/, '');
    modules.set(name.replace(/(^|\/)(mod|lib)$/, ''), path);
  }
  /** The file of the longest prefix of a path that is a module. */
  const fileOf = (parts) => {
    for (let n = parts.length; n >= 0; n--) {
      const path = modules.get(parts.slice(0, n).join('/'));
      if (path) return path;
    }
    return undefined;
  };
  const edges = new Map();
  for (const [name, path] of modules) {
    const own = name === '' ? [] : name.split('/');
    // Re-exports make a façade of a module, and tests may use everything.
    const text = read(path)
      .replace(/#\[cfg\(test\)\][\s\S]*$/, '')
      .replace(/\/\/.*$/gm, '')
      .replace(/\bpub use [^;]*;/g, '');
    const targets = new Set();
    for (const match of text.matchAll(
      /(?<!\()\b(crate|super|self)\b((?:::(?:super|\w+))*)(::\{[^;]*?\})?/g,
    )) {
      const base = match[1] === 'crate' ? [] : match[1] === 'self' ? own : own.slice(0, -1);
      for (const end of expanded(match[2] + (match[3] ?? ''))) {
        let parts = [...base];
        for (const part of end) parts = part === 'super' ? parts.slice(0, -1) : [...parts, part];
        const target = fileOf(parts);
        if (target && target !== path && !isRecursive(path, target)) targets.add(target);
      }
    }
    edges.set(path, targets);
  }
  return edges;
}

const isRecursive = (path, target) =>
  dirname(path) === dirname(target) && RECURSIVE.has(dirname(path));

/** `::a::{b, c::d}` as [[a, b], [a, c, d]]. */
function expanded(path) {
  const [head, group] = path.split('::{');
  const start = head.split('::').filter(Boolean);
  if (group === undefined) return [start];
  const names = group.replace(/\}$/, '').split(',');
  return names.map((name) => [...start, ...name.trim().split('::')]);
}

/** Files that a TypeScript file imports, also for types alone. */
export function typescriptEdges(paths) {
  const edges = new Map();
  for (const path of paths) {
    const targets = new Set();
    for (const match of read(path).matchAll(/\bfrom '(\.[^']+)'/g)) {
      const target = join(dirname(path), match[1].replace(/\.js$/, '.ts'));
      if (paths.includes(target)) targets.add(target);
    }
    edges.set(path, targets);
  }
  return edges;
}

/** One circle of a graph, as a list of its files; undefined where there is none. */
export function circle(edges) {
  const done = new Set();
  const trail = [];
  const visit = (node) => {
    if (done.has(node)) return undefined;
    const at = trail.indexOf(node);
    if (at >= 0) return [...trail.slice(at), node];
    trail.push(node);
    for (const next of edges.get(node) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    trail.pop();
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = visit(node);
    if (found) return found;
  }
  return undefined;
}

/**
 * What is wrong with the repository's structure.
 *
 * @returns {string[]} a line for each fault.
 */
export function faults() {
  const all = files();
  const under = (folder, ending) =>
    all.filter((path) => path.startsWith(`${folder}/`) && path.endsWith(ending));
  const graphs = {
    src: rustEdges('src', under('src', '.rs')),
    'pkg/core/src': rustEdges('pkg/core/src', under('pkg/core/src', '.rs')),
    'pkg/src': typescriptEdges(under('pkg/src', '.ts')),
    'www/src': typescriptEdges(under('www/src', '.ts')),
  };
  const circles = Object.entries(graphs).flatMap(([folder, edges]) => {
    const found = circle(edges);
    return found ? [`${folder}: a circle: ${found.join(' → ')}`] : [];
  });
  const written = all.filter((path) => CODE.test(path) || PROSE.test(path));
  return [
    ...circles,
    ...written.filter((path) => basename(path) !== 'CHANGELOG.md').flatMap(longLines),
    ...written.filter((path) => CODE.test(path)).flatMap(longFile),
  ];
}
