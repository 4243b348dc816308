// What npm run bench leaves: bench/results.json, and the table between the README's markers.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/lib/paths.mjs';
import { groupOf } from './evaluations.mjs';
import { ratio } from './statistics.mjs';

const RESULTS = join(ROOT, 'bench', 'results.json');

/** Everything of the last time that is not measured again. */
export function readResults() {
  return existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
}

/**
 * New figures over old ones: of a shape, the contenders of a device are replaced together, because
 * they are compared.
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

export function writeResults(results) {
  results = {
    ratios: ratiosOf(results),
    ...Object.fromEntries(Object.entries(results).filter(([key]) => key !== 'ratios')),
  };
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  replaceInReadme('bench', table(results));
  return results.ratios;
}

/** Times faster, above 1 is ahead; of a rival's settings the fastest counts. */
function ratiosOf({ evaluations = {}, restorations = {}, workers, wasm_brotli_bytes }) {
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
    restoration_over_evaluations: shares.length > 0 ? Math.max(...shares) : undefined,
    wasm_brotli_bytes,
  };
}

/** The fastest of the contenders whose names begin so. */
function best(shape, prefix) {
  const rivals = Object.entries(shape ?? {}).filter(([name]) => name.startsWith(prefix));
  return rivals.map(([, result]) => result).sort((a, b) => a.median - b.median)[0];
}

const CONTENDERS = {
  'eps-webgpu': 'eps-restore, WebGPU',
  'burn-webgpu': "Burn's own operations, WebGPU",
  'ort-webgpu-nchw': 'onnxruntime-web, WebGPU, NCHW',
  'ort-webgpu-nhwc': 'onnxruntime-web, WebGPU, NHWC',
  'eps-cpu': 'eps-restore, CPU',
  'ort-cpu': 'onnxruntime-web, CPU',
};

function table({ machine, versions, evaluations = {}, restorations = {}, ...results }) {
  const shapes = Object.keys(evaluations);
  const cell = (result) =>
    result ? `${time(result.median)} (${time(result.least)} to ${time(result.greatest)})` : '';
  const rows = Object.entries(CONTENDERS).filter(([name]) =>
    shapes.some((shape) => evaluations[shape][name]),
  );
  const lines = [
    `One evaluation of the network: medians, least and greatest of interleaved repetitions in one page of ${versions?.browser}; onnxruntime-web ${versions?.['onnxruntime-web']}, Burn ${versions?.burn}; one CPU thread;`,
    `the WebGPU adapter is a software one (${machine?.adapter}), so its times say which is faster and nothing about a GPU. ${machine?.processor}.`,
    '',
    `| | ${shapes.map((shape) => shape.replace('x', ' × ').replace(/(\d+)$/, '$1²')).join(' | ')} |`,
    `| --- |${' --- |'.repeat(shapes.length)}`,
    ...rows.map(
      ([name, text]) =>
        `| ${text} | ${shapes.map((shape) => cell(evaluations[shape][name])).join(' | ')} |`,
    ),
    '',
  ];
  const whole = Object.values(restorations);
  if (whole.length > 0) {
    lines.push(
      '| whole restoration, 1 sample | evaluations | time | over its evaluations alone |',
      '| --- | --- | --- | --- |',
      ...whole.map(
        ({ device, task, side, evaluations, milliseconds, over_evaluations }) =>
          `| ${task}, ${side}², ${device === 'cpu' ? 'CPU' : 'WebGPU'} | ${evaluations} | ${time(milliseconds.median)} | ${over_evaluations.median.toFixed(3)} |`,
      ),
      '',
    );
  }
  const { cold_start, memory, workers, wasm_brotli_bytes } = results;
  if (cold_start)
    lines.push(
      `From a page's first line to the first picture of a 256² photo on the CPU, weights cached: ${time(cold_start.estimate.median)}, to the mean ${time(cold_start.mean.median)}.`,
    );
  if (workers)
    lines.push(
      `Two samples at 256² by one worker: ${time(workers.one.median)}; by two: ${time(workers.two.median)}.`,
    );
  if (memory) {
    const each = Object.entries(memory).map(
      ([name, { wasm_bytes, gpu_bytes }]) =>
        `${name.replace('cpu', 'CPU').replace('webgpu', 'WebGPU')}² ${megabytes(wasm_bytes)}${gpu_bytes ? ` and ${megabytes(gpu_bytes)} of GPU buffers` : ''}`,
    );
    lines.push(`Wasm memory at its peak: ${each.join(', ')}.`);
  }
  if (wasm_brotli_bytes)
    lines.push(`The wasm file is ${(wasm_brotli_bytes / 1e6).toFixed(2)} MB under brotli.`);
  return lines.join('\n');
}

function time(milliseconds) {
  if (milliseconds < 1000) return `${Number(milliseconds.toPrecision(3))} ms`;
  return `${Number((milliseconds / 1000).toPrecision(3))} s`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Puts text between the README's two markers of a name. */
export function replaceInReadme(name, text) {
  const path = join(ROOT, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`README.md has no place for the table: ${begin.trim()} … ${end.trim()}`);
  writeFileSync(path, readme.slice(0, from + begin.length) + text + readme.slice(to));
}
