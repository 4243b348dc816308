"""Grey JPEG: luma alone, of a photo whose colours are free.

    t = m_Y x,   y = T t + n

Under x ~ N(u, F^-1 E F), t has the spectrum E_t = sum of m_a² E_a over the axes, and the posterior
of t determines that of x: E[x | y] = u + E m_Y^T E_t^-1 (t^ - m_Y u). So only one plane is solved
for,

    (E_t^-1 + T^T (R + s² |m_Y|²)^-1 T) (t^ - m_Y u) = T^T (R + s² |m_Y|²)^-1 (y - A u)

by conjugate gradients preconditioned in the DCT. Solving for all three axes would lose the free
ones to rounding: they are a million times less certain.
"""
from ..fourier import fft, ifft, mean
from ..operators.base import SpectralOperator
from ..solvers import conjugate_gradients
from .dct import dct, idct, tiled
from .decimated import at_frequencies, on_grid
from .full import FullJpeg, image_dot


class GreyJpeg(FullJpeg):
    def __init__(self, tables, grain=None):
        super().__init__(tables, 'grey', grain)

    def _mY(self, like):
        return self.mixing(like).to(like).reshape(1, 3, 1, 1)

    def _plane_precision(self, like):
        """1/(R + s² |m_Y|²) [B or 1, 1, 8, 8] in f64."""
        return 1 / self._noise(like)[..., 0].movedim(-1, 1)

    def _spectrum(self, E):
        """E_t [B or 1, 1, H, W]."""
        return (E * self._mY(E) ** 2).sum(1, keepdim=True)

    def smooth_update(self, u, E, y):
        t, noise = self._spectrum(E), self._plane_precision(y)
        inverse = tiled((1 / (1 / at_frequencies(t) + noise)).to(y), y)
        weights = tiled(noise.to(y), y)
        right = idct(weights * (y - self.apply(u)))
        precondition = lambda r: idct(inverse * dct(r))
        times = lambda x: ifft(fft(x) / t) + idct(weights * dct(x))
        step = conjugate_gradients(times, right, precondition, precondition(right), self.iterations,
                                   image_dot)
        return u + ifft(E * self._mY(E) * fft(step) / t)

    def smooth_variance(self, E):
        """Of x given t exactly, and what the uncertainty of t adds; mean over phases."""
        E, like = E.double().expand(-1, 3, -1, -1), E
        parts = E * self._mY(E) ** 2
        t, noise = parts.sum(1, keepdim=True), self._plane_precision(like)
        S = on_grid(1 / (1 / at_frequencies(t) + noise), t.shape[2:])
        others = parts.roll(1, 1) + parts.roll(2, 1)
        return mean(E * others / t + E * parts * S / t ** 2).to(like.dtype)

    estimate, posterior = SpectralOperator.estimate, SpectralOperator.posterior
