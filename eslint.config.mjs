// The rules of `npm run lint`: typescript-eslint's strict set on what is typed, ESLint's own on the
// scripts and tests.
import { defineConfig, globalIgnores } from 'eslint/config';
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores([
    'dist',
    'pkg/dist',
    'pkg/wasm',
    'bench/wasm',
    'tests/browser/wasm',
    'tests/foreign/wasm',
    'training',
    'docs/api',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.mjs', 'webpack.config.js'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      'no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true, caughtErrors: 'none' },
      ],
    },
  },
  {
    // A suite of tests is one call of `describe`, which counts as a function.
    ignores: ['tests/**'],
    rules: { 'max-lines-per-function': ['error', { max: 60 }] },
  },
  {
    // These give functions to a page, which runs them with the page's own globals.
    files: ['tests/browser/**', 'bench/**'],
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['www/app/*.js'],
    languageOptions: { globals: globals.serviceworker },
  },
  {
    files: ['pkg/examples/**/*.js'],
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
  },
  {
    files: ['pkg/src/**/*.ts', 'www/src/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Numbers and booleans in messages read as they should.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
);
