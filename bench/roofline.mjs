// npm run roofline: what a real GPU would do, on paper. Launches are counted by running the package
// in a browser (every kernel's name and buffers are read from the WebGPU calls); their time is the
// roofline's. Writes docs/roofline.md and the README's summary.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from '../scripts/lib/chromium.mjs';
import { ensureNodeModules } from '../scripts/lib/node-modules.mjs';
import { buildPackage } from '../scripts/lib/package.mjs';
import { ROOT } from '../scripts/lib/paths.mjs';
import { done, main } from '../scripts/lib/report.mjs';
import { buildBench, buildWasm } from '../scripts/lib/wasm.mjs';
import { costOf, GPUS, seconds, sum } from './roofline-model.mjs';

/** What is restored at every size: the tasks as the demo has them. */
const TASKS = ['denoise', 'inpaint', 'superResolve', 'deblur', 'colorize'];
/** The other operators that a GPU computes, at the smaller sizes. */
const OPERATORS = [
  'superResolve, bicubic',
  'superResolve, Gaussian',
  'colorize, BT.601',
  'demosaic',
];
const SIDES = [64, 256, 1024];
/** Evaluations of a sample by the default sampler, the first one apart. */
const LATER = 5;

/**
 * Side of the tiles that an image of `side`² is evaluated in, as src/tiling.rs cuts it: at most
 * 256, of multiples of 8, overlapping by 32.
 */
function tileSide(side) {
  const count = Math.max(1, Math.ceil((side - 32) / (256 - 32)));
  return Math.min(side, Math.ceil((side + 32 * (count - 1)) / count / 8) * 8);
}

/** Kernels named of a task; the others are added up. */
const SHOWN = 8;

const costs = (launches) => launches.map((launch) => ({ ...launch, ...costOf(launch) }));
const time = (launches, gpu) => sum(costs(launches).map((cost) => seconds(cost, gpu)));

/** The network's with maps and weights in f16: the same launches and arithmetic, half the bytes. */
const timeInHalf = (launches, gpu) =>
  sum(costs(launches).map(({ flops, bytes }) => seconds({ flops, bytes: bytes / 2 }, gpu)));

/**
 * The launches of a restoration of one sample that are not the network's: each kind of step, and
 * how often there is one.
 */
function beside(steps, network) {
  const known = new Map();
  const key = ({ name, bytes }) => `${name} ${bytes}`;
  for (const launch of network) known.set(key(launch), (known.get(key(launch)) ?? 0) + 1);
  return steps.map(({ stage, tiles, launches }) => {
    const left = new Map([...known].map(([name, count]) => [name, count * tiles]));
    const rest = launches.filter((launch) => {
      const count = left.get(key(launch)) ?? 0;
      if (count > 0) left.set(key(launch), count - 1);
      return count === 0;
    });
    return { launches: rest, times: stage === 'later' ? LATER : 1 };
  });
}

/**
 * A restoration of one sample: its time on each GPU, and the share of it that is not the network's.
 */
function parts(steps, network) {
  const rest = beside(steps, network);
  const total = (measure) => sum(rest.map(({ launches, times }) => times * measure(launches)));
  const tiles = sum(steps.map((step) => step.tiles * (step.stage === 'later' ? LATER : 1)));
  const result = {
    tiles,
    rest: rest.flatMap(({ launches, times }) => Array(times).fill(launches).flat()),
    launches: tiles * network.length + total((launches) => launches.length),
    moved: total((launches) => sum(costs(launches).map(({ bytes }) => bytes))),
  };
  for (const [name, gpu] of Object.entries(GPUS)) {
    const besides = total((launches) => time(launches, gpu));
    const seconds = besides + tiles * time(network, gpu);
    result[name] = { seconds, rest: besides / seconds };
  }
  return result;
}

/** Kernels, alike ones together. */
function kernels(launches) {
  const rows = new Map();
  for (const cost of costs(launches)) {
    const row = rows.get(cost.kind) ?? {
      kind: cost.kind,
      launches: 0,
      flops: 0,
      bytes: 0,
      invocations: cost.invocations,
      workgroupBytes: cost.workgroupBytes,
      registers: cost.registers,
      seconds: {},
    };
    row.launches++;
    row.flops += cost.flops;
    row.bytes += cost.bytes;
    for (const [name, gpu] of Object.entries(GPUS))
      row.seconds[name] = (row.seconds[name] ?? 0) + seconds(cost, gpu);
    rows.set(cost.kind, row);
  }
  return [...rows.values()].sort((a, b) => b.seconds.integrated - a.seconds.integrated);
}

const ms = (value) => `${Number((value * 1e3).toPrecision(3))} ms`;
const per = (value) => `${(100 * value).toFixed(1)} %`;

function document(network, restorations) {
  const table = kernels(network[256]).map((row) => {
    const facts = `${row.invocations} | ${row.registers} | ${row.workgroupBytes}`;
    return `| ${row.kind} | ${row.launches} | ${(row.flops / 1e6).toFixed(1)} | ${(row.bytes / 1e6).toFixed(2)} | ${(row.flops / row.bytes).toFixed(1)} | ${facts} | ${ms(row.seconds.integrated)} | ${ms(row.seconds.desktop)} |`;
  });
  const evaluations = Object.entries(network).map(([side, launches]) => {
    const flops = sum(costs(launches).map((cost) => cost.flops));
    const times = Object.values(GPUS).flatMap((gpu) => [
      time(launches, gpu),
      timeInHalf(launches, gpu),
    ]);
    return `| ${side}² | ${launches.length} | ${(flops / 1e9).toFixed(2)} | ${times.map(ms).join(' | ')} |`;
  });
  return `# What a GPU would do, on paper

No machine with a GPU was at hand. These figures are counted and computed by \`npm run roofline\`: each launch of a kernel takes 10 µs, and then as long as the slower of its arithmetic and its
memory on an integrated GPU (2 TFLOP/s, 60 GB/s) or a desktop one (12 TFLOP/s, 360 GB/s), f32. Launches, workgroups, workgroup memory and registers (those of an invocation's arrays) are read from the
WebGPU calls of the package in a browser. A kernel's bytes are those of the buffers bound to it, each once; a 3×3 convolution's are those that the tiled family brings into workgroup memory
(tiles of 16 × 8 pixels by 64 outputs), which is what a GPU without a useful cache would ask for. With \`precision: 'f16'\` maps and weights are half as many bytes and the arithmetic stays f32.

## One evaluation of the network

| image | launches | GFLOP | integrated | the same in f16 | desktop | the same in f16 |
| --- | --- | --- | --- | --- | --- | --- |
${evaluations.join('\n')}

## Its kernels at 256²

| kernel | launches | MFLOP | MB | FLOP a byte | invocations | registers | workgroup bytes | integrated | desktop |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${table.join('\n')}

## Restorations

The mean and one sample by the default sampler: 7 evaluations. 1024² is done in overlapping tiles of 256². “Not the network”: pivots, Gaussian posteriors, maps, solver, previews.

| task | launches | of them not the network's | MB that these move | tiles | integrated | not the network | desktop | not the network |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows(restorations).join('\n')}

Operators that iterate to a tolerance (unknown borders, general compositions, operators of one's own) run on the CPU. Within a step no pixel crosses to the host but those of a preview,
12 bytes each (\`tests/browser/traffic.test.mjs\`).

## Kernels that are not the network's, at 256²

| task | kernel | launches | MB | integrated | desktop |
| --- | --- | --- | --- | --- | --- |
${TASKS.flatMap((task) => besides(task, restorations[`${task} 256`])).join('\n')}
`;
}

/** The kernels of a restoration that take most of what the network does not. */
function besides(task, { rest }) {
  const table = kernels(rest);
  const [shown, others] = [table.slice(0, SHOWN), table.slice(SHOWN)];
  const line = (kind, rows) => {
    const add = (measure) => sum(rows.map(measure));
    return `| ${task} | ${kind} | ${add((row) => row.launches)} | ${(add((row) => row.bytes) / 1e6).toFixed(2)} | ${ms(add((row) => row.seconds.integrated))} | ${ms(add((row) => row.seconds.desktop))} |`;
  };
  return [...shown.map((row) => line(row.kind, [row])), line('others', others)];
}

function rows(restorations) {
  return Object.entries(restorations).map(
    ([name, { launches, rest, moved, tiles, integrated, desktop }]) => {
      const [, task, side] = /^(.*) (\d+)$/.exec(name);
      return `| ${task}, ${side}² | ${launches} | ${rest.length} | ${(moved / 1e6).toFixed(1)} | ${tiles} | ${ms(integrated.seconds)} | ${per(integrated.rest)} | ${ms(desktop.seconds)} | ${per(desktop.rest)} |`;
    },
  );
}

function summary(network, restorations) {
  const at256 = rows(
    Object.fromEntries(TASKS.map((task) => [`${task} 256`, restorations[`${task} 256`]])),
  );
  return `On paper, by \`npm run roofline\` (launches counted by running, 10 µs each; an integrated GPU of 2 TFLOP/s and 60 GB/s, a desktop one of 12 TFLOP/s and 360 GB/s), an evaluation at 256² takes
${ms(time(network[256], GPUS.integrated))} and ${ms(time(network[256], GPUS.desktop))}. The mean and a sample, 7 evaluations ([every kernel, other operators, 64² and 1024²](docs/roofline.md)):

| task | launches | of them not the network's | MB that these move | tiles | integrated | not the network | desktop | not the network |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${at256.join('\n')}`;
}

await main(async () => {
  await ensureNodeModules();
  await buildWasm();
  await buildPackage();
  await buildBench();
  await ensureChromium();
  const { openSession } = await import('../tests/browser/harness.mjs');
  const { replaceInReadme } = await import('./report.mjs');
  const session = await openSession({ root: '.', webgpu: true });
  try {
    const call = (name, ...args) =>
      session.page.evaluate(
        async ([name, args]) => (await import('/bench/page-roofline.mjs'))[name](...args),
        [name, args],
      );
    await call('open');
    const network = {};
    for (const side of new Set(SIDES.map(tileSide))) network[side] = await call('evaluation', side);
    done(`the network: ${network[256].length} launches`);
    const restorations = {};
    for (const side of SIDES) {
      for (const kind of side > 256 ? TASKS : [...TASKS, ...OPERATORS]) {
        const restored = parts(await call('steps', kind, side), network[tileSide(side)]);
        restorations[`${kind} ${side}`] = restored;
        done(`${kind}, ${side}²: ${restored.launches} launches`);
      }
    }
    writeFileSync(join(ROOT, 'docs', 'roofline.md'), document(network, restorations));
    replaceInReadme('roofline', summary(network, restorations));
  } finally {
    await session.close();
  }
});
