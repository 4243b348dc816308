// The roofline's cost of a whole restoration, split into the network and everything else.
import { costs, GPUS, sum, time } from './roofline-model.mjs';

/** Evaluations that the default sampler makes for a sample after the first one. */
const LATER = 5;

/** How often a restoration of one sample makes a step of this stage. */
const timesOf = ({ stage }) => (stage === 'later' ? LATER : 1);

/**
 * The launches of each step that are not the network's.
 *
 * @returns {{ launches: object[], times: number }[]} with the number of such steps.
 */
function withoutNetwork(steps, network) {
  const key = ({ name, bytes }) => `${name} ${bytes}`;
  const perTile = new Map();
  for (const launch of network) perTile.set(key(launch), (perTile.get(key(launch)) ?? 0) + 1);
  return steps.map((step) => {
    const left = new Map([...perTile].map(([name, count]) => [name, count * step.tiles]));
    const launches = step.launches.filter((launch) => {
      const count = left.get(key(launch)) ?? 0;
      if (count > 0) left.set(key(launch), count - 1);
      return count === 0;
    });
    return { launches, times: timesOf(step) };
  });
}

/**
 * The cost of a restoration of one sample.
 *
 * @param {{ stage: string, tiles: number, launches: object[] }[]} steps one of each stage.
 * @param {object[]} network launches of an evaluation of one tile.
 * @returns {object} `tiles` and `launches`; `rest`, the launches that are not the network's, and
 *   `moved`, their bytes; for each GPU its seconds and the share of them that is not the network's.
 */
export function restorationCost(steps, network) {
  const others = withoutNetwork(steps, network);
  const total = (measure) => sum(others.map(({ launches, times }) => times * measure(launches)));
  const tiles = sum(steps.map((step) => step.tiles * timesOf(step)));
  const result = {
    tiles,
    rest: others.flatMap(({ launches, times }) => Array(times).fill(launches).flat()),
    launches: tiles * network.length + total((launches) => launches.length),
    moved: total((launches) => sum(costs(launches).map(({ bytes }) => bytes))),
  };
  for (const [name, gpu] of Object.entries(GPUS)) {
    const rest = total((launches) => time(launches, gpu));
    const seconds = rest + tiles * time(network, gpu);
    result[name] = { seconds, rest: rest / seconds };
  }
  return result;
}
