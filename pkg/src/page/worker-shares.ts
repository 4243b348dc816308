/** How workers divide a run: samples first, tiles with the workers that are left. */

/** Bytes of an idle worker: its code, the weights and their packed form. */
const IDLE_BYTES = 150e6;
/** Bytes that the evaluation of a tile takes. */
const TILE_BYTES = 50e6;
/** The share of the device's memory that all workers may take. */
const MEMORY_SHARE = 0.25;
/** More workers wait for caches and memory instead of computing. */
const MAX_DEFAULT_WORKERS = 8;

/** The resources of this device, as far as the browser reports them. */
export interface Machine {
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
}

/** The work of a run. */
export interface RunLoad {
  readonly samples: number;
  /** Tiles of one evaluation. */
  readonly tiles: number;
  /** Bytes that the run takes in each worker that draws. */
  readonly bytes: number;
}

/** The workers of a run. */
export interface WorkerShares {
  /** How many draw samples, the lead included, which computes the mean: at least 1. */
  readonly drawers: number;
  /** How many evaluate tiles for those all the time. During the mean, all but the lead do. */
  readonly tileHelpers: number;
}

/** A run in one worker. */
export const ALONE: WorkerShares = { drawers: 1, tileHelpers: 0 };

/**
 * The workers that a run gains from.
 *
 * @param requested the caller's number of workers; undefined: as many as there are cores and memory
 *   for.
 */
export function workerShares(
  { samples, tiles, bytes }: RunLoad,
  requested: number | undefined,
  { cores, memory }: Machine,
): WorkerShares {
  const limit = requested ?? Math.min(MAX_DEFAULT_WORKERS, cores);
  const available = requested === undefined ? MEMORY_SHARE * memory * 2 ** 30 : Infinity;
  const drawing = IDLE_BYTES + bytes;
  const drawers = Math.max(1, Math.min(samples, limit, Math.floor(available / drawing)));
  const left = Math.floor((available - drawers * drawing) / (IDLE_BYTES + TILE_BYTES));
  // Each sample, or else the mean, can have a worker for every tile.
  const useful = Math.max(samples, 1) * Math.max(tiles, 1);
  return { drawers, tileHelpers: Math.max(0, Math.min(limit - drawers, useful - drawers, left)) };
}

/** The same with no more than this number of workers beside the lead. */
export function withHelpers(shares: WorkerShares, helpers: number): WorkerShares {
  const drawers = Math.min(shares.drawers, 1 + Math.max(0, helpers));
  const left = Math.max(0, helpers - (drawers - 1));
  return { drawers, tileHelpers: Math.min(shares.tileHelpers, left) };
}

/** Workers in all, the lead included. */
export function workersOf({ drawers, tileHelpers }: WorkerShares): number {
  return drawers + tileHelpers;
}

/**
 * The time of a run in evaluations by one worker.
 *
 * @param cost `tiles`: those of one evaluation.
 */
export function rounds(
  cost: { readonly evaluations: number; readonly meanEvaluations: number; readonly tiles: number },
  shares: WorkerShares,
): number {
  const { evaluations, meanEvaluations, tiles } = cost;
  /** Of an evaluation, with this number of workers. */
  const share = (workers: number): number =>
    tiles === 0 ? 1 : Math.ceil(tiles / Math.max(1, workers)) / tiles;
  const workers = workersOf(shares);
  const { drawers } = shares;
  const ofSamples = ((evaluations - meanEvaluations) / drawers) * share(workers / drawers);
  return meanEvaluations * share(workers) + ofSamples;
}
