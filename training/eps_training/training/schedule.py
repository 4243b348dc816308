"""A training budget, and the schedules of the learning rate: factors on it, of the share f of the
budget that is used and of the steps in it.

    cycle   1 for the first half, then a cosine from 1 to 0.02 at f = 1: ends where the budget ends
    stable  1 for as long as there is time
    cool    1 - sqrt(f): makes a release of a stable phase

The first two begin with a linear warm-up. Of cool-downs 1 - sqrt(f) ends lower than a line and as
low as a whole cosine cycle (Hägele et al. 2024, arXiv 2405.18392); it begins at the full rate with
the optimiser's own state, so it needs no warm-up.
"""
from dataclasses import dataclass
import math
import time

FLOOR = .02
WARM_UP_STEPS = 200
LONGEST_STEP = 30.0     # seconds: time stopped (SIGSTOP, a suspended laptop) is not minutes used


@dataclass
class Budget:
    """Minutes or samples, whichever is given; neither where it may be endless. `seconds_used` and
    `samples_used` travel in the checkpoint."""
    minutes: float | None = None
    samples: int | None = None
    seconds_used: float = 0.0
    samples_used: int = 0
    endless: bool = False

    def __post_init__(self):
        given = [v for v in (self.minutes, self.samples) if v is not None]
        if len(given) > 1 or not (given or self.endless):
            raise SystemExit('give --minutes or --samples, one of the two')
        if given and given[0] <= 0:
            raise SystemExit('the budget must be positive')
        self._last = None

    @property
    def share(self):
        """Share of the budget used, from 0 to 1; 0 of an endless one."""
        if self.minutes:
            return min(1.0, self.seconds_used / (60 * self.minutes))
        return min(1.0, self.samples_used / self.samples) if self.samples else 0.0

    def start(self):
        self._last = time.monotonic()

    def spend(self, samples):
        now = time.monotonic()
        if self._last is not None:
            self.seconds_used += min(now - self._last, LONGEST_STEP)
        self._last = now
        self.samples_used += samples


def warm(step):
    """The warm-up's factor; step counts from 0 in this phase."""
    return min(1, step / WARM_UP_STEPS + .01)


def cycle(share, step):
    falling = max(FLOOR, .5 + .5 * math.cos(math.pi * (2 * share - 1)))
    return warm(step) * (1 if share < .5 else falling)


def stable(share, step):
    return warm(step)


def cool(share, step):
    return 1 - math.sqrt(share)


SCHEDULES = {'cycle': cycle, 'stable': stable, 'cool': cool}


def ema_decay(longest, steps):
    """Decay of the moving average of the weights: short at first, since an average of the untrained
    is worth nothing."""
    return min(longest, (1 + steps) / (10 + steps))
