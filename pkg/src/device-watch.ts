import { EpsError } from './errors.js';

/** The part of WebGPU that is watched. */
interface LosableDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}
interface DeviceMaker {
  prototype: { requestDevice(...args: unknown[]): Promise<LosableDevice> };
}

/**
 * Tells when a GPU device of this worker is lost (driver reset, sleep, too much work at once).
 *
 * The core asks for its device itself, and what it waits for on a lost device may never be
 * answered: so the loss is noticed here, where the device is handed out.
 */
export class DeviceWatch {
  #ended = false;

  constructor(scope: { GPUAdapter?: unknown }, onLost: (error: EpsError) => void) {
    const maker = scope.GPUAdapter as DeviceMaker | undefined;
    if (!maker) return;
    const watch = this;
    const requestDevice = maker.prototype.requestDevice;
    maker.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      void device.lost.then(({ reason, message }) => {
        if (!watch.#ended) onLost(new EpsError('device-lost', lossText(reason, message)));
      });
      return device;
    };
  }

  /** The devices so far are given up on purpose. */
  end(): void {
    this.#ended = true;
  }
}

function lossText(reason: string, message: string): string {
  const why = reason === '' || reason === 'unknown' ? '' : ` (${reason})`;
  return `The GPU was lost${why}${message === '' ? '.' : `: ${message}`} The photo is not affected: restore it again.`;
}
