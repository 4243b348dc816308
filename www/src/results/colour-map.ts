// A perceptually ordered colour map: lightness rises evenly in OKLab, from nearly black to pale
// yellow, while the hue changes from violet through red. More is always brighter, also in grey
// print and to every kind of colour vision.

type Rgb = readonly [number, number, number];

const STEPS = 256;
const LIGHTNESS = { from: 0.14, to: 0.97 };
/** In degrees. */
const HUE = { from: 285, to: 460 };
const CHROMA = 0.19;

/** OKLab as linear sRGB. */
function linearRgb(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const isInGamut = (rgb: Rgb): boolean => rgb.every((value) => value >= -1e-4 && value <= 1.0001);

/** A linear value as an 8-bit sRGB value. */
function encode(linear: number): number {
  const value = clampToUnit(linear);
  return Math.round(
    255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055),
  );
}

function colourAt(t: number): Rgb {
  const lightness = LIGHTNESS.from + t * (LIGHTNESS.to - LIGHTNESS.from);
  const hue = ((HUE.from + t * (HUE.to - HUE.from)) * Math.PI) / 180;
  // Outside sRGB, chroma is reduced; lightness and hue are kept.
  for (let chroma = CHROMA; chroma > 0; chroma -= 0.002) {
    const rgb = linearRgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
    if (isInGamut(rgb)) return rgb;
  }
  return linearRgb(lightness, 0, 0);
}

const clampToUnit = (value: number): number => Math.min(1, Math.max(0, value));

const TABLE = new Uint8Array(4 * STEPS).fill(255);
for (let i = 0; i < STEPS; i++) TABLE.set(colourAt(i / (STEPS - 1)).map(encode), 4 * i);

/** The colours from the least value to the greatest: opaque RGBA pixels of four bytes. */
export const COLOURS = new Uint32Array(TABLE.buffer);
