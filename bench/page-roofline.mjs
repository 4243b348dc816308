// In the page: the launches of one evaluation of the network, and of each stage of a restoration.
import { recordLaunches, takeLaunches } from './gpu-record.mjs';
import { core, inputsOf, instance } from './page.mjs';
import { requestOf } from './page-restorations.mjs';

let engine;
let network;

export async function open() {
  recordLaunches();
  const weights = new Uint8Array(await (await fetch('/models/photo-v2.safetensors')).arrayBuffer());
  engine = await (await core('engine')).Engine.create('webgpu', weights, 'f32');
  network = await (await instance('network')).Network.create('kernels', 'webgpu', weights);
}

/** The launches of one evaluation of the network. */
export async function evaluation(side) {
  const { w, g, m, coarse } = inputsOf(1, side);
  network.place(1, side, w, g, m, coarse);
  takeLaunches();
  await network.evaluate();
  return takeLaunches();
}

/**
 * The setup, the linear estimate, the mean, a sample's first evaluation and a later one, each with
 * its launches and the number of tiles that the network evaluates.
 */
export async function steps(kind, side) {
  takeLaunches();
  const run = engine.start(requestOf(kind, side, 1, 'default'));
  const steps = [{ stage: 'setup', tiles: 0, launches: takeLaunches() }];
  let before = 0;
  while (steps.length < 5) {
    if ((await run.advance()) === null) continue;
    const stage = ['estimate', 'mean', 'first', 'later'][steps.length - 1];
    steps.push({ stage, tiles: run.tiles - before, launches: takeLaunches() });
    before = run.tiles;
  }
  run.free();
  return steps;
}
