// The licences of what the wasm file contains, for the npm package: pkg/THIRD-PARTY-NOTICES.txt.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PKG, ROOT } from './paths.mjs';
import { done } from './report.mjs';
import { ensureWasmRust, TARGET } from './rust.mjs';
import { unlessFresh } from './stamp.mjs';

export const NOTICES = 'THIRD-PARTY-NOTICES.txt';
const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i;
/** Enough for the metadata of all crates. */
const MAX_BUFFER = 2 ** 28;

/**
 * @typedef {object} Crate
 * @property {string} name with its version.
 * @property {string} licence an SPDX expression.
 * @property {string} from its authors or repository.
 * @property {string[]} texts of its licence files; none if the crate has no such file.
 */

/** Writes the notices again where the crates have changed. */
export async function buildNotices() {
  let count = 0;
  const inputs = {
    paths: ['Cargo.toml', 'Cargo.lock', 'pkg/core/Cargo.toml', 'scripts/lib/notices.mjs'],
  };
  const worked = await unlessFresh('notices', inputs, [`pkg/${NOTICES}`], async () => {
    const crates = linkedCrates(await ensureWasmRust());
    count = crates.length;
    writeFileSync(join(PKG, NOTICES), notices(crates));
  });
  done(`third-party notices: ${worked ? `${count} crates` : 'up to date'}`);
}

/**
 * The crates of others whose code is in the wasm file.
 *
 * @returns {Crate[]}
 */
function linkedCrates(rust) {
  const cargo = (...args) =>
    execFileSync(rust.cargo, args, {
      cwd: ROOT,
      env: { ...process.env, ...rust.env },
      encoding: 'utf8',
      maxBuffer: MAX_BUFFER,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  // The tree has the features of this build alone, the metadata the folders.
  const tree = ['tree', '--locked', '-p', 'eps-restore-core', '--target', TARGET];
  const shown = ['-e', 'normal,no-proc-macro', '--prefix', 'none', '--format', '{p}'];
  const linked = new Set(
    cargo(...tree, ...shown)
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
  );
  const metadata = ['metadata', '--locked', '--format-version', '1', '--filter-platform', TARGET];
  const { packages } = JSON.parse(cargo(...metadata, '--features', 'eps-restore/webgpu'));
  return packages
    .filter(({ name, version, source }) => source && linked.has(`${name} v${version}`))
    .map(({ name, version, license, authors, repository, manifest_path: manifest }) => ({
      name: `${name} ${version}`,
      licence: license ?? 'see its text',
      from: authors.join(', ') || repository || 'its authors',
      texts: licenceTexts(dirname(manifest), license ?? ''),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** The texts in a crate's folder. Of a choice that has MIT, that one: it is the shortest. */
function licenceTexts(folder, licence) {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map(({ name }) => name)
    .sort();
  const mit = files.filter((name) => /mit/i.test(name));
  const isChoice = /\bMIT\b/.test(licence) && !/\bAND\b/.test(licence);
  const kept = isChoice && mit.length > 0 ? mit : files;
  const notice = files.filter((name) => /^notice/i.test(name) && !kept.includes(name));
  return [...kept, ...notice].map((name) =>
    readFileSync(join(folder, name), 'utf8').replaceAll('\r', '').trim(),
  );
}

/** @param {Crate[]} crates */
function notices(crates) {
  const byText = new Map();
  const add = (text, title) => byText.set(text, [...(byText.get(text) ?? []), title]);
  add(ownText('LICENSE-APACHE'), 'the Rust standard library (MIT OR Apache-2.0)');
  for (const { name, licence, from, texts } of crates) {
    const title = `${name} (${licence})`;
    for (const text of texts.length > 0 ? texts : [standardText(licence, from, crates)])
      add(text, texts.length > 0 ? title : `${title}, by ${from}`);
  }
  const parts = [...byText].map(([text, titles]) => `${titles.join('\n')}\n\n${text}\n`);
  const rule = `\n${'='.repeat(80)}\n\n`;
  const heading =
    'The file wasm/eps_restore_bg.wasm of this package contains code of the Rust crates below.\n' +
    'Each list of crates is followed by the licence that they are under.\n';
  return [heading, ...parts].join(rule);
}

/** The text of a licence whose crate has no copy of it. */
function standardText(licence, from, crates) {
  if (/\bApache-2\.0\b/.test(licence)) return ownText('LICENSE-APACHE');
  if (/\bMIT\b/.test(licence))
    return ownText('LICENSE-MIT').replace(/^Copyright.*$/m, `Copyright (c) ${from}`);
  const other = crates.find((crate) => crate.licence === licence && crate.texts.length > 0);
  if (!other) throw new Error(`There is no text of the licence ${licence} at hand.`);
  return other.texts[0];
}

const ownText = (name) => readFileSync(join(ROOT, name), 'utf8').trim();
