// What npm run roofline writes: docs/roofline.md.
import { table, wrap } from './prose.mjs';
import { byKind, costs, GPUS, sum, time, timeInHalf } from './roofline-model.mjs';

/** Kernels of a task that get a row of their own; the last row adds up the others. */
const SHOWN = 8;

const milliseconds = (seconds) => `${Number((seconds * 1e3).toPrecision(3))} ms`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const mega = (count, digits) => (count / 1e6).toFixed(digits);

/**
 * @param {Record<number, object[]>} network launches of an evaluation, by the side of its tile.
 * @param {Record<string, object>} restorations their costs, by task and side.
 * @param {string[]} tasks whose kernels are listed.
 */
export function rooflineDocument(network, restorations, tasks) {
  return wrap(`# What a GPU would do, on paper

No machine with a GPU was at hand. These figures are counted and computed by \`npm run roofline\`:
each launch of a kernel takes 10 µs, and then as long as the slower of its arithmetic and its memory
on an integrated GPU (2 TFLOP/s, 60 GB/s) or a desktop one (12 TFLOP/s, 360 GB/s), f32. Launches,
workgroups, workgroup memory and registers (those of an invocation's arrays) are read from the
WebGPU calls of the package in a browser. A kernel's bytes are those of the buffers bound to it,
each once; a 3×3 convolution's are those that the tiled family brings into workgroup memory (tiles
of 16 × 8 pixels by 64 outputs), which is what a GPU without a useful cache would ask for. With
\`precision: 'f16'\` maps and weights are half as many bytes and the arithmetic stays f32.

## One evaluation of the network

${evaluationTable(network)}

## Its kernels at 256²

${kernelTable(network[256])}

## Restorations

The mean and one sample by the default sampler: 7 evaluations. 1024² is done in overlapping tiles of
256². “Not the network”: pivots, Gaussian posteriors, maps, solver, previews.

${restorationTable(restorations)}

Operators that iterate to a tolerance (unknown borders, general compositions, operators of one's
own) run on the CPU. Within a step no pixel crosses to the host but those of a preview, 12 bytes
each (\`tests/browser/traffic.test.mjs\`).

## Kernels that are not the network's, at 256²

${otherKernelTable(tasks, restorations)}
`);
}

function evaluationTable(network) {
  const rows = Object.entries(network).map(([side, launches]) => [
    `${side}²`,
    launches.length,
    (sum(costs(launches).map(({ flops }) => flops)) / 1e9).toFixed(2),
    ...Object.values(GPUS)
      .flatMap((gpu) => [time(launches, gpu), timeInHalf(launches, gpu)])
      .map(milliseconds),
  ]);
  const half = 'the same in f16';
  return table(['image', 'launches', 'GFLOP', 'integrated', half, 'desktop', half], rows);
}

function kernelTable(launches) {
  const head = [
    'kernel',
    'launches',
    'MFLOP',
    'MB',
    'FLOP a byte',
    'invocations',
    'registers',
    'workgroup bytes',
    'integrated',
    'desktop',
  ];
  const rows = byKind(launches).map((kernel) => [
    kernel.kind,
    kernel.launches,
    mega(kernel.flops, 1),
    mega(kernel.bytes, 2),
    (kernel.flops / kernel.bytes).toFixed(1),
    kernel.invocations,
    kernel.registers,
    kernel.workgroupBytes,
    milliseconds(kernel.seconds.integrated),
    milliseconds(kernel.seconds.desktop),
  ]);
  return table(head, rows);
}

function restorationTable(restorations) {
  const head = [
    'task',
    'launches',
    "of them not the network's",
    'MB that these move',
    'tiles',
    'integrated',
    'not the network',
    'desktop',
    'not the network',
  ];
  const rows = Object.entries(restorations).map(([name, cost]) => [
    name.replace(/ (\d+)$/, ', $1²'),
    cost.launches,
    cost.rest.length,
    mega(cost.moved, 1),
    cost.tiles,
    milliseconds(cost.integrated.seconds),
    percent(cost.integrated.rest),
    milliseconds(cost.desktop.seconds),
    percent(cost.desktop.rest),
  ]);
  return table(head, rows);
}

function otherKernelTable(tasks, restorations) {
  const rows = tasks.flatMap((task) => otherKernelRows(task, restorations[`${task} 256`]));
  return table(['task', 'kernel', 'launches', 'MB', 'integrated', 'desktop'], rows);
}

/** The slowest kernels of a restoration that are not the network's. */
function otherKernelRows(task, { rest }) {
  const kernels = byKind(rest);
  const row = (kind, added) => {
    const total = (measure) => sum(added.map(measure));
    return [
      task,
      kind,
      total(({ launches }) => launches),
      mega(
        total(({ bytes }) => bytes),
        2,
      ),
      milliseconds(total(({ seconds }) => seconds.integrated)),
      milliseconds(total(({ seconds }) => seconds.desktop)),
    ];
  };
  return [
    ...kernels.slice(0, SHOWN).map((kernel) => row(kernel.kind, [kernel])),
    row('others', kernels.slice(SHOWN)),
  ];
}
