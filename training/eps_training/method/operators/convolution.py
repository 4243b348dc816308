"""Identity and circular convolution, under noise that is white or has a spectrum R(w).

A = F^-1 k F on every axis, R = F^-1 R(w) F. Everything is diagonal in the DFT:

    update(m, v, y) = m + v conj(k) (y - k m) / (R + v |k|²)        S(v) = v R / (R + v |k|²)
"""
from ..fourier import fft, ifft, mean
from ..noise_geometry import bands_of_spectrum
from .base import SpectralOperator, both, randn


class CircularConvolution(SpectralOperator):
    """spectrum: k [B or 1, 1, H, W], the DFT of a kernel whose origin is at [0, 0]. sigma_y: a
    deviation [B or 1, 1, 1, 1], or its spectrum [B or 1, 1 or 3, H, W], one for each axis."""

    def __init__(self, spectrum, sigma_y):
        super().__init__(sigma_y)
        self.k, self.k2 = spectrum, spectrum.abs() ** 2

    def apply(self, x):
        return ifft(fft(x) * self.k)

    def adjoint(self, y):
        return ifft(fft(y) * self.k.conj())

    def spectral(self, h, x):
        return ifft(h(self.k2.sqrt()) * fft(x))

    def measure(self, x, generator=None):
        return self.apply(x) + coloured(self.s2, x, generator)

    def _s(self, E):
        return E * self.s2 / (self.s2 + E * self.k2)

    def update(self, m, v, y):
        """v [B, 1 or 3, 1, 1], or a spectrum."""
        M = fft(m)
        return m + ifft(v * self.k.conj() / (self.s2 + v * self.k2) * (fft(y) - self.k * M))

    smooth_update = update

    def smooth_variance(self, E):
        return mean(self._s(E))

    def pixel_variance(self, v, shape):
        return mean(self._s(v)).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return bands_of_axes(self._s(v), shape)


class Identity(SpectralOperator):
    """A = I: denoising. Closed forms in space where the noise is white."""

    def apply(self, x):
        return x

    adjoint = apply

    def spectral(self, h, x):
        return h(x.new_ones(1)) * x

    def measure(self, x, generator=None):
        return x + coloured(self.s2, x, generator)

    @property
    def white(self):
        return self.s2.ndim == 0 or self.s2.shape[-1] == 1

    def _s(self, v):
        return v * self.s2 / (v + self.s2)

    def update(self, m, v, y):
        if self.white:
            return m + v / (v + self.s2) * (y - m)
        return self.smooth_update(m, v, y)

    def smooth_update(self, u, E, y):
        return u + ifft(E / (E + self.s2) * fft(y - u))

    def smooth_variance(self, E):
        return mean(E * self.s2 / (E + self.s2))

    def pixel_variance(self, v, shape):
        return (self._s(v) if self.white else mean(self._s(v))).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        if self.white:
            return self._s(v).expand(shape[0], 8, *shape[2:])
        return bands_of_axes(self._s(v), shape)


def coloured(variance, like, generator=None):
    """A draw of N(0, R) of like's shape: R a variance [B or 1, 1, 1, 1], or a spectrum."""
    white, deviation = randn(like.shape, like, generator), variance.to(like) ** .5
    if deviation.ndim == 0 or deviation.shape[-1] == 1:
        return deviation * white
    return ifft(deviation * fft(white))


def bands_of_axes(eigenvalues, shape):
    """Eight constant maps of a covariance that is diagonal in the DFT: eigenvalues
    [B or 1, 1, H, W], the same on all axes, or [B or 1, 3, H, W], one for each opponent axis."""
    luma = bands_of_spectrum(eigenvalues[:, :1], shape)
    if eigenvalues.shape[1] == 1:
        return both(luma)
    return both(luma, bands_of_spectrum(eigenvalues[:, 1:].mean(1, keepdim=True), shape))
