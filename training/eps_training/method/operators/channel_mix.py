"""One weighted sum of the colour channels, y = a^T x: grey photos, and luma by BT.601.

With a on the colour axes and a variance v_b (or a spectrum) for each axis b,

    update(m, v, y) = m + v_b a_b (y - a^T m) / (s2 + sum of v_b a_b²)

An equal mean of the channels is luma/√3, so that colour is not touched at all.
"""
import torch
from ..fourier import fft, ifft, mean
from ..prior import OPPONENT, constant
from .base import SpectralOperator, both

EQUAL = (1 / 3, 1 / 3, 1 / 3)
BT601 = (.299, .587, .114)


class ChannelMix(SpectralOperator):
    """weights of red, green and blue."""

    def __init__(self, weights, sigma_y):
        super().__init__(sigma_y)
        self.on_axes = tuple(sum(u * w for u, w in zip(row, weights)) for row in OPPONENT)
        self.norm2 = sum(w * w for w in weights)

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
        """E_b (s2 + the other axes' E_c a_c²) / (s2 + all axes'): written as a difference it would
        lose E's digits."""
        parts = E.expand(-1, 3, -1, -1) * self._a(E) ** 2
        others = parts.roll(1, 1) + parts.roll(2, 1)
        return mean(E * (self.s2 + others) / (self.s2 + self._power(E)))

    def _left(self, v, along):
        """Variance that the measurement leaves on unit directions d whose d^T a are `along`, a mean
        over them: computed from the part of a that is orthogonal to d, not as a difference, which
        would lose its digits."""
        beside = sum(max(0., self.norm2 - a * a) for a in along) / len(along)
        return v * (self.s2 + v * beside) / (self.s2 + v * self.norm2)

    def pixel_variance(self, v, shape):
        axes = [self._left(v, (a,)) for a in self.on_axes]
        return torch.cat(axes, 1).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        maps = lambda along: self._left(v, along).expand(shape[0], 4, *shape[2:])
        return both(maps(self.on_axes[:1]), maps(self.on_axes[1:]))


class Grey(ChannelMix):
    """A = mean of the channels: colourisation. A A^T = 1/3."""

    def __init__(self, sigma_y):
        super().__init__(EQUAL, sigma_y)
