// The sections of docs/speed.md and of the README that npm run bench writes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/lib/paths.mjs';
import { table, wrap } from './prose.mjs';

const CONTENDERS = {
  'eps-webgpu': 'eps-restore, WebGPU',
  'burn-webgpu': "Burn's own operations, WebGPU",
  'ort-webgpu-nchw': 'onnxruntime-web, WebGPU, NCHW',
  'ort-webgpu-nhwc': 'onnxruntime-web, WebGPU, NHWC',
  'eps-cpu': 'eps-restore, CPU',
  'ort-cpu': 'onnxruntime-web, CPU',
};
const DEVICES = { cpu: 'CPU', webgpu: 'WebGPU' };

/** Writes the measurements into docs/speed.md, and the most important ones into the README. */
export function writeSections(results) {
  replaceSection(join('docs', 'speed.md'), benchSection(results));
  replaceSection('README.md', summary(results));
}

/** Replaces the text between the two markers of a document. */
function replaceSection(path, text) {
  const document = readFileSync(join(ROOT, path), 'utf8');
  const [begin, end] = ['<!-- bench -->\n', '\n<!-- /bench -->'];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${path} lacks the markers ${begin.trim()} and ${end.trim()}.`);
  const head = document.slice(0, from + begin.length);
  writeFileSync(join(ROOT, path), head + text + document.slice(to));
}

/** One evaluation at 256², the first results of a page, and the size of the wasm. */
function summary({ evaluations = {}, cold_start, wasm_brotli_bytes, weights_bytes }) {
  const shape = evaluations['1x256'] ?? {};
  const least = (...names) => {
    const medians = names.flatMap((name) => shape[name]?.median ?? []);
    return medians.length > 0 ? time(Math.min(...medians)) : '';
  };
  const rows = [
    ['CPU, one thread', least('eps-cpu'), least('ort-cpu'), ''],
    [
      'WebGPU, software adapter',
      least('eps-webgpu'),
      least('ort-webgpu-nchw', 'ort-webgpu-nhwc'),
      least('burn-webgpu'),
    ],
  ];
  const head = ['one evaluation, 256²', 'eps-restore', 'onnxruntime-web', "Burn's own operations"];
  const start =
    cold_start &&
    `The mean of a 256² photo on the CPU is there ${time(cold_start.mean.median)} after the ` +
      'first line of a page whose weights are cached.';
  const prose = [start, size({ wasm_brotli_bytes, weights_bytes })].filter(Boolean).join(' ');
  return wrap(`${table(head, rows)}\n\n${prose}`);
}

/** The measurements as Markdown, as far as there are any. */
function benchSection(results) {
  const { evaluations = {}, restorations = {} } = results;
  const paragraphs = [
    conditions(results),
    evaluationTable(evaluations),
    Object.keys(restorations).length > 0 ? restorationTable(restorations) : '',
    results.one_image ? oneImageTable(results.one_image) : '',
    [startTimes(results), memory(results), size(results)].filter(Boolean).join(' '),
  ];
  return wrap(paragraphs.filter(Boolean).join('\n\n'));
}

function conditions({ machine, versions }) {
  return (
    'One evaluation of the network: medians, least and greatest of interleaved repetitions in ' +
    `one page of ${versions?.browser}; onnxruntime-web ${versions?.['onnxruntime-web']}, ` +
    `Burn ${versions?.burn}; one CPU thread; the WebGPU adapter is a software one ` +
    `(${machine?.adapter}), so its times say which is faster and nothing about a GPU. ` +
    `${machine?.processor}.`
  );
}

function evaluationTable(evaluations) {
  const shapes = Object.keys(evaluations);
  const title = (shape) => shape.replace('x', ' × ').replace(/(\d+)$/, '$1²');
  const cell = (result) =>
    result ? `${time(result.median)} (${time(result.least)} to ${time(result.greatest)})` : '';
  const rows = Object.entries(CONTENDERS)
    .filter(([name]) => shapes.some((shape) => evaluations[shape][name]))
    .map(([name, text]) => [text, ...shapes.map((shape) => cell(evaluations[shape][name]))]);
  return table(['', ...shapes.map(title)], rows);
}

function restorationTable(restorations) {
  const head = ['whole restoration, 1 sample', 'evaluations', 'time', 'over its evaluations alone'];
  const rows = Object.values(restorations).map(
    ({ device, task, side, evaluations, milliseconds, over_evaluations }) => [
      `${task}, ${side}², ${DEVICES[device]}`,
      evaluations,
      time(milliseconds.median),
      over_evaluations.median.toFixed(3),
    ],
  );
  return table(head, rows);
}

/** Medians, and the ratios of one run. */
function oneImageTable(photos) {
  const head = [
    'mean of one photo, CPU',
    'tiles',
    'one worker',
    'two workers',
    'times as fast',
    'serial share',
    'four, eight workers on paper',
  ];
  const rows = Object.entries(photos).map(([tiles, photo]) => [
    `${photo.width} × ${photo.height}`,
    tiles,
    time(photo.one.median),
    time(photo.two.median),
    photo.two_over_one,
    `${(100 * photo.serial_share).toFixed(1)} %`,
    Object.values(photo.on_paper).join(', '),
  ]);
  return table(head, rows);
}

function startTimes({ cold_start, workers }) {
  const start =
    cold_start &&
    "From a page's first line to the first picture of a 256² photo on the CPU, weights cached: " +
      `${time(cold_start.estimate.median)}, to the mean ${time(cold_start.mean.median)}.`;
  const two =
    workers &&
    `Two samples at 256² by one worker: ${time(workers.one.median)}; ` +
      `by two: ${time(workers.two.median)}.`;
  return [start, two].filter(Boolean).join(' ');
}

function memory({ memory }) {
  if (!memory) return '';
  const peaks = Object.entries(memory).map(([name, { wasm_bytes, gpu_bytes }]) => {
    const [device, side] = name.split(' ');
    const gpu = gpu_bytes ? ` and ${megabytes(gpu_bytes)} of GPU buffers` : '';
    return `${DEVICES[device]} ${side}² ${megabytes(wasm_bytes)}${gpu}`;
  });
  return `Wasm memory at its peak: ${peaks.join(', ')}.`;
}

function size({ wasm_brotli_bytes, weights_bytes }) {
  if (!wasm_brotli_bytes || !weights_bytes) return '';
  const [wasm, weights] = [wasm_brotli_bytes, weights_bytes].map((n) => (n / 1e6).toFixed(2));
  return `The wasm file is ${wasm} MB under brotli, the weights are ${weights} MB.`;
}

function time(milliseconds) {
  if (milliseconds < 1000) return `${Number(milliseconds.toPrecision(3))} ms`;
  return `${Number((milliseconds / 1000).toPrecision(3))} s`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
