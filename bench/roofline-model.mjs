// What a launch costs on paper: floating-point operations, bytes of global memory, and the time of
// the slower of the two.

/**
 * A small integrated GPU and a middling desktop one; seconds that a launch takes before it does
 * anything.
 */
export const GPUS = {
  integrated: { flops: 2e12, bandwidth: 60e9, launch: 10e-6 },
  desktop: { flops: 12e12, bandwidth: 360e9, launch: 10e-6 },
};

/**
 * The tiled family of 3×3 convolutions (src/kernels/gpu/tiled.rs): a workgroup's pixels, those with
 * their border, and its outputs.
 */
const TILE = { rows: 16, columns: 8, held: 18 * 10, outputs: 64 };
const CHANNEL = 4;

/**
 * @param {{ name: string, bytes: number[] }} launch bytes of each buffer that is bound, in the
 *   kernel's order.
 * @returns {{ kind: string, flops: number, bytes: number }}
 */
export function costOf({ name, bytes }) {
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
  // The rest touches each value once or twice; memory decides.
  return { kind: base(name), flops: 2 * sum(floats), bytes: bound };
}

/** Buffers: input, weights, bias, perhaps another map, output. */
function convolution([input, weights, bias, ...rest], bound) {
  const pixels = rest.at(-1) / bias;
  const inputs = input / pixels;
  const flops = 2 * weights * pixels;
  const kernel = Math.round(weights / (inputs * bias));
  if (kernel !== 9) return { kind: '1×1 and 2×2 convolution', flops, bytes: bound };
  const kind = `3×3 convolution, ${Math.round(inputs)} to ${bias} channels`;
  if (bias % TILE.outputs !== 0) return { kind, flops, bytes: bound };
  // Each workgroup brings its pixels and its weights, four channels at a time; the rest is read or
  // written once.
  const tiles = Math.max(1, pixels / (TILE.rows * TILE.columns)) * (bias / TILE.outputs);
  const brought = tiles * inputs * (TILE.held + 9 * TILE.outputs) * CHANNEL;
  return { kind, flops, bytes: brought + 4 * (bias + sum(rest)) };
}

/** Both products over all pairs of pixels, of 256 channels. */
function attention([qkv]) {
  const channels = 256;
  const pixels = qkv / (3 * channels);
  return 4 * pixels ** 2 * channels;
}

/** Seconds on one GPU. */
export function seconds({ flops, bytes }, gpu) {
  return gpu.launch + Math.max(flops / gpu.flops, bytes / gpu.bandwidth);
}

/** A kernel's name without its hash and types. */
export function base(name) {
  return name.replace(/_[0-9a-f]{8}$/, '').replace(/_(?:[a-z]+_)?(?:f32|u32|n_\d+).*$/, '');
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
