// In a page: records every kernel launch with its name and its buffers, from the WebGPU calls. The
// launches are not made, so that an image of any size takes a moment: no launch depends on values.

/** The facts of each shader module, compute pipeline, bind group and pass. */
const shaders = new WeakMap();
const pipelines = new WeakMap();
const groups = new WeakMap();
const bound = new WeakMap();
let launches = [];

/** From this call on, records launches and does not make them. */
export function recordLaunches() {
  around(GPUDevice.prototype, 'createShaderModule', (_, [{ label, code }], module) =>
    shaders.set(module, { name: label, ...factsOf(code) }),
  );
  around(GPUDevice.prototype, 'createComputePipeline', (_, [{ compute }], pipeline) =>
    pipelines.set(pipeline, shaders.get(compute.module)),
  );
  around(GPUDevice.prototype, 'createBindGroup', (_, [{ entries }], group) =>
    groups.set(
      group,
      entries.map(({ binding, resource }) => ({
        binding,
        bytes: resource.size ?? resource.buffer.size,
      })),
    ),
  );
  around(GPUComputePassEncoder.prototype, 'setPipeline', (pass, [pipeline]) =>
    bound.set(pass, { ...bound.get(pass), pipeline }),
  );
  around(GPUComputePassEncoder.prototype, 'setBindGroup', (pass, [, group]) =>
    bound.set(pass, { ...bound.get(pass), group }),
  );
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (x, y = 1, z = 1) {
    const { pipeline, group } = bound.get(this);
    const buffers = groups.get(group).sort((a, b) => a.binding - b.binding);
    // The last buffer holds the shapes.
    launches.push({
      ...pipelines.get(pipeline),
      workgroups: x * y * z,
      bytes: buffers.slice(0, -1).map(({ bytes }) => bytes),
    });
  };
}

/** Returns the launches since its last call. */
export function takeLaunches() {
  const taken = launches;
  launches = [];
  return taken;
}

/**
 * The invocations of a workgroup, its bytes of workgroup memory, and the 32-bit registers of an
 * invocation's arrays. The compiler decides on the registers of scalars.
 */
function factsOf(code) {
  const [, x, y, z] = /@workgroup_size\((\d+), (\d+), (\d+)\)/.exec(code);
  const words = (pattern) =>
    [...code.matchAll(pattern)].reduce(
      (sum, [, vector, length]) => sum + (vector ? Number(vector) : 1) * Number(length),
      0,
    );
  return {
    invocations: x * y * z,
    workgroupBytes: 4 * words(/var<workgroup> \w+: array<(?:vec(\d)<)?f32>?, (\d+)>/g),
    registers: words(/var(?:<function>)? \w+: array<(?:vec(\d)<)?f32>?, (\d+)>/g),
  };
}

function around(prototype, name, tell) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    const result = original.apply(this, args);
    tell(this, args, result);
    return result;
  };
}
