// What files say of their photos. The code for it is loaded when it is needed.

export const metadata = (): Promise<typeof import('./carry.js')> =>
  import(/* webpackChunkName: "metadata" */ './carry.js');

/**
 * The colour space that a photo is opened in: that of its file, if canvases can have it, else sRGB.
 */
export async function spaceToOpen(file: Blob): Promise<PredefinedColorSpace> {
  try {
    const { colourSpaceOf } = await metadata();
    return (await colourSpaceOf(file)) ?? 'srgb';
  } catch {
    return 'srgb'; // the code could not be loaded
  }
}
