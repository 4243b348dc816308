"""A = S H D: random rows S of the orthonormal Walsh-Hadamard transform H of randomly signed pixels
D, in each of red, green and blue by itself (randomised compressed sensing).

A A^T = I on the chosen rows, so that the update of one variance is a transform there and back. y
has the image's shape, with zeros in the rows that were not chosen: a mask in another basis. diag
A^T A is the share of chosen rows, and the rest averages to 0 over signs and rows: all bands have

    S(v) = v (s2 + v (1 - share)) / (s2 + v)

q is the fixed point of vector approximate message passing (Rangan, Schniter, Fletcher 2019), exact
for large systems with a random rotation for H D: a channel's rows say of each pixel what noise of
precision theta = share / (s2 + (1 - share) v) would, v what the prior says of it beside them.
"""
import torch
from ..fourier import mean
from ..prior import OPPONENT, constant, mix
from .iterative import IterativeOperator

FIXED_POINT = 24        # iterations of q: each halves its distance at least


class Hadamard(IterativeOperator):
    """signs [B or 1, 3, H, W], each ±1; chosen likewise, each 0 or 1, with `share` of ones in each
    channel; H and W are powers of two; sigma_y [B or 1, 1, 1, 1]."""

    def __init__(self, signs, chosen, share, sigma_y):
        super().__init__(sigma_y)
        self.signs, self.chosen, self.share = signs, chosen, share

    def apply(self, x):
        return self.chosen * walsh_hadamard(mix(constant(OPPONENT, x).T, x) * self.signs)

    def adjoint(self, y):
        return mix(constant(OPPONENT, y), walsh_hadamard(self.chosen * y) * self.signs)

    def spectral(self, h, x):
        """Singular value 1 on the chosen rows, 0 on the others."""
        zero = h(x.new_zeros(1))
        return zero * x + (h(x.new_ones(1)) - zero) * self.adjoint(self.apply(x))

    def measure(self, x, generator=None):
        return self.chosen * super().measure(x, generator)

    def update(self, m, v, y):
        if v.shape[1] > 1:
            return super().update(m, v, y)
        return m + v / (self.s2 + v) * self.adjoint(y - self.apply(m))

    def _s(self, v):
        return v * (self.s2 + v * (1 - self.share)) / (self.s2 + v)

    def pixel_variance(self, v, shape):
        return self._s(v).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return self._s(v).expand(shape[0], 8, *shape[2:])

    def smooth_variance(self, E, shape):
        """Axes meet in a channel: v of a channel, and theta of an axis, are means by U²."""
        weights = constant(OPPONENT, E) ** 2
        v = mean(E).expand(-1, 3, -1, -1)
        q = v
        for _ in range(FIXED_POINT):
            theta = self.share / (self.s2 + (1 - self.share) * mix(weights.T, v))
            left = 1 / (1 + E * mix(weights, theta))
            q = mean(E * left)
            v = q / mean(left)
        return q.expand(shape)


def walsh_hadamard(x):
    """The orthonormal transform of each plane [B, C, H, W], its pixels in row order; its own
    inverse."""
    n, half, shape = x.shape[2] * x.shape[3], 1, x.shape
    x = x.flatten(2)
    while half < n:
        low, high = x.unflatten(2, (n // (2 * half), 2, half)).unbind(3)
        x = torch.stack([low + high, low - high], 3).flatten(2)
        half *= 2
    return x.reshape(shape) / n ** .5
