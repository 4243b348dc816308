// Whether a photo has colours of its own. One that is grey, or toned as a whole (sepia), has none:
// its brightness tells its colour. Runs in the picture worker.

const BINS = 32;
/** Pixels that are looked at. */
const LOOKS = 40_000;
/** What JPEG leaves of the colours of a grey photo, in 8-bit levels. */
const MOST_COLOUR = 3.5;
/** A photo of one brightness tells nothing. */
const LEAST_CONTRAST = 8;

interface Moments {
  count: number;
  sum: number;
  squares: number;
}

interface Bin {
  count: number;
  sums: [number, number];
  squares: number;
}

export function isMonochrome({ data, width, height }: ImageData): boolean {
  const bins = Array.from({ length: BINS }, (): Bin => ({ count: 0, sums: [0, 0], squares: 0 }));
  const brightness: Moments = { count: 0, sum: 0, squares: 0 };
  const step = Math.max(1, Math.floor((width * height) / LOOKS));
  for (let at = 0; at < data.length; at += 4 * step) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    const mean = (red + green + blue) / 3;
    const bin = bins[Math.floor((mean / 256) * BINS)];
    if (!bin) continue;
    const [a, b] = [red - green, blue - green];
    bin.count++;
    bin.sums[0] += a;
    bin.sums[1] += b;
    bin.squares += a * a + b * b;
    brightness.count++;
    brightness.sum += mean;
    brightness.squares += mean * mean;
  }
  return contrastOf(brightness) > LEAST_CONTRAST && colourBeside(bins) < MOST_COLOUR;
}

function contrastOf({ count, sum, squares }: Moments): number {
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

/** The deviation of the colours from what the brightness tells. */
function colourBeside(bins: readonly Bin[]): number {
  let spread = 0;
  let count = 0;
  for (const bin of bins) {
    if (bin.count === 0) continue;
    spread += bin.squares - (bin.sums[0] ** 2 + bin.sums[1] ** 2) / bin.count;
    count += bin.count;
  }
  return Math.sqrt(Math.max(0, spread) / count);
}
