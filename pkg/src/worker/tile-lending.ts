import type { RunEvent } from '../shared/protocol.js';
import type { Run } from './core.js';
import type { RunControl } from './run-control.js';

/**
 * Divides the tiles of a run's evaluations between this worker and its helpers. Results do not
 * depend on who evaluates a tile: the core adds the tiles in their order.
 */
export class TileLending {
  readonly #run: Run;
  readonly #control: RunControl;
  readonly #emit: (event: RunEvent) => void;

  constructor(run: Run, control: RunControl, emit: (event: RunEvent) => void) {
    this.#run = run;
    this.#control = control;
    this.#emit = emit;
  }

  /**
   * Takes what came back, lends what others can do, and waits until there is something to do here.
   * Throws `aborted` if the run is cancelled.
   */
  async beforeTile(): Promise<void> {
    const { helpers } = this.#control;
    for (;;) {
      this.#control.throwIfCancelled();
      this.#takeBack();
      this.#lend();
      if (!this.#run.isLentOut || !helpers.areBusy) return;
      const recalled = helpers.recall();
      if (recalled === undefined) await this.#control.change();
      else this.#run.reopenTile(recalled);
    }
  }

  #takeBack(): void {
    const { helpers } = this.#control;
    for (const { number, output, milliseconds } of helpers.takeEvaluated())
      if (this.#run.returnTile(number, output))
        this.#emit({ type: 'tile', tiles: this.#run.tiles, milliseconds });
    for (const number of helpers.takeLost()) this.#run.reopenTile(number);
  }

  /** Keeps one tile for this worker: the others then have as many as it, or one more. */
  #lend(): void {
    const { helpers } = this.#control;
    for (let open = this.#openTiles(); open > 1 && helpers.haveRoom; open--) {
      const tile = this.#run.lendTile();
      if (!tile) return;
      helpers.send(tile);
    }
  }

  /** Those that can be lent; they are not counted where nobody takes one. */
  #openTiles(): number {
    return this.#control.helpers.haveRoom ? this.#run.openTiles : 0;
  }
}
