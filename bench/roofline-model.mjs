// The roofline model of a kernel launch: its floating-point operations, its bytes of global memory,
// and the time of the slower of the two.

/**
 * A small integrated GPU and a middling desktop GPU: operations and bytes per second, and the
 * seconds that every launch takes before it computes.
 */
export const GPUS = {
  integrated: { flops: 2e12, bandwidth: 60e9, launch: 10e-6 },
  desktop: { flops: 12e12, bandwidth: 360e9, launch: 10e-6 },
};

/**
 * The tiled 3×3 convolutions (src/denoiser/layers/gpu/tiled.rs): the pixels of a workgroup, without
 * and with their border, and its output channels.
 */
const TILE = { rows: 16, columns: 8, held: 18 * 10, outputs: 64 };
const CHANNEL = 4;

/**
 * @param {{ name: string, bytes: number[] }} launch with the bytes of each bound buffer, in the
 *   kernel's order.
 * @returns {{ kind: string, flops: number, bytes: number }}
 */
function costOf({ name, bytes }) {
  const bound = sum(bytes);
  const floats = bytes.map((count) => count / 4);
  if (/^(direct_conv2d|direct|tiled)_/.test(name)) return convolution(floats, bound);
  if (/^matmul_entry|^multiply/.test(name))
    return {
      kind: 'matrix product',
      flops: 2 * Math.sqrt(floats[0] * floats[1] * floats.at(-1)),
      bytes: bound,
    };
  if (/^attend/.test(name)) return { kind: 'attention', flops: attention(floats), bytes: bound };
  // The other kernels touch each value once or twice: memory bounds them.
  return { kind: base(name), flops: 2 * sum(floats), bytes: bound };
}

/** The buffers are input, weights, bias, in some kernels another map, and output. */
function convolution([input, weights, bias, ...rest], bound) {
  const pixels = rest.at(-1) / bias;
  const inputs = input / pixels;
  const flops = 2 * weights * pixels;
  const kernel = Math.round(weights / (inputs * bias));
  if (kernel !== 9) return { kind: '1×1 and 2×2 convolution', flops, bytes: bound };
  const kind = `3×3 convolution, ${Math.round(inputs)} to ${bias} channels`;
  if (bias % TILE.outputs !== 0) return { kind, flops, bytes: bound };
  // Each workgroup loads its pixels and its weights, four channels at a time. Everything else is
  // read or written once.
  const tiles = Math.max(1, pixels / (TILE.rows * TILE.columns)) * (bias / TILE.outputs);
  const loaded = tiles * inputs * (TILE.held + 9 * TILE.outputs) * CHANNEL;
  return { kind, flops, bytes: loaded + 4 * (bias + sum(rest)) };
}

/** Both matrix products over all pairs of pixels, with 256 channels. */
function attention([qkv]) {
  const channels = 256;
  const pixels = qkv / (3 * channels);
  return 4 * pixels ** 2 * channels;
}

/** Seconds that a launch of this cost takes on a GPU. */
function seconds({ flops, bytes }, gpu) {
  return gpu.launch + Math.max(flops / gpu.flops, bytes / gpu.bandwidth);
}

export function costs(launches) {
  return launches.map((launch) => ({ ...launch, ...costOf(launch) }));
}

/** Seconds of all launches on a GPU. */
export function time(launches, gpu) {
  return sum(costs(launches).map((cost) => seconds(cost, gpu)));
}

/** The same with maps and weights in f16: the same arithmetic on half the bytes. */
export function timeInHalf(launches, gpu) {
  return sum(costs(launches).map(({ flops, bytes }) => seconds({ flops, bytes: bytes / 2 }, gpu)));
}

/** The launches added up by kind of kernel, the slowest kind first. */
export function byKind(launches) {
  const kinds = new Map();
  for (const cost of costs(launches)) {
    const row = kinds.get(cost.kind) ?? {
      kind: cost.kind,
      launches: 0,
      flops: 0,
      bytes: 0,
      invocations: cost.invocations,
      workgroupBytes: cost.workgroupBytes,
      registers: cost.registers,
      seconds: Object.fromEntries(Object.keys(GPUS).map((name) => [name, 0])),
    };
    row.launches++;
    row.flops += cost.flops;
    row.bytes += cost.bytes;
    for (const [name, gpu] of Object.entries(GPUS)) row.seconds[name] += seconds(cost, gpu);
    kinds.set(cost.kind, row);
  }
  return [...kinds.values()].sort((a, b) => b.seconds.integrated - a.seconds.integrated);
}

/** A kernel's name without its hash and types. */
function base(name) {
  return name.replace(/_[0-9a-f]{8}$/, '').replace(/_(?:[a-z]+_)?(?:f32|u32|n_\d+).*$/, '');
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
