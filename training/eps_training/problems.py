"""Training problems, drawn on the device: an operator family with random parameters, and a noise level, for square images of one size.

sigma_y log-uniform in [0.01, 0.4] (denoising: up to 0.6); ln tau half N(-0.4, 1.4^2), half uniform on [-1, 4.4]: at high tau the question
is the posterior mean itself, the hardest one. Images in [-1, 1], noise in the same units.
"""
import math
import numpy as np
import torch
from .device import upload
from .fourier import fft
from .gaussian import linear_estimate
from .images import SIZE
from .network import query
from .operators import BlockMean, CircularConvolution, Grey, Identity, Mask, Nothing

# A family is drawn as often as it stands here: a third of all problems are masks, the widest family.
FAMILIES = ['nothing', 'mask', 'mask', 'mask', 'block_mean', 'gaussian', 'motion', 'grey', 'identity']


def strokes(rng, size=SIZE):
    """1 to 5 wandering brush strokes of radius 1 to size/16."""
    m = np.ones((size, size), np.float32)
    yy, xx = np.mgrid[:size, :size]
    for _ in range(rng.integers(1, 6)):
        x, y, angle, r = rng.uniform(0, size), rng.uniform(0, size), rng.uniform(0, 2 * math.pi), rng.uniform(1, size / 16)
        for _ in range(12):
            m[(xx - x) ** 2 + (yy - y) ** 2 < r * r] = 0
            angle += rng.normal() * .5
            x, y = x + math.cos(angle) * r * 1.5, y + math.sin(angle) * r * 1.5
    return m


def motion(rng, size=SIZE):
    """A curved hand-shake path of 4 to 18 px as a circular kernel that sums to 1, centred on [0, 0]."""
    length, angle, curvature, n = rng.uniform(4, 18), rng.uniform(0, math.pi), rng.uniform(-.12, .12), 64
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


class Problems:
    """Random operators. Strokes and motion kernels come from banks made once; all else is drawn fresh."""

    def __init__(self, rng, device, bank=512, size=SIZE):
        self.rng, self.device, self.size = rng, device, size
        self.strokes, self.motion = (upload(np.stack([draw(rng, size) for _ in range(bank)]), device)[:, None] for draw in (strokes, motion))

    def _vary(self, bank, n, shift):
        """n members of a bank, flipped, transposed and (strokes only) shifted together at random."""
        t = bank[upload(self.rng.integers(len(bank), size=n), self.device)]
        if self.rng.uniform() < .5:
            t = t.transpose(2, 3)
        if self.rng.uniform() < .5:
            t = torch.roll(t.flip(3), 0 if shift else 1, 3)     # a kernel's origin stays at [0, 0]
        return torch.roll(t, tuple(self.rng.integers(self.size, size=2).tolist()), (2, 3)) if shift else t

    def _tensor(self, a):
        return upload(np.asarray(a, np.float32), self.device).reshape(-1, 1, 1, 1)

    def masks(self, n):
        u, size = self.rng.uniform(size=n), self.size
        known = (torch.rand(n, 1, size, size, device=self.device) > self._tensor(self.rng.uniform(.3, .97, n))).float()
        h, w = self.rng.integers(size // 5, size * 2 // 3, size=(2, n))
        top, left = (self.rng.uniform(size=n) * (size - h + 1)).astype(int), (self.rng.uniform(size=n) * (size - w + 1)).astype(int)
        i = torch.arange(size, device=self.device)
        row, column = i[None, None, :, None], i[None, None, None, :]
        T = self._tensor
        box = 1 - ((row >= T(top)) & (row < T(top + h)) & (column >= T(left)) & (column < T(left + w))).float()
        return torch.where(T(u) < .5, known, torch.where(T(u) < .8, box, self._vary(self.strokes, n, True)))

    def operator(self, family, n):
        rng, T = self.rng, self._tensor
        if family == 'nothing':
            return Nothing()
        sigma_y = T(np.exp(rng.uniform(np.log(.01), np.log(.6 if family == 'identity' else .4), n)))
        if family == 'identity':
            return Identity(sigma_y)
        if family == 'mask':
            return Mask(self.masks(n), sigma_y)
        if family == 'block_mean':
            return BlockMean(int(rng.choice([2, 4, 8])), sigma_y)
        if family == 'gaussian':
            f = torch.fft.fftfreq(self.size, device=self.device)
            k = torch.exp(-2 * math.pi ** 2 * T(rng.uniform(.6, 4, n)) ** 2 * (f[:, None] ** 2 + f[None] ** 2))
            return CircularConvolution(k.to(torch.complex64), sigma_y)
        if family == 'motion':
            return CircularConvolution(fft(self._vary(self.motion, n, False)), sigma_y)
        return Grey(sigma_y)

    def noise_levels(self, n):
        """ln tau: half N(-0.4, 1.4^2), half uniform on [-1, 4.4], clipped to [-4.6, 4.4]."""
        u = np.where(self.rng.uniform(size=n) < .5, self.rng.normal(-.4, 1.4, n), self.rng.uniform(-1, 4.4, n))
        return self._tensor(np.exp(np.clip(u, -4.6, 4.4)))


def ask(op, x, tau, query=query):
    """Draws y and z for images x [B, 3, H, W] at noise levels tau [B, 1, 1, 1]: all that the network is asked with, in query's order."""
    y = op.measure(x)
    return query(op, x + tau * torch.randn_like(x), y, tau ** 2, linear_estimate(op, y, x))


def loss(D, x, q):
    """The training loss of each image, [B]: mean of (D - x)^2 / q, an error in units of the Gaussian posterior's deviation."""
    return ((D.float() - x) ** 2 / q).mean((1, 2, 3))
