import { EpsError } from '../../shared/errors.js';
import type { DeviceKind } from '../../shared/device.js';
import type { Cost, CostRequest, ImageSize } from '../../shared/requests.js';
import { errorOf, type Outcome } from '../worker-link.js';
import { divisionOf } from './division.js';
import {
  layoutOf,
  overviewSize,
  resultSize,
  windowCount,
  windowSize,
  type Layout,
} from './layout.js';

/** Most bytes of WebAssembly memory, and of a GPU's, for a window. */
const WINDOW_BYTES = 900e6;
/** Most of what a device holds that a window takes: windows may be a few pixels larger. */
const MOST_LOAD = 0.9;
/** No restoration takes as many bytes for a pixel of its result. */
const MOST_BYTES_PER_PIXEL = 512;
/**
 * A result with at most this many pixels fits the buffers of any GPU, margins included: a pixel
 * takes up to 32 bytes, and WebGPU guarantees 128 MiB.
 */
const ANY_GPU_PIXELS = 2 ** 21;
/** The side of the result that tells how many bytes a pixel takes. */
const PROBE_SIDE = 1024;

/** Noise that does not follow brightness, whatever its level. */
const WHITE = 1;
const DENOISE = { kind: 'denoise' } as const;

/** What a restoration takes, and its windows where the whole photo does not fit. */
export interface Plan {
  readonly cost: Cost;
  readonly layout: Layout | undefined;
  /** How many: 1 for the whole. */
  readonly windows: number;
}

/** Asks a worker what a restoration of the whole takes. */
type AskCost = (request: CostRequest) => Promise<Outcome<'cost'>>;

/** Whether the result is so large that its windows must be planned. */
export function mayNeedWindows(
  request: CostRequest,
  memoryLimit: number,
  device: DeviceKind,
): boolean {
  const { factor } = divisionOf(request.task, request) ?? { factor: 1 };
  const pixels = request.width * request.height * factor ** 2;
  if (device === 'webgpu' && pixels > ANY_GPU_PIXELS) return true;
  return pixels * MOST_BYTES_PER_PIXEL > memoryLimit;
}

/**
 * What a restoration takes: of the whole photo if that fits or its task cannot be divided, else
 * window by window.
 *
 * @param memoryLimit most bytes of WebAssembly memory.
 * @throws EpsError what the worker answers.
 */
export async function planOf(
  request: CostRequest,
  memoryLimit: number,
  ask: AskCost,
): Promise<Plan> {
  const whole = await answered(ask(request));
  const division = divisionOf(request.task, request);
  const asWhole = { cost: whole, layout: undefined, windows: 1 };
  const fits = (cost: Cost): boolean => cost.load <= 1 && cost.bytes <= memoryLimit;
  if (fits(whole) || !division) return asWhole;
  const part = ofPixels(request);
  const costOf = (size: ImageSize): Promise<Cost> => answered(ask({ ...part, ...size }));
  const { factor, overview } = division;
  const ofSmall = overview && { ...request, ...overviewSize(request, overview) };
  const small = ofSmall && (await answered(ask(ofSmall)));
  if (small && !fits(small)) return asWhole;
  const side = Math.ceil(PROBE_SIDE / factor);
  const probe = await costOf({ width: side, height: side });
  const share = Math.max(
    probe.bytes / Math.min(memoryLimit, WINDOW_BYTES),
    probe.gpuBytes / WINDOW_BYTES,
    probe.load / MOST_LOAD,
  );
  const layout = layoutOf(request, division, (probe.width * probe.height) / share);
  const windows = windowCount(layout);
  const cost = costOfAll(layout, await costOf(windowSize(layout)), small || undefined, request);
  return { cost, layout, windows };
}

/** The request of pixels that takes what a window takes: a JPEG file is that of the whole photo. */
function ofPixels(request: CostRequest): CostRequest {
  const { task, noise = WHITE } = request;
  if (task.kind === 'colorize') {
    // Those that a person painted are in the overview.
    const { hints, ...grey } = task;
    return hints ? { ...request, task: grey } : request;
  }
  if (task.kind !== 'jpeg') return request;
  const { reduced } = task;
  return { ...request, noise, task: reduced ? { kind: 'superResolve', ...reduced } : DENOISE };
}

/** The cost of all windows; `bytes`: of the largest part, and the images that they are put into. */
function costOfAll(
  layout: Layout,
  window: Cost,
  overview: Cost | undefined,
  { samples }: CostRequest,
): Cost {
  const { width, height } = resultSize(layout);
  const count = windowCount(layout);
  const images = 2 + samples + (samples > 1 ? 1 : 0);
  return {
    ...window,
    width,
    height,
    tiles: count * window.tiles,
    // Those of smaller sizes are among them, as if each window were coloured by itself.
    pixels: count * window.pixels,
    bytes: Math.max(window.bytes, overview?.bytes ?? 0) + images * 4 * width * height,
    gpuBytes: Math.max(window.gpuBytes, overview?.gpuBytes ?? 0),
  };
}

async function answered(outcome: Promise<Outcome<'cost'>>): Promise<Cost> {
  const cost = await outcome;
  if (!cost.ok) throw errorOf(cost.failure);
  return cost.answer;
}

/**
 * Refuses what takes more than the caller allows.
 *
 * @throws EpsError `image-too-large`.
 */
export function requireWithin(memoryLimit: number, { cost, layout }: Plan): void {
  if (layout || cost.bytes <= memoryLimit) return;
  const [needed, limit] = [cost.bytes, memoryLimit].map((bytes) => Math.ceil(bytes / 1e6));
  throw new EpsError(
    'image-too-large',
    `A result of ${cost.width} × ${cost.height} pixels takes about ${needed} MB of memory, and ` +
      `may take ${limit} (memoryLimit). Reduce the photo; only denoise, jpeg, superResolve, ` +
      'colorize and demosaic can be done in windows.',
  );
}
