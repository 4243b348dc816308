import type { DeviceKind, Precision } from '../shared/device.js';

/** What a restorer runs on, by {@link Restorer.info}. It can be posted and stored. */
export interface RestorerInfo {
  /** The device that the network runs on. */
  readonly device: DeviceKind;
  /** How the network's feature maps and weights are stored. */
  readonly precision: Precision;
  /** The WebGPU adapter's name; empty on the CPU. */
  readonly adapter: string;
  /** Why this device was chosen: one sentence for people. */
  readonly reason: string;
  /** Milliseconds of one evaluation of 64 × 64 pixels, as the warm-up measured it. */
  readonly evaluationMilliseconds: number;
}
