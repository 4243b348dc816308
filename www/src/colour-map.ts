// A perceptually ordered colour map: lightness rises evenly (in OKLab) from near black to pale
// yellow while the hue turns from violet through red, so that more is always brighter, in grey
// print and to every kind of colour vision.

type Rgb = readonly [number, number, number];

const STEPS = 256;
const LIGHTNESS = { from: 0.14, to: 0.97 };
const HUE = { from: 285, to: 460 };
const CHROMA = 0.19;

/** Linear sRGB of OKLab. */
function linear(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const inGamut = (rgb: Rgb): boolean => rgb.every((value) => value >= -1e-4 && value <= 1.0001);

function encode(value: number): number {
  const clipped = Math.min(1, Math.max(0, value));
  return Math.round(
    255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055),
  );
}

function colourAt(t: number): Rgb {
  const lightness = LIGHTNESS.from + t * (LIGHTNESS.to - LIGHTNESS.from);
  const hue = ((HUE.from + t * (HUE.to - HUE.from)) * Math.PI) / 180;
  // Chroma gives way where sRGB has no such colour; lightness and hue never do.
  for (let chroma = CHROMA; chroma > 0; chroma -= 0.002) {
    const rgb = linear(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
    if (inGamut(rgb)) return rgb;
  }
  return linear(lightness, 0, 0);
}

const TABLE = Uint8Array.from({ length: 3 * STEPS }, () => 0);
for (let i = 0; i < STEPS; i++) TABLE.set(colourAt(i / (STEPS - 1)).map(encode), 3 * i);

/** Writes the colour of `value` (0 to 1, clipped) as one opaque RGBA pixel. */
export function putColour(target: Uint8ClampedArray, pixel: number, value: number): void {
  const step = 3 * Math.round(Math.min(1, Math.max(0, value)) * (STEPS - 1));
  target.set(TABLE.subarray(step, step + 3), 4 * pixel);
  target[4 * pixel + 3] = 255;
}
