// How a run divides its tiles between its own worker and its helpers, with a run that only counts.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { RunControl } from '../../pkg/dist/worker/run-control.js';
import { TileLending } from '../../pkg/dist/worker/tile-lending.js';

let ports = [];
afterEach(() => {
  ports.forEach((port) => port.close());
  ports = [];
});

/** A run of one evaluation with the interface of the core's. */
class CountingRun {
  done = [];
  #lent = new Map();
  #lastNumber = 0;

  constructor(tiles) {
    this.open = Array.from({ length: tiles }, (_, i) => i);
  }

  get openTiles() {
    return this.open.length;
  }

  get isLentOut() {
    return this.open.length === 0 && this.#lent.size > 0;
  }

  get tiles() {
    return this.done.length;
  }

  lendTile() {
    const tile = this.open.shift();
    if (tile === undefined) return undefined;
    this.#lent.set(++this.#lastNumber, tile);
    return {
      number: this.#lastNumber,
      shape: new Uint32Array(16),
      values: Float32Array.of(tile),
    };
  }

  returnTile(number, output) {
    if (!this.#lent.delete(number)) return false;
    this.done.push(`helper ${output[0]}`);
    return true;
  }

  reopenTile(number) {
    if (this.#lent.has(number)) this.open.unshift(this.#lent.get(number));
    this.#lent.delete(number);
  }

  /** Computes a tile here. False after the last one. */
  advance() {
    const tile = this.open.shift();
    if (tile !== undefined) this.done.push(`lead ${tile}`);
    return tile !== undefined;
  }
}

function lend(tiles) {
  const run = new CountingRun(tiles);
  const control = new RunControl(Infinity);
  const events = [];
  const lending = new TileLending(run, control, (event) => events.push(event));
  return { run, control, lending, events };
}

/** A helper that keeps what it gets until it is told to answer. */
function helper(control, id) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  control.helpers.connect(id, port1);
  const got = [];
  const dropped = [];
  port2.onmessage = ({ data }) => {
    if (data.type === 'evaluate') got.push(data.tile);
    else dropped.push(data.number);
  };
  const answer = async () => {
    await messages();
    const { number, values } = got.shift();
    port2.postMessage({ number, output: values, milliseconds: 5 });
    await messages();
  };
  return { got, dropped, answer };
}

/** Messages have arrived. On a busy machine one timer alone can come before them. */
async function messages() {
  for (let turn = 0; turn < 5; turn++)
    await new Promise((resolve) => setTimeout(() => setImmediate(resolve), 4));
}

test('without helpers a run evaluates its tiles one after another', async () => {
  const { run, lending, events } = lend(3);
  do await lending.beforeTile();
  while (run.advance());
  assert.deepEqual([run.done, events], [['lead 0', 'lead 1', 'lead 2'], []]);
});

test('a helper has a tile and another in advance, and the lead the next', async () => {
  const { run, control, lending, events } = lend(5);
  const { got, answer } = helper(control, 1);
  await lending.beforeTile();
  await messages();
  assert.deepEqual([got.length, run.openTiles], [2, 3]);
  run.advance();
  await answer();
  await lending.beforeTile();
  // Two were open: one each.
  assert.deepEqual([run.done, run.openTiles], [['lead 2', 'helper 0'], 1]);
  assert.deepEqual(events, [{ type: 'tile', tiles: 2, milliseconds: 5 }]);
  run.advance();
  await answer();
  await answer();
  await lending.beforeTile();
  assert.equal(run.advance(), false);
  assert.deepEqual(run.done.sort(), ['helper 0', 'helper 1', 'helper 3', 'lead 2', 'lead 4']);
});

test('the only tile of a step is not lent', async () => {
  const { run, control, lending } = lend(1);
  const { got } = helper(control, 1);
  await lending.beforeTile();
  await messages();
  assert.deepEqual([got.length, run.openTiles], [0, 1]);
});

test('a lead without tiles takes those back that wait for a slow helper', async () => {
  const { run, control, lending } = lend(3);
  const { got, dropped, answer } = helper(control, 1);
  await lending.beforeTile();
  run.advance();
  await lending.beforeTile();
  await messages();
  assert.deepEqual([run.openTiles, dropped, got.length], [1, [2], 2]);
  run.advance();
  const last = lending.beforeTile();
  await answer();
  // It had begun the second one after all: that comes too late.
  await answer();
  await last;
  assert.deepEqual(run.done, ['lead 2', 'lead 1', 'helper 0']);
});

test('the tiles of a helper that ends are evaluated again', async () => {
  const { run, control, lending } = lend(4);
  helper(control, 1);
  helper(control, 2);
  await lending.beforeTile();
  assert.equal(run.openTiles, 1);
  run.advance();
  control.helpers.disconnect(1);
  control.helpers.disconnect(2);
  do await lending.beforeTile();
  while (run.advance());
  assert.equal(run.done.length, 4);
  assert.ok(run.done.every((by) => by.startsWith('lead')));
});

test('who waits for a helper is woken by its end, and by a cancellation', async () => {
  const { run, control, lending } = lend(2);
  helper(control, 1);
  await lending.beforeTile();
  run.advance();
  const waiting = lending.beforeTile();
  control.helpers.disconnect(1);
  await waiting;
  assert.equal(run.openTiles, 1);
  helper(control, 2);
  run.open.push(7);
  await lending.beforeTile();
  run.advance();
  const cancelled = lending.beforeTile();
  control.cancel();
  await assert.rejects(cancelled, { code: 'aborted' });
});
