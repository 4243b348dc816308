import type { EvaluatedTile, LentTile, ToTileHelper } from '../shared/tiles.js';
import type { Engine } from './core.js';
import type { RunControl } from './run-control.js';

/**
 * Evaluates the tiles that another worker sends through the port, until it is cancelled.
 *
 * @throws EpsError `aborted` once it is cancelled, and the core's errors.
 */
export async function serveTiles(
  engine: Engine,
  port: MessagePort,
  control: RunControl,
): Promise<never> {
  const waiting: LentTile[] = [];
  port.onmessage = ({ data }: MessageEvent<ToTileHelper>) => {
    if (data.type === 'evaluate') waiting.push(data.tile);
    else drop(waiting, data.number);
    control.wake();
  };
  try {
    for (;;) {
      // Lets messages be read, so that a tile that was taken back is not evaluated.
      await control.beforeTile();
      const tile = waiting.shift();
      if (tile) evaluate(engine, port, tile);
      else await control.change();
    }
  } finally {
    port.close();
  }
}

function evaluate(engine: Engine, port: MessagePort, { number, shape, values }: LentTile): void {
  const begin = performance.now();
  const output = new Float32Array(engine.evaluateTile(shape, values));
  const evaluated: EvaluatedTile = { number, output, milliseconds: performance.now() - begin };
  port.postMessage(evaluated, [output.buffer]);
}

function drop(waiting: LentTile[], number: number): void {
  const at = waiting.findIndex((tile) => tile.number === number);
  if (at >= 0) waiting.splice(at, 1);
}
