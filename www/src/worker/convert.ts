// The numbers of a picture in another colour space.

/**
 * The result holds the numbers of that space and does not name it: it is for files whose profile
 * does. Undefined if this browser's canvases do not have the space.
 */
export function convert(image: ImageData, space: PredefinedColorSpace): ImageData | undefined {
  const { width, height } = image;
  const settings = { colorSpace: space, willReadFrequently: true };
  const context = new OffscreenCanvas(width, height).getContext('2d', settings);
  context?.putImageData(image, 0, 0);
  const read = context?.getImageData(0, 0, width, height, { colorSpace: space });
  // Browsers that do not know a space ignore it.
  if (read?.colorSpace !== space) return undefined;
  const { data } = read;
  return new ImageData(data, width, height);
}
