// Which worker evaluates tiles of which run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TileSharing } from '../../pkg/dist/page/tile-sharing.js';

/** Runs, workers, and who helps whom: `helps()` says `worker>run`, in order. */
function scene() {
  const connected = new Map();
  const ports = [];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const run = (name) => ({
    connect(id, port) {
      ports.push(port);
      connected.get(id).run = name;
    },
    disconnect: (id) => connected.delete(id),
  });
  let lastId = 0;
  const worker = (name) => ({
    ends: [],
    serveTiles(port) {
      ports.push(port);
      connected.set(++lastId, { worker: name });
      const outcome = new Promise((resolve) => this.ends.push(resolve));
      return { outcome, cancel: this.ends.at(-1) };
    },
    die() {
      this.ends.at(-1)();
    },
  });
  const helps = async () => {
    await settled();
    return [...connected.values()].map(({ worker, run }) => `${worker}>${run}`).sort();
  };
  return { run, worker, helps, close: () => ports.forEach((port) => port.close()) };
}

test('every run has equally many helpers, as runs and workers come and go', async () => {
  const { run, worker, helps, close } = scene();
  const sharing = new TileSharing();
  const [lead, other, third] = ['lead', 'other', 'third'].map(run);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(worker);
  sharing.addHelper(a);
  assert.deepEqual(await helps(), [], 'no run lends tiles');
  sharing.addLender(lead);
  for (const helper of [a, b, c]) sharing.addHelper(helper);
  assert.deepEqual(await helps(), ['a>lead', 'b>lead', 'c>lead']);
  // b draws samples, and lends tiles itself.
  sharing.removeHelper(b);
  sharing.addLender(other);
  assert.deepEqual(await helps(), ['a>other', 'c>lead']);
  sharing.addHelper(d);
  sharing.addLender(third);
  assert.equal((await helps()).length, 3);
  sharing.removeLender(third);
  sharing.removeLender(lead);
  assert.deepEqual(await helps(), ['a>other', 'c>other', 'd>other']);
  sharing.addHelper(b);
  assert.equal((await helps()).length, 4);
  sharing.close();
  assert.deepEqual(await helps(), []);
  sharing.addLender(lead);
  sharing.addHelper(a);
  assert.deepEqual(await helps(), []);
  close();
});

test('a worker that fails is missed and no more', async () => {
  const { run, worker, helps, close } = scene();
  const sharing = new TileSharing();
  const lead = run('lead');
  const [a, b] = ['a', 'b'].map(worker);
  sharing.addLender(lead);
  sharing.addHelper(a);
  sharing.addHelper(b);
  a.die();
  assert.deepEqual(await helps(), ['b>lead']);
  // Only what is there is moved.
  const other = run('other');
  sharing.addLender(other);
  sharing.removeLender(lead);
  assert.deepEqual(await helps(), ['b>other']);
  close();
});
