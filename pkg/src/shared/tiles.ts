/**
 * The messages between a worker that lends tiles of its run and one that evaluates them. They go
 * through a port between the two, and the arrays move with them: neither the page nor shared memory
 * is needed.
 */
import type { LentTile } from '../../wasm/eps_restore.js';

export type { LentTile } from '../../wasm/eps_restore.js';

export type ToTileHelper =
  /** Asks for the network's output for a tile. */
  | { readonly type: 'evaluate'; readonly tile: LentTile }
  /** Takes a tile back whose evaluation has not begun. */
  | { readonly type: 'drop'; readonly number: number };

/** A tile that a helper has evaluated. */
export interface EvaluatedTile {
  readonly number: number;
  readonly output: Float32Array<ArrayBuffer>;
  /** Milliseconds of the evaluation. */
  readonly milliseconds: number;
}
