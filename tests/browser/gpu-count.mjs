// In a page or worker: what is asked of the GPU. Launches, bytes that cross to it and back, and
// bytes of buffers alive.

const counts = {
  submissions: 0,
  launches: 0,
  uploads: 0,
  uploadedBytes: 0,
  largeBytes: 0,
  readbacks: 0,
  readBytes: 0,
};
const live = { now: 0, most: 0 };
let watching = false;

/**
 * From now on everything is counted. Once is enough.
 *
 * @param {number} large bytes from which on an upload counts as large too: a plane of pixels, and
 *   not the shapes and numbers that come with every launch.
 */
export function watchGpu(large = Infinity) {
  if (watching || !globalThis.GPUDevice) return;
  watching = true;
  const upload = (bytes) => {
    counts.uploadedBytes += bytes;
    if (bytes >= large) counts.largeBytes += bytes;
  };
  const gone = new FinalizationRegistry(release);
  around(GPUQueue.prototype, 'submit', () => counts.submissions++);
  around(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => counts.launches++);
  around(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => counts.launches++);
  around(GPUQueue.prototype, 'writeBuffer', (queue, [, , data, from = 0, size]) => {
    counts.uploads++;
    // In elements of an array, in bytes of a buffer.
    const unit = data.BYTES_PER_ELEMENT ?? 1;
    upload(size === undefined ? data.byteLength - from * unit : size * unit);
  });
  // What is mapped may be a page of a pool, larger than what was copied into it to be read.
  around(
    GPUBuffer.prototype,
    'mapAsync',
    (_, [mode]) => (counts.readbacks += Number((mode & GPUMapMode.READ) !== 0)),
  );
  around(GPUCommandEncoder.prototype, 'copyBufferToBuffer', (_, [, , to, , size]) => {
    if (to.usage & GPUBufferUsage.MAP_READ) counts.readBytes += size;
  });
  around(GPUDevice.prototype, 'createBuffer', (device, [{ size, mappedAtCreation }], buffer) => {
    if (mappedAtCreation) upload(size);
    live.now += size;
    live.most = Math.max(live.most, live.now);
    gone.register(buffer, size, buffer);
  });
  around(GPUBuffer.prototype, 'destroy', (buffer) => {
    // Destroying twice is allowed, and frees once.
    if (gone.unregister(buffer)) release(buffer.size);
  });
}

function release(size) {
  live.now -= size;
}

/** Calls `tell(this, arguments, result)` after every call of a method. */
function around(prototype, name, tell) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    const result = original.apply(this, args);
    tell(this, args, result);
    return result;
  };
}

/** A copy of the counts so far. */
export function gpuCounts() {
  return { ...counts };
}

export function liveBytes() {
  return { ...live };
}
