// The page's words: German says all that English says, and nothing visible is said elsewhere.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { demoModule } from './demo-modules.mjs';

const english = await demoModule('words');
const german = await demoModule('words/german');
const { fillIn } = await demoModule('words/fill-in');
const { languageFor } = await demoModule('language');

/** The paths of all texts, those that are made by functions included. */
function paths(value, path = '') {
  if (typeof value !== 'object') return [`${path} (${typeof value})`];
  return Object.keys(value).flatMap((key) => paths(value[key], `${path}.${key}`));
}

/** The texts themselves, without functions. */
function texts(value, path = '') {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object') return [];
  return Object.keys(value).flatMap((key) => texts(value[key], `${path}.${key}`));
}

describe("the page's words", () => {
  it('are the same in both languages', () => {
    assert.deepEqual(paths(german.words).sort(), paths(english.WORDS).sort());
    assert.deepEqual(Object.keys(german.markup).sort(), Object.keys(english.markup).sort());
  });

  it('are translated', () => {
    const same = ['WebGPU', 'Normal', 'Original', 'Zoom', 'Lasso', 'Lasso (L)'];
    const others = new Map([...texts(german.words), ...texts(german.markup, '.markup')]);
    const left = [...texts(english.WORDS), ...texts(english.markup, '.markup')].filter(
      ([path, text]) => others.get(path) === text && !same.includes(text) && /[a-z]{3}/i.test(text),
    );
    assert.deepEqual(left, []);
  });

  it('say the numbers of a run in the manner of the language', () => {
    const say = ({ run }) => run.facts('X', 3, 92, 'Y', 1, 4.25);
    assert.match(say(english.WORDS), /^X, 3 evaluations in 2 minutes on Y, seed 1, noise 4\.3 of/);
    assert.match(
      say(german.words),
      /^X, 3 Auswertungen in 2 Minuten auf Y, Startwert 1, .* 4,3 von/,
    );
  });

  it('fill index.html, which says nothing of its own', () => {
    const html = readFileSync(join(ROOT, 'www/index.html'), 'utf8');
    for (const [markup, words] of [
      [english.markup, english.WORDS],
      [german.markup, german.words],
    ])
      assert.doesNotMatch(fillIn(html, markup, words), /\{\{/);
    assert.throws(() => fillIn('<p>{{nothing}}</p>', english.markup, english.WORDS), /nothing/);
    const names = ['eps-restore', 'PNG', 'JPEG', 'WebP', 'WebGPU', 'CPU'];
    const own = [
      ...html.replace(/<!--[^]*?-->/g, '').matchAll(/>([^<>]*[a-z]{2}[^<>]*)</gi),
      ...html.matchAll(/(?:aria-label|aria-roledescription|title|alt)="([^"]*)"/g),
    ]
      .map(([, text]) => text.replace(/\{\{[\w.]+\}\}/g, '').trim())
      .filter((text) => /[a-z]{2}/i.test(text) && !names.includes(text));
    assert.deepEqual(own, []);
  });

  it('are nowhere else in the scripts', () => {
    const folder = join(ROOT, 'www/src');
    const found = readdirSync(folder, { recursive: true })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('words'))
      .flatMap((path) => sentences(path, readFileSync(join(folder, path), 'utf8')));
    assert.deepEqual(found, []);
  });

  it('are chosen by what the browser prefers', () => {
    assert.equal(languageFor(['de-AT', 'en']), 'de');
    assert.equal(languageFor(['fr', 'en-GB', 'de']), 'en');
    assert.equal(languageFor(['fr', 'de-CH']), 'de');
    assert.equal(languageFor([]), 'en');
  });
});

/** Texts of several words that a visitor could see; errors of programming are for developers. */
function sentences(path, text) {
  const found = [];
  const visit = (node) => {
    const isError = ts.isNewExpression(node) && /Error$/.test(node.expression.getText());
    const isClassName = ts.isPropertyAssignment(node) && node.name.getText() === 'className';
    if (isError || isClassName || ts.isImportDeclaration(node)) return;
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node);
    if (isText && /[a-z]{2,} [a-z]{2,}/i.test(node.text) && !NAMES.has(node.text))
      found.push(`${path}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  return found;
}

/** Of the samples' authors and sources, and of what HTML takes. */
const NAMES = new Set([
  'Aitzol Berasategi',
  '“Friends”, Lomiri wallpapers',
  'CC BY 4.0',
  'Faker’s person portraits',
  'John Torcasio',
  'Kevin Grieve',
  'Marcus Klasson',
  'Grocery Store Dataset',
  'noreferrer license',
  'JPEG XL',
]);
