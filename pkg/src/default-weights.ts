/**
 * The weights that come with this package. The build compares these figures with the file and stops
 * where they differ, so that a change of weights is a change of this file.
 */
export const DEFAULT_WEIGHTS = {
  bytes: 14_324_328,
  sha256: 'c059fca2d23235401937b36a7db52d381a72c70d52303c21c2adf50d9c4993ce',
} as const;

/**
 * Where they are: beside this package's own files. Bundlers see this expression, emit the file and
 * put its final address here; unbundled it is an address relative to this module.
 */
export function defaultWeightsUrl(): URL {
  return new URL('../models/photo-v1.safetensors', import.meta.url);
}
