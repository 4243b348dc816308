/** Called when a GPU device is lost, with WebGPU's reason and message. */
export type DeviceLossListener = (reason: string, message: string) => void;

/** `GPUAdapter.prototype`, of which one method is replaced. */
interface AdapterPrototype {
  requestDevice: (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) => Promise<GPUDevice>;
}

/**
 * Watches the GPU devices that the core requests while `work` runs, and calls `onLost` when one is
 * lost later (driver reset, sleep, too much work at once).
 *
 * The core requests its device itself, and what it awaits on a lost device may never settle. So
 * this replaces `GPUAdapter.prototype.requestDevice` until `work` has ended.
 */
export async function watchDeviceLoss<T>(
  work: () => Promise<T>,
  onLost: DeviceLossListener,
): Promise<T> {
  const scope: { readonly GPUAdapter?: { readonly prototype: GPUAdapter } } = self;
  const prototype: AdapterPrototype | undefined = scope.GPUAdapter?.prototype;
  if (!prototype) return work();
  const { requestDevice } = prototype;
  prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    void device.lost.then(({ reason, message }) => onLost(reason, message));
    return device;
  };
  try {
    return await work();
  } finally {
    prototype.requestDevice = requestDevice;
  }
}
