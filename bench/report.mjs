// The output of npm run bench: bench/results.json, and the sections of documents that show it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/lib/paths.mjs';
import { groupOf } from './evaluations.mjs';
import { writeSections } from './section.mjs';
import { ratio } from './statistics.mjs';

const RESULTS = join(ROOT, 'bench', 'results.json');

/** The results of earlier runs. */
export function readResults() {
  return existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
}

/**
 * Replaces old results by new ones. At each shape, all contenders of a device are replaced
 * together, because they are compared.
 */
export function merged(old, { evaluations = {}, ...parts }) {
  const shapes = { ...old.evaluations };
  for (const [shape, measured] of Object.entries(evaluations)) {
    const groups = new Set(Object.keys(measured).map(groupOf));
    const kept = Object.entries(old.evaluations?.[shape] ?? {}).filter(
      ([name]) => !groups.has(groupOf(name)),
    );
    shapes[shape] = { ...Object.fromEntries(kept), ...measured };
  }
  return { ...old, ...parts, evaluations: shapes };
}

/** Writes the results and their sections, and returns the ratios. */
export function writeResults(results) {
  results = {
    ratios: ratiosOf(results),
    ...Object.fromEntries(Object.entries(results).filter(([key]) => key !== 'ratios')),
  };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  writeSections(results);
  return results.ratios;
}

/** How many times faster this package is than the best setting of each rival: above 1, it leads. */
function ratiosOf(results) {
  const { evaluations = {}, restorations = {}, one_image = {} } = results;
  const { workers, wasm_brotli_bytes, weights_bytes } = results;
  const over = (shape, rival, ours) =>
    ratio(best(evaluations[shape], rival), evaluations[shape]?.[ours]);
  const shares = Object.values(restorations)
    .filter(({ device, side }) => device === 'cpu' && side === 256)
    .map(({ over_evaluations }) => over_evaluations.median);
  return {
    webgpu_over_ort_64: over('1x64', 'ort-webgpu', 'eps-webgpu'),
    webgpu_over_ort_256: over('1x256', 'ort-webgpu', 'eps-webgpu'),
    webgpu_over_burn_64: over('1x64', 'burn', 'eps-webgpu'),
    webgpu_over_burn_256: over('1x256', 'burn', 'eps-webgpu'),
    cpu_over_ort_64: over('1x64', 'ort-cpu', 'eps-cpu'),
    cpu_over_ort_256: over('1x256', 'ort-cpu', 'eps-cpu'),
    two_workers_over_one: workers && ratio(workers.one, workers.two),
    one_image_two_workers: leastOf(Object.values(one_image).map((photo) => photo.two_over_one)),
    restoration_over_evaluations: shares.length > 0 ? Math.max(...shares) : undefined,
    wasm_brotli_bytes,
    weights_bytes,
  };
}

/** Undefined where nothing was measured. */
function leastOf(values) {
  return values.length > 0 ? Math.min(...values) : undefined;
}

/** The fastest of the contenders whose names have this prefix. */
function best(shape, prefix) {
  const rivals = Object.entries(shape ?? {}).filter(([name]) => name.startsWith(prefix));
  return rivals.map(([, result]) => result).sort((a, b) => a.median - b.median)[0];
}
