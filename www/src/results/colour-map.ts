// Inferno, matplotlib's colour map: more is always brighter, also in grey print and to every kind
// of colour vision. Its table of 256 colours is fitted by polynomials of degree 6 (Matt Zucker,
// public domain), which stay within four levels of it.

const STEPS = 256;

/** The coefficients of 1, t, t², … for red, green and blue, of colours in [0, 1]. */
const INFERNO = [
  [0.00022, 0.106513, 11.602493, -41.703996, 77.162936, -71.319428, 25.131126],
  [0.001651, 0.563956, -3.972854, 17.436399, -33.402359, 32.626064, -12.242669],
  [-0.019481, 3.932712, -15.942394, 44.354145, -81.807309, 73.20951, -23.070325],
] as const;

const colourAt = (t: number): number[] =>
  INFERNO.map((coefficients) => 255 * coefficients.reduceRight((sum, each) => sum * t + each, 0));

const TABLE = new Uint8ClampedArray(4 * STEPS).fill(255);
for (let i = 0; i < STEPS; i++) TABLE.set(colourAt(i / (STEPS - 1)), 4 * i);

/** The colours from the least value to the greatest: opaque RGBA pixels of four bytes. */
export const COLOURS = new Uint32Array(TABLE.buffer);
