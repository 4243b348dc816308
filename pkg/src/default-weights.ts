/**
 * The weights that come with this package. The build compares these figures with the file and stops where they differ,
 * so that a change of weights is a change of this file.
 */
export const DEFAULT_WEIGHTS = {
  bytes: 14_324_296,
  sha256: 'd9094b9d5fb60383e0368b9728828350b60f4757035ed14001017cb38bf60cd5',
} as const;

/**
 * Where they are: beside this package's own files. Bundlers see this expression, emit the file and put its final address here;
 * unbundled it is an address relative to this module.
 */
export function defaultWeightsUrl(): URL {
  return new URL('../models/photo-v1.safetensors', import.meta.url);
}
