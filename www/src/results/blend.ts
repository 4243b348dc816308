// Between two pictures, or beyond the second.

/** from + amount (to - from): the first picture at 0, the second at 1. */
export function blend(from: ImageData, to: ImageData, amount: number): ImageData {
  const { width, height } = to;
  const output = new ImageData(width, height);
  const { data } = output;
  for (let i = 0; i < data.length; i++) {
    const start = from.data[i] ?? 0;
    data[i] = start + amount * ((to.data[i] ?? 0) - start);
  }
  return output;
}

/** The mean of the three colours, in all three: what Colourise starts from. */
export function grey({ data, width, height }: ImageData): ImageData {
  const output = new ImageData(width, height);
  for (let i = 0; i < data.length; i += 4) {
    const mean = ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
    output.data.fill(mean, i, i + 3);
    output.data[i + 3] = data[i + 3] ?? 0;
  }
  return output;
}
