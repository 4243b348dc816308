import { EpsError } from '../shared/errors.js';
import { addressAdvice } from './addresses.js';
import type { WeightsSource } from './weights.js';

/**
 * The weights in this package. The build compares these figures with the file and stops if they
 * differ, so that a change of weights is a change of this file.
 */
export const DEFAULT_WEIGHTS = {
  bytes: 7_211_488,
  sha256: '619c68c53d4f3d6cc5255a3ce52b95fd1ecd242a81377d1beebb64c4a3a88237',
} as const;

/**
 * The weights to load: those of this package, or those of the caller's address.
 *
 * @param sha256 the hash that the caller expects; undefined: that of this package's weights.
 * @param request how to ask for them.
 * @throws EpsError `download-failed` if this package's own address is unknown.
 */
export function weightsSource(
  modelUrl: string | undefined,
  sha256: string | undefined,
  request?: RequestInit,
): WeightsSource {
  const advice = addressAdvice('modelUrl');
  if (modelUrl !== undefined)
    return {
      url: modelUrl,
      sha256,
      request,
      bytes: undefined,
      advice: 'modelUrl probably points to the wrong address.',
    };
  const { bytes, sha256: defaultSha256 } = DEFAULT_WEIGHTS;
  try {
    const url = defaultWeightsUrl().href;
    return { url, sha256: sha256 ?? defaultSha256, request, bytes, advice };
  } catch (cause) {
    // Some bundlers leave `import.meta.url` empty.
    throw new EpsError('download-failed', `The address of the weights is unknown. ${advice}`, {
      cause,
    });
  }
}

/**
 * The address of this package's weights, relative to this module. Bundlers recognise the
 * expression, emit the file and put its final address here.
 */
export function defaultWeightsUrl(): URL {
  return new URL('../../models/photo-v2-8bit.safetensors', import.meta.url);
}
