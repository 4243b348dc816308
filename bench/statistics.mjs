// Summaries of repeated measurements.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The record of repeated measurements, rounded to 4 digits. */
export function summary(values) {
  const round = (value) => Number(value.toPrecision(4));
  return {
    median: round(median(values)),
    least: round(Math.min(...values)),
    greatest: round(Math.max(...values)),
    repetitions: values.length,
  };
}

/** The ratio of two summaries' medians, to 3 digits; undefined where one is missing. */
export function ratio(slower, faster) {
  return slower && faster ? Number((slower.median / faster.median).toPrecision(3)) : undefined;
}
