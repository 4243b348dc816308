import {
  readWeights,
  type WeightsPlatform,
  type WeightsProgress,
  type WeightsSource,
} from './weights.js';
import { untilAborted } from './turns.js';

type OnProgress = (progress: WeightsProgress) => void;

/** Weights that are being read, for all who wait for them. */
interface Reading {
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
  readonly stop: AbortController;
  readonly readers: Set<OnProgress>;
}

/** What is being read now, by its address and hash. */
const underWay = new Map<string, Reading>();

/**
 * Reads weights as {@link readWeights} does. Restorers that are loaded at the same time share one
 * download, which ends when the last of them is aborted. The bytes must not be changed.
 *
 * @throws EpsError as {@link readWeights} does.
 */
export async function sharedWeights(
  source: WeightsSource,
  platform: WeightsPlatform,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Uint8Array<ArrayBuffer>> {
  // What is asked for with headers of the caller's may differ.
  if (source.request) return readWeights(source, platform, signal, onProgress);
  const key = `${source.sha256} ${source.url}`;
  const reading = underWay.get(key) ?? begin(key, source, platform);
  const { readers, bytes, stop } = reading;
  // A function of its own: a caller may load twice with the same one.
  const reader: OnProgress = (progress) => onProgress(progress);
  readers.add(reader);
  try {
    return await untilAborted(bytes, signal);
  } finally {
    readers.delete(reader);
    if (readers.size === 0) {
      stop.abort();
      if (underWay.get(key) === reading) underWay.delete(key);
    }
  }
}

function begin(key: string, source: WeightsSource, platform: WeightsPlatform): Reading {
  const stop = new AbortController();
  const readers = new Set<OnProgress>();
  const report: OnProgress = (progress) => {
    for (const reader of [...readers]) reader(progress);
  };
  const reading = { bytes: readWeights(source, platform, stop.signal, report), stop, readers };
  underWay.set(key, reading);
  return reading;
}
