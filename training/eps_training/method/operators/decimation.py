"""Filter, then keep every f-th pixel of each side: bicubic reduction, and the mean of blocks.

A = D F^-1 k F on every axis, D keeping the pixels f i. Frequencies (a + i H/f, b + j W/f) alias
together: with P = s2 + (1/f²) sum of E |k|² over an alias group, the spectrum of s2 I + A E A^T on
the coarse grid,

    smooth_update(u, E, y) = u + F^-1 E conj(k) r,   r = (y - A u)^ / P, repeated over the group
    smooth_variance(E) = mean of E - E² |k|² / (f² P), an average over the phases within a block
"""
import torch
import torch.nn.functional as F
from ..fourier import alias_groups, fft, ifft, mean
from ..noise_geometry import bands_of_spectrum, block_band_share
from .base import SpectralOperator, both


class Decimation(SpectralOperator):
    """spectrum: k [1, 1, H, W]; factor f divides both sides of the images; sigma_y
    [B or 1, 1, 1, 1]."""

    def __init__(self, spectrum, factor, sigma_y):
        super().__init__(sigma_y)
        self.k, self.f = spectrum, factor

    def _k(self, like):
        return self.k

    def _repeat(self, spectrum):
        return spectrum.repeat(1, 1, self.f, self.f)

    def _data_variance(self, E, k):
        return self.s2 + alias_groups(k.abs() ** 2 * E, self.f) / self.f ** 2

    def apply(self, x):
        return ifft(fft(x) * self.k)[:, :, ::self.f, ::self.f]

    def adjoint(self, y):
        return ifft(self._repeat(fft(y)) * self.k.conj())

    def update(self, m, v, y):
        return self.smooth_update(m, v.expand(*v.shape[:2], *m.shape[2:]), y)

    def smooth_update(self, u, E, y):
        k = self._k(E)
        r = fft(y - self.apply(u)) / self._data_variance(E, k)
        return u + ifft(E * k.conj() * self._repeat(r))

    def _diagonal(self, E):
        """The stationary part of the posterior covariance: its spectrum averaged over phases. In
        f64: what a small s2 leaves of a large E is the difference of two numbers of E's size."""
        k, dtype = self._k(E), E.dtype
        E, power = E.double(), k.abs().double() ** 2
        data = self.s2 + alias_groups(power * E, self.f) / self.f ** 2
        return (E - E * E * power / (self.f ** 2 * self._repeat(data))).to(dtype)

    def smooth_variance(self, E):
        return mean(self._diagonal(E))

    def _flat(self, v, shape):
        return v.expand(v.shape[0], 1, *shape[2:])

    def pixel_variance(self, v, shape):
        return mean(self._diagonal(self._flat(v, shape))).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return both(bands_of_spectrum(self._diagonal(self._flat(v, shape)), shape))


class BlockMean(Decimation):
    """The mean of f×f blocks: A A^T = I/f², so that the white update needs no DFT."""

    def __init__(self, factor, sigma_y):
        super().__init__(None, factor, sigma_y)

    def _k(self, like):
        """y[i] is the mean of the block that starts at f i: a correlation with the box."""
        k = torch.zeros(like.shape[-2:], device=like.device, dtype=like.dtype)
        k[:self.f, :self.f] = 1 / self.f ** 2
        return fft(k).conj()

    def spread(self, y):
        """Each pixel of y over its block."""
        return y.repeat_interleave(self.f, 2).repeat_interleave(self.f, 3)

    def apply(self, x):
        return F.avg_pool2d(x, self.f)

    def adjoint(self, y):
        return self.spread(y) / self.f ** 2

    def spectral(self, h, x):
        """Singular value 1/f on block means, 0 on what is left within blocks."""
        inside, zero = h(x.new_tensor(1 / self.f)), h(x.new_zeros(1))
        return zero * x + (inside - zero) * self.spread(self.apply(x))

    def _s(self, v):
        """Variance along the range of A^T."""
        return v * self.s2 * self.f ** 2 / (v + self.s2 * self.f ** 2)

    def update(self, m, v, y):
        return m + v / (self.f ** 2 * self.s2 + v) * self.spread(y - self.apply(m))

    def pixel_variance(self, v, shape):
        return (v + (self._s(v) - v) / self.f ** 2).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        """Exact means over phases on the infinite grid."""
        share = block_band_share(self.f, v.device).to(v.dtype)
        return both((v + (self._s(v) - v) * share).expand(shape[0], 4, *shape[2:]))
