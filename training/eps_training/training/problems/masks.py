"""Holes: scattered pixels, boxes, brush strokes. Masks are [n, 1, size, size], 1 where a pixel is
known."""
import math
import numpy as np
import torch
from ...device import upload


def strokes(rng, size):
    """1 to 5 wandering brush strokes of radius 1 to size/16, as one array."""
    m = np.ones((size, size), np.float32)
    yy, xx = np.mgrid[:size, :size]
    for _ in range(rng.integers(1, 6)):
        x, y, r = rng.uniform(0, size), rng.uniform(0, size), rng.uniform(1, size / 16)
        angle = rng.uniform(0, 2 * math.pi)
        for _ in range(12):
            m[(xx - x) ** 2 + (yy - y) ** 2 < r * r] = 0
            angle += rng.normal() * .5
            x, y = x + math.cos(angle) * r * 1.5, y + math.sin(angle) * r * 1.5
    return m


class Bank:
    """Arrays made once, for what is slow to draw; members are flipped and transposed at random, and
    shifted around the torus where that leaves them what they are."""

    def __init__(self, draw, draws, count, shifted):
        arrays = np.stack([draw(draws.rng, draws.size) for _ in range(count)])
        self.members, self.draws, self.shifted = (
            upload(arrays, draws.device)[:, None], draws, shifted)

    def take(self, n):
        rng = self.draws.rng
        t = self.members[upload(rng.integers(len(self.members), size=n), self.draws.device)]
        if rng.uniform() < .5:
            t = t.transpose(2, 3)
        if rng.uniform() < .5:
            t = torch.roll(t.flip(3), 0 if self.shifted else 1, 3)      # an origin stays at [0, 0]
        if not self.shifted:
            return t
        return torch.roll(t, tuple(rng.integers(self.draws.size, size=2).tolist()), (2, 3))


def scattered(draws, n):
    """30 to 97 % of the pixels missing, independently."""
    missing = draws.uniform(.3, .97, n)
    return (torch.rand(n, 1, draws.size, draws.size, device=draws.device) > missing).float()


def boxes(draws, n):
    """One box with sides between a fifth and two thirds of the image's."""
    size, rng, T = draws.size, draws.rng, draws.tensor
    h, w = rng.integers(size // 5, size * 2 // 3, size=(2, n))
    top = (rng.uniform(size=n) * (size - h + 1)).astype(int)
    left = (rng.uniform(size=n) * (size - w + 1)).astype(int)
    i = torch.arange(size, device=draws.device)
    row, column = i[None, None, :, None], i[None, None, None, :]
    inside = (row >= T(top)) & (row < T(top + h)) & (column >= T(left)) & (column < T(left + w))
    return 1 - inside.float()


def masks(draws, bank, n):
    """Half scattered, 30 % boxes, 20 % strokes (`bank`)."""
    u = draws.tensor(draws.rng.uniform(size=n))
    box = boxes(draws, n)
    return torch.where(u < .5, scattered(draws, n), torch.where(u < .8, box, bank.take(n)))


def holes(draws, bank, n):
    """Half boxes, half strokes: what people paint over."""
    return torch.where(draws.some(.5, n) > 0, boxes(draws, n), bank.take(n))
