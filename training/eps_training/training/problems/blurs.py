"""Blur kernels as spectra [n, 1, size, size], their origin at [0, 0]; each sums to 1."""
import math
import numpy as np
import torch
from ...method.fourier import fft


def motion(rng, size):
    """A curved hand-shake path of 4 to 18 px as an array, centred on [0, 0]."""
    length, angle, n = rng.uniform(4, 18), rng.uniform(0, math.pi), 64
    curvature = rng.uniform(-.12, .12)
    path, x, y = [], 0., 0.
    for _ in range(n):
        path.append((x, y))
        angle += curvature * length / n + rng.normal() * .12
        x, y = x + math.cos(angle) * length / n, y + math.sin(angle) * length / n
    k = np.zeros((size, size), np.float32)
    for px, py in np.array(path) - np.mean(path, 0):
        ix, iy = math.floor(px), math.floor(py)
        for dx, wx in ((0, 1 - (px - ix)), (1, px - ix)):
            for dy, wy in ((0, 1 - (py - iy)), (1, py - iy)):
                k[(iy + dy) % size, (ix + dx) % size] += wx * wy
    return k / k.sum()


def frequency2(size, device):
    """|w|² in radians a pixel."""
    f = 2 * math.pi * torch.fft.fftfreq(size, device=device)
    return f[:, None] ** 2 + f[None] ** 2


def gaussian(radius, size):
    """radius [n, 1, 1, 1]: its deviation in pixels."""
    k = torch.exp(-radius ** 2 * frequency2(size, radius.device) / 2)
    return k.to(torch.complex64)


def disc(radius, size):
    """Out of focus: a uniform disc, whose transform is 2 J1(r |w|) / (r |w|)."""
    at = (radius * frequency2(size, radius.device).sqrt()).clamp_min(1e-3)
    return (2 * torch.special.bessel_j1(at) / at).to(torch.complex64)


class Blurs:
    """A kind of blur as (spectrum, the spectrum of a slightly other blur of the kind)."""

    def __init__(self, draws, motions):
        self.draws, self.motions = draws, motions

    def _radius(self, n, kernel, most):
        radius, off = self.draws.uniform(.6, most, n), self.draws.white(n, 1, 1, 1)
        error = 1 + self.draws.uniform(.02, .15, n) * off
        return kernel(radius, self.draws.size), kernel(radius * error, self.draws.size)

    def gaussian(self, n):
        """Of deviation 0.6 to 4 px."""
        return self._radius(n, gaussian, 4)

    def disc(self, n):
        """Of radius 0.6 to 6 px."""
        return self._radius(n, disc, 6)

    def motion(self, n):
        """From the bank; the other one is up to a quarter another member."""
        k, other = fft(self.motions.take(n)), fft(self.motions.take(n))
        return k, k + self.draws.uniform(.02, .25, n) * (other - k)
