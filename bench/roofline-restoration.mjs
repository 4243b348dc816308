// The roofline's cost of a whole restoration, split into the network and everything else.
import { costs, GPUS, sum, time } from './roofline-model.mjs';

/** Evaluations that the default sampler makes for a sample after the first one. */
const LATER = 5;

/** How often a restoration of one sample makes a step of this stage. */
const timesOf = ({ stage }) => (stage === 'later' ? LATER : 1);

const keyOf = ({ name, bytes }) => `${name} ${bytes}`;

/** How often each launch occurs. */
function counted(launches) {
  const counts = new Map();
  for (const launch of launches) counts.set(keyOf(launch), (counts.get(keyOf(launch)) ?? 0) + 1);
  return counts;
}

/**
 * The launches of a step, the network's apart from all others. Its largest launch, which no other
 * tile size has, tells how many tiles of a size are evaluated.
 *
 * @param {object[][]} networks launches of an evaluation of one tile, for each size of tiles.
 */
function apart(step, networks) {
  const inStep = counted(step.launches);
  const left = new Map();
  let tiles = 0;
  for (const network of networks) {
    const perTile = counted(network);
    const largest = network.reduce((a, b) => (sum(b.bytes) > sum(a.bytes) ? b : a));
    const number = (inStep.get(keyOf(largest)) ?? 0) / perTile.get(keyOf(largest));
    tiles += number;
    for (const [key, count] of perTile) left.set(key, (left.get(key) ?? 0) + number * count);
  }
  if (tiles !== step.tiles)
    throw new Error(`${tiles} of ${step.tiles} tiles of a step have a size that was counted.`);
  const split = { network: [], others: [], times: timesOf(step) };
  for (const launch of step.launches) {
    const count = left.get(keyOf(launch)) ?? 0;
    if (count > 0) left.set(keyOf(launch), count - 1);
    split[count > 0 ? 'network' : 'others'].push(launch);
  }
  return split;
}

/**
 * The cost of a restoration of one sample.
 *
 * @param {{ stage: string, tiles: number, launches: object[] }[]} steps one of each stage.
 * @param {object[][]} networks launches of an evaluation of one tile, for each size of tiles.
 * @returns {object} `tiles` and `launches`; `rest`, the launches that are not the network's, and
 *   `moved`, their bytes; for each GPU its seconds and the share of them that is not the network's.
 */
export function restorationCost(steps, networks) {
  const split = steps.map((step) => apart(step, networks));
  const total = (kind, measure) => sum(split.map((step) => step.times * measure(step[kind])));
  const count = (launches) => launches.length;
  const result = {
    tiles: sum(steps.map((step) => step.tiles * timesOf(step))),
    rest: split.flatMap(({ others, times }) => Array(times).fill(others).flat()),
    launches: total('network', count) + total('others', count),
    moved: total('others', (launches) => sum(costs(launches).map(({ bytes }) => bytes))),
  };
  for (const [name, gpu] of Object.entries(GPUS)) {
    const rest = total('others', (launches) => time(launches, gpu));
    const seconds = rest + total('network', (launches) => time(launches, gpu));
    result[name] = { seconds, rest: rest / seconds };
  }
  return result;
}
