import { EpsError } from '../../shared/errors.js';
import type { Cost, CostRequest, ImageSize, TaskRequest } from '../../shared/requests.js';
import { errorOf, type Outcome } from '../worker-link.js';
import { layoutOf, resultSize, windowCount, windowSize, type Layout } from './layout.js';

/** Hardly any GPU has more memory: the core refuses what takes more. */
const GPU_BYTES = 8 * 2 ** 30;
/** Most bytes of WebAssembly memory for a window, where windows are needed at all. */
const WINDOW_BYTES = 900e6;
/** No restoration takes as many bytes for a pixel of its result. */
const MOST_BYTES_PER_PIXEL = 512;
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
export function mayNeedWindows(request: CostRequest, memoryLimit: number): boolean {
  const factor = factorOf(request.task) ?? 1;
  const pixels = request.width * request.height * factor ** 2;
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
  const factor = factorOf(request.task);
  const fits = whole.bytes <= memoryLimit && whole.gpuBytes <= GPU_BYTES;
  if (fits || factor === undefined) return { cost: whole, layout: undefined, windows: 1 };
  const part = ofPixels(request);
  const costOf = (size: ImageSize): Promise<Cost> => answered(ask({ ...part, ...size }));
  const side = Math.ceil(PROBE_SIDE / factor);
  const probe = await costOf({ width: side, height: side });
  const bytesPerPixel = probe.bytes / (probe.width * probe.height);
  const pixels = Math.min(memoryLimit, WINDOW_BYTES) / bytesPerPixel;
  const layout = layoutOf(request, factor, pixels);
  const cost = costOfAll(layout, await costOf(windowSize(layout)), request);
  return { cost, layout, windows: windowCount(layout) };
}

/**
 * The factor of the result's sides, of a task that measures every pixel from its surroundings:
 * a window with some of its surroundings then says what the whole photo says. Undefined for the
 * other tasks.
 */
function factorOf(task: TaskRequest): number | undefined {
  switch (task.kind) {
    case 'denoise':
      return 1;
    case 'superResolve':
      return task.factor;
    case 'jpeg':
      return task.reduced?.factor ?? 1;
    default:
      return undefined;
  }
}

/** The request of pixels that takes what a window takes: a JPEG file is that of the whole photo. */
function ofPixels(request: CostRequest): CostRequest {
  const { task, noise = WHITE } = request;
  if (task.kind !== 'jpeg') return request;
  const { reduced } = task;
  return { ...request, noise, task: reduced ? { kind: 'superResolve', ...reduced } : DENOISE };
}

/** The cost of all windows; `bytes`: those of one, and the images that they are put into. */
function costOfAll(layout: Layout, window: Cost, { samples }: CostRequest): Cost {
  const { width, height } = resultSize(layout);
  const count = windowCount(layout);
  const images = 2 + samples + (samples > 1 ? 1 : 0);
  return {
    ...window,
    width,
    height,
    tiles: count * window.tiles,
    pixels: count * window.pixels,
    bytes: window.bytes + images * 4 * width * height,
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
      `may take ${limit} (memoryLimit). Reduce the photo; only denoise, jpeg and superResolve ` +
      'can be done in windows.',
  );
}
