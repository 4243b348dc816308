// The time to the end of a run, by its own pace so far.

/** A pace is known once this share of the run is over. */
const LEAST_SHARE = 0.04;

export class Pace {
  private readonly start = performance.now();

  /** @param expected seconds of the whole run, until it has a pace of its own. */
  constructor(private readonly expected: number | undefined) {}

  /** @param fraction of the run that is over, 0 to 1. */
  secondsLeft(fraction: number): number | undefined {
    const seconds = (performance.now() - this.start) / 1000;
    if (fraction >= LEAST_SHARE) return (seconds * (1 - fraction)) / fraction;
    return this.expected === undefined ? undefined : Math.max(0, this.expected - seconds);
  }
}

/** Shorter runs tell little about longer ones, in seconds. */
const TELLING_RUN = 5;
const MOST_SLOWNESS = 4;

/** How much longer a run took than was expected; undefined if it was too short to tell. */
export function slownessOf(seconds: number, expected: number | undefined): number | undefined {
  if (!expected || seconds < TELLING_RUN) return undefined;
  return Math.min(MOST_SLOWNESS, Math.max(1 / MOST_SLOWNESS, seconds / expected));
}
