// In the page: the contenders, each with the network's inputs on its device.
const ORT = '/bench/node_modules/onnxruntime-web/dist';
const CHANNELS = { w: 3, g: 3, m: 8, coarse: 3 };

/** Reproducible standard normal values, by xorshift32 and Box-Muller. */
function normal(count, seed) {
  let state = seed;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/**
 * Inputs at the scale that the network expects: images of deviation 0.5, and maps between the
 * logarithms of 0.02² and 80².
 */
export function inputsOf(batch, side) {
  const scale = { w: 0.5, g: 0.5, m: 0.6, coarse: 1 };
  return Object.fromEntries(
    Object.entries(CHANNELS).map(([name, channels], i) => [
      name,
      normal(batch * channels * side * side, i + 1).map((v) => v * scale[name]),
    ]),
  );
}

/** The bare network, in one instance for each name. */
export const instance = (name) => load(`/bench/wasm/network/network.js?${name}`);

/** The package's core, in one instance for each name. */
export const core = (name) => load(`/pkg/wasm/eps_restore.js?${name}`);

/**
 * An instance has one WebGPU device; the query in the address makes the browser load a separate
 * module.
 */
async function load(address) {
  const module = await import(address);
  await module.default();
  return module;
}

/** This crate's network, on the package's layers or on Burn's own operations. */
class OurNetwork {
  static async create({ layers, device }) {
    const { Network } = await instance(`${layers}-${device}`);
    const weights = new Uint8Array(
      await (await fetch('/models/photo-v2.safetensors')).arrayBuffer(),
    );
    return new OurNetwork(await Network.create(layers, device, weights));
  }

  constructor(network) {
    this.network = network;
  }

  async place(batch, side) {
    const { w, g, m, coarse } = inputsOf(batch, side);
    this.network.place(batch, side, w, g, m, coarse);
    await this.network.settle();
  }

  evaluate() {
    return this.network.evaluate();
  }
}

/** onnxruntime-web: on WebGPU with inputs and output on the GPU, or in wasm with one thread. */
class OnnxRuntime {
  static async create({ provider, layout, files }) {
    const ort = await import(
      provider === 'webgpu' ? `${ORT}/ort.webgpu.min.mjs` : `${ORT}/ort.wasm.min.mjs`
    );
    ort.env.wasm.numThreads = 1;
    // It reports the shape computations that it leaves to the CPU as errors.
    ort.env.logLevel = 'fatal';
    return new OnnxRuntime(ort, provider, layout, files);
  }

  constructor(ort, provider, layout, files) {
    Object.assign(this, { ort, provider, layout, files, sessions: new Map() });
  }

  /** The session for images of this side: each file has a fixed side. */
  async session(side) {
    if (!this.sessions.has(side)) {
      const model = new Uint8Array(await (await fetch(this.files[side])).arrayBuffer());
      const gpu = this.provider === 'webgpu';
      const options = {
        executionProviders: [gpu ? { name: 'webgpu', preferredLayout: this.layout } : 'wasm'],
        graphOptimizationLevel: 'all',
        preferredOutputLocation: gpu ? 'gpu-buffer' : 'cpu',
        logSeverityLevel: 4,
      };
      this.sessions.set(side, await this.ort.InferenceSession.create(model, options));
    }
    return this.sessions.get(side);
  }

  async place(batch, side) {
    this.current = await this.session(side);
    const values = inputsOf(batch, side);
    const device = this.provider === 'webgpu' ? await this.ort.env.webgpu.device : undefined;
    this.feeds = {};
    for (const [name, channels] of Object.entries(CHANNELS)) {
      const shape = [batch, channels, side, side];
      if (!device) {
        this.feeds[name] = new this.ort.Tensor('float32', values[name], shape);
        continue;
      }
      const buffer = device.createBuffer({
        size: values[name].byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(buffer, 0, values[name]);
      this.feeds[name] = this.ort.Tensor.fromGpuBuffer(buffer, {
        dataType: 'float32',
        dims: shape,
      });
    }
  }

  async evaluate() {
    const { F } = await this.current.run(this.feeds);
    return F.getData(true);
  }
}

const contenders = new Map();
const outputs = new Map();

export async function open(name, { kind, ...options }) {
  contenders.set(name, await (kind === 'ort' ? OnnxRuntime : OurNetwork).create(options));
}

export async function place(name, batch, side) {
  await contenders.get(name).place(batch, side);
}

/** Milliseconds of one evaluation, including the reading of its output. */
export async function time(name) {
  const begin = performance.now();
  const output = await contenders.get(name).evaluate();
  const milliseconds = performance.now() - begin;
  outputs.set(name, Float32Array.from(output));
  return milliseconds;
}

/** |a - b|/|b| between the last outputs of two contenders. */
export function difference(a, b) {
  const [x, y] = [outputs.get(a), outputs.get(b)];
  if (x.length !== y.length) return Infinity;
  let above = 0;
  let below = 0;
  for (let i = 0; i < x.length; i++) {
    above += (x[i] - y[i]) ** 2;
    below += y[i] ** 2;
  }
  return Math.sqrt(above / below);
}
