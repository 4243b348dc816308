import type { EvaluatedTile, LentTile, ToTileHelper } from '../shared/tiles.js';

/**
 * Tiles that a helper may have: the one that it evaluates, and the next, so that it does not wait
 * while the lender is within a tile of its own.
 */
const QUEUE = 2;

/** A worker that evaluates tiles of a run, and the numbers of those that it has, in its order. */
interface TileHelper {
  readonly port: MessagePort;
  readonly tiles: number[];
}

/** The workers that evaluate tiles of a run, as the page connects and disconnects them. */
export class TileHelpers {
  readonly #onChange: () => void;
  readonly #helpers = new Map<number, TileHelper>();
  readonly #evaluated: EvaluatedTile[] = [];
  readonly #lost: number[] = [];

  /** @param onChange called when a helper comes or goes, and when a tile comes back. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** @param id a new number, by which the page disconnects the helper. */
  connect(id: number, port: MessagePort): void {
    const helper: TileHelper = { port, tiles: [] };
    this.#helpers.set(id, helper);
    port.onmessage = ({ data }: MessageEvent<EvaluatedTile>) => {
      remove(helper.tiles, data.number);
      this.#evaluated.push(data);
      this.#onChange();
    };
    this.#onChange();
  }

  /** Gives up a helper that has ended or is needed elsewhere. What it has is lost. */
  disconnect(id: number): void {
    const helper = this.#helpers.get(id);
    if (!helper) return;
    helper.port.close();
    this.#helpers.delete(id);
    this.#lost.push(...helper.tiles);
    this.#onChange();
  }

  /** Disconnects all of them. */
  close(): void {
    for (const id of [...this.#helpers.keys()]) this.disconnect(id);
  }

  /** Removes and returns the tiles that have come back. */
  takeEvaluated(): EvaluatedTile[] {
    return this.#evaluated.splice(0);
  }

  /** Removes and returns the numbers of tiles that will not come back. */
  takeLost(): number[] {
    return this.#lost.splice(0);
  }

  /** Whether a tile is with a helper. */
  get areBusy(): boolean {
    return [...this.#helpers.values()].some(({ tiles }) => tiles.length > 0);
  }

  /** Whether one of them takes another tile. */
  get haveRoom(): boolean {
    return this.#leastLoaded() !== undefined;
  }

  /** Sends a tile to the helper with the fewest. One must have room. */
  send(tile: LentTile): void {
    const helper = this.#leastLoaded();
    if (!helper) return;
    helper.tiles.push(tile.number);
    post(helper, { type: 'evaluate', tile }, [tile.values.buffer]);
  }

  /** Takes back a tile that waits for its helper, which evaluates another: its number. */
  recall(): number | undefined {
    const waiting = [...this.#helpers.values()].find(({ tiles }) => tiles.length > 1);
    const number = waiting?.tiles.pop();
    if (waiting && number !== undefined) post(waiting, { type: 'drop', number }, []);
    return number;
  }

  #leastLoaded(): TileHelper | undefined {
    let least: TileHelper | undefined;
    for (const helper of this.#helpers.values())
      if (helper.tiles.length < (least?.tiles.length ?? QUEUE)) least = helper;
    return least;
  }
}

function post({ port }: TileHelper, message: ToTileHelper, transfer: Transferable[]): void {
  port.postMessage(message, transfer);
}

function remove(numbers: number[], number: number): void {
  const at = numbers.indexOf(number);
  if (at >= 0) numbers.splice(at, 1);
}
