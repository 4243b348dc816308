// Imports modules of the demo, which are TypeScript, as Node can run them: each file is translated
// by itself, without its types.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { ROOT, STATE } from '../../scripts/lib/paths.mjs';

const SOURCE = join(ROOT, 'www', 'src');
const COMPILER_OPTIONS = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  verbatimModuleSyntax: true,
};

function translate(folder) {
  for (const path of readdirSync(SOURCE, { recursive: true })) {
    if (!path.endsWith('.ts')) continue;
    const target = join(folder, path.replace(/\.ts$/, '.js'));
    const text = readFileSync(join(SOURCE, path), 'utf8');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      ts.transpileModule(text, { compilerOptions: COMPILER_OPTIONS }).outputText,
    );
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
}

/** A folder for each process: test files run side by side. */
const folder = join(STATE, `demo-modules-${process.pid}`);
translate(folder);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** @param path below `www/src`, without its extension. */
export const demoModule = (path) => import(pathToFileURL(join(folder, `${path}.js`)));
