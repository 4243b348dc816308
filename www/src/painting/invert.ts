// The mask of all that is not painted.

import type { Bits } from '../picture/mask-bits.js';

export function inverted(bits: Uint8Array): Bits {
  const output = new Uint8Array(bits.length);
  for (let i = 0; i < bits.length; i++) output[i] = bits[i] ? 0 : 1;
  return output;
}
