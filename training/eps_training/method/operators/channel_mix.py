"""One weighted sum of the colour channels, y = a^T x: grey photos, and luma by BT.601.

With a on the prior's axes and a variance v_b (or a spectrum) for each axis b,

    update(m, v, y) = m + v_b a_b (y - a^T m) / (s2 + sum of v_b a_b²)

An equal mean of the channels is luma/√3, so that in opponent axes colour is not touched at all.
"""
import torch
from ..fourier import fft, ifft, mean
from ..prior import OPPONENT, RGB, constant
from .base import SpectralOperator, both

EQUAL = (1 / 3, 1 / 3, 1 / 3)
BT601 = (.299, .587, .114)


class ChannelMix(SpectralOperator):
    """weights of red, green and blue; axes: the prior's."""

    def __init__(self, weights, sigma_y, axes=RGB):
        super().__init__(sigma_y)
        rotated = lambda rows: tuple(sum(u * w for u, w in zip(row, weights)) for row in rows)
        self.on_axes, self.on_opponent = rotated(axes), rotated(OPPONENT)

    def _a(self, like):
        return constant(self.on_axes, like).reshape(1, 3, 1, 1)

    def _power(self, E):
        """a^T diag(E) a, [., 1, ., .]."""
        return (E * self._a(E) ** 2).sum(1, keepdim=True)

    def apply(self, x):
        return (self._a(x) * x).sum(1, keepdim=True)

    def adjoint(self, y):
        return self._a(y) * y

    def spectral(self, h, x):
        """Singular value |a| on the sum, 0 on what it does not see."""
        a = self._a(x)
        norm2 = (a * a).sum()
        zero = h(x.new_zeros(1))
        return zero * x + (h(norm2.sqrt()) - zero) / norm2 * a * self.apply(x)

    def update(self, m, v, y):
        a = self._a(m)
        return m + v * a / (self.s2 + self._power(v)) * (y - self.apply(m))

    def smooth_update(self, u, E, y):
        E = E.expand(-1, 3, -1, -1)
        return u + ifft(E * self._a(u) / (self.s2 + self._power(E)) * fft(y - self.apply(u)))

    def smooth_variance(self, E):
        a2 = self._a(E) ** 2
        return mean(E - E * E * a2 / (self.s2 + self._power(E)))

    def _left(self, v, weights):
        """Variance that the measurement leaves along a direction with these (squared) weights."""
        return v - v * v * weights / (self.s2 + v * sum(a * a for a in self.on_axes))

    def pixel_variance(self, v, shape):
        return self._left(v, self._a(v) ** 2).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        l, r, g = (a * a for a in self.on_opponent)
        maps = lambda weight: self._left(v, weight).expand(shape[0], 4, *shape[2:])
        return both(maps(l), maps((r + g) / 2))


class Grey(ChannelMix):
    """A = mean of the channels: colourisation. A A^T = 1/3."""

    def __init__(self, sigma_y, axes=RGB):
        super().__init__(EQUAL, sigma_y, axes)
