import type { FoundBlur } from '../shared/protocol.js';
import type { BlurRequest } from '../shared/requests.js';
import type { Engine } from './core.js';

/** The blurs that a photo may have, their kernels as the package's kernels are. */
export const blursOf = (engine: Engine, photo: BlurRequest): FoundBlur[] =>
  engine.estimateBlur(photo).map(({ kernel, ...rest }) => ({
    ...rest,
    kernel: { ...kernel, data: Float32Array.from(kernel.data) },
  }));
