"""A training budget, and the learning rate that ends where the budget ends.

rate(f) = 1 for the first half, then a cosine from 1 to 0.02 at f = 1, times a linear warm-up over the first steps; f is the share of the budget used.
"""
from dataclasses import dataclass
import math
import time

FLOOR = .02
WARM_UP_STEPS = 200
LONGEST_STEP = 30.0     # seconds: time spent stopped (SIGSTOP, a suspended laptop) does not count against a budget of minutes


@dataclass
class Budget:
    """Minutes or samples, whichever is given. `seconds` and `samples` count what this budget has used, and travel in the checkpoint."""
    minutes: float | None = None
    samples: int | None = None
    seconds_used: float = 0.0
    samples_used: int = 0

    def __post_init__(self):
        if (self.minutes is None) == (self.samples is None):
            raise SystemExit('give --minutes or --samples, one of the two')
        if (self.minutes or self.samples) <= 0:
            raise SystemExit('the budget must be positive')
        self._last = None

    @property
    def share(self):
        """Share of the budget used, from 0 to 1."""
        used = self.seconds_used / (60 * self.minutes) if self.minutes else self.samples_used / self.samples
        return min(1.0, used)

    def start(self):
        self._last = time.monotonic()

    def spend(self, samples):
        now = time.monotonic()
        if self._last is not None:
            self.seconds_used += min(now - self._last, LONGEST_STEP)
        self._last = now
        self.samples_used += samples


def rate(share, step):
    """Factor on the learning rate; step counts from 0 in this budget."""
    warm = min(1, step / WARM_UP_STEPS + .01)
    return warm * (1 if share < .5 else max(FLOOR, .5 + .5 * math.cos(math.pi * (2 * share - 1))))


def ema_decay(longest, steps):
    """Decay of the moving average of the weights: short at first, since an average of the untrained is worth nothing."""
    return min(longest, (1 + steps) / (10 + steps))
