"""Random numbers of training problems: drawn on the host from one seeded generator, used on the
device."""
import math
import numpy as np
import torch
from ...device import upload


class Draws:
    """rng: a NumPy generator, exchanged by the trainer when it resumes; size: the side of the
    crops."""

    def __init__(self, rng, device, size):
        self.rng, self.device, self.size = rng, device, size

    def tensor(self, a):
        """A number for each image, [n, 1, 1, 1]."""
        return upload(np.asarray(a, np.float32), self.device).reshape(-1, 1, 1, 1)

    def uniform(self, low, high, n):
        return self.tensor(self.rng.uniform(low, high, n))

    def log_uniform(self, low, high, n):
        return self.tensor(np.exp(self.rng.uniform(math.log(low), math.log(high), n)))

    def happens(self, probability):
        return self.rng.uniform() < probability

    def some(self, probability, n):
        """A number for each image: 1 with this probability, else 0."""
        return self.tensor(self.rng.uniform(size=n) < probability)

    def noise_levels(self, n):
        """tau, where ln tau is half the time N(-0.4, 1.4²), half uniform on [-1, 4.4], clipped to
        [-4.6, 4.4]. At high tau the network has to give the posterior mean itself, which is
        hardest."""
        rng = self.rng
        wide, centre = rng.uniform(-1, 4.4, n), rng.normal(-.4, 1.4, n)
        u = np.where(rng.uniform(size=n) < .5, centre, wide)
        return self.tensor(np.exp(np.clip(u, -4.6, 4.4)))

    def white(self, *shape):
        return torch.randn(shape, device=self.device)
