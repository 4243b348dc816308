"""A photo that was made smaller, then saved as a JPEG: y = J D x + n.

b = D x, the small photo, is all that y depends on. Under x ~ N(u, F^-1 E F) it is Gaussian with
spectrum E_b = (1/f²) sum of |k|² E over an alias group, so that

    b^ = E[b | y],          E[x | y] = u + E D^T E_b^-1 (b^ - D u)

exactly. A mean of blocks under white noise has E_b = v/f²: b^ is the small JPEG's own update. All
else solves (E_b^-1 + A^T R^-1 A) (b^ - D u) = A^T R^-1 (y - A D u) on the small grid by conjugate
gradients with E_b in the DCT beside the JPEG's own information. That system is ill conditioned
where halved chroma leaves directions to a wide prior, so the update there works on coefficients,

    (A (E_b + s²) A^T + R) r = y - A D u,        b^ - D u = E_b A^T r

preconditioned by the small JPEG's own inverse at the mean of E_b: within 1e-4 at any v.

Maps and q: with S the posterior spectrum of b, that of x has the spectrum

    E - E² |k|² / (f² E_b) + E² |k|² S / (f² E_b²)

averaged over the phases of small pixels and blocks.
"""
import torch
from ..fourier import alias_groups, fft, ifft, mean
from ..operators.base import SpectralOperator
from ..operators.convolution import bands_of_axes
from ..operators.decimation import BlockMean
from ..solvers import conjugate_gradients
from .dct import BLOCK, by_frequency, dct, idct
from .full import diagonal, image_dot
from .subsampled import Coefficients, SubsampledJpeg, dot

UPDATE_ITERATIONS = 12


class DecimatedJpeg(SpectralOperator):
    """decimation: a Decimation, whose noise is not used; jpeg: the operator of the small photo."""

    def __init__(self, decimation, jpeg):
        self.decimation, self.jpeg = decimation, jpeg

    def apply(self, x):
        return self.jpeg.apply(self.decimation.apply(x))

    def adjoint(self, y):
        return self.decimation.adjoint(self.jpeg.adjoint(y))

    def measure(self, x, generator=None):
        return self.jpeg.measure(self.decimation.apply(x), generator)

    def _power(self, E):
        return self.decimation._k(E).abs() ** 2

    def _small(self, E):
        """E_b [B or 1, 1 or 3, H/f, W/f]."""
        return alias_groups(self._power(E) * E, self.decimation.f) / self.decimation.f ** 2

    def _spread(self, u, E, small, step):
        """u + E D^T E_b^-1 step."""
        k = self.decimation._k(E)
        spectrum = self.decimation._repeat(fft(step) / small)
        return u + ifft(E * k.conj() * spectrum)

    def _step(self, u, E, y):
        """b^ - D u."""
        small, b = self._small(E), self.decimation.apply(u)
        right = self.jpeg.weighted(y - self.jpeg.apply(b))
        own = diagonal((1 / at_frequencies(small)).movedim(1, -1).expand(-1, -1, -1, 3))
        inverse = self.jpeg.posterior_matrices(lambda l: own).to(u)
        precondition = lambda r: idct(by_frequency(inverse, dct(r)))
        times = lambda x: ifft(fft(x) / small) + self.jpeg.data_precision(x)
        return conjugate_gradients(times, right, precondition, precondition(right),
                                   self.jpeg.iterations, image_dot)

    def _step_from_coefficients(self, u, E, y):
        """b^ - D u where chroma is halved, whatever the size of E."""
        small, jpeg = self._small(E), self.jpeg
        R, grain = jpeg._r(y), jpeg.before(u).to(u)[..., None]

        def multiply(p):
            seen = jpeg.apply(ifft(fft(jpeg.adjoint(p)) * (small + grain)))
            return seen + Coefficients(R.luma * p.luma, R.chroma * p.chroma)
        residual = y - jpeg.apply(self.decimation.apply(u))
        precondition = jpeg.decoupled(jpeg._coupling(mean(small)), u)
        r = conjugate_gradients(multiply, residual, precondition, 0. * residual,
                                UPDATE_ITERATIONS, dot)
        return ifft(fft(jpeg.adjoint(r)) * small)

    def smooth_update(self, u, E, y):
        return self._spread(u, E, self._small(E), self._step(u, E, y))

    def update(self, m, v, y):
        if isinstance(self.decimation, BlockMean):
            small = self.decimation.apply(m)
            step = self.jpeg.update(small, v / self.decimation.f ** 2, y) - small
            return m + self.decimation.spread(step)
        E = v.expand(*v.shape[:2], *m.shape[2:])
        if isinstance(self.jpeg, SubsampledJpeg):
            return self._spread(m, E, self._small(E), self._step_from_coefficients(m, E, y))
        return self.smooth_update(m, E, y)

    def _diagonal(self, E):
        """The posterior covariance of x as a spectrum, [B, 3, H, W]; in f64, like that of a
        Decimation."""
        dtype, E = E.dtype, E.double()
        small, power = self._small(E), self._power(E)
        own = diagonal((1 / at_frequencies(small)).movedim(1, -1).expand(-1, -1, -1, 3))
        S = self.jpeg.posterior_matrices(lambda l: own).diagonal(dim1=-2, dim2=-1)
        S = on_grid(S.movedim(-1, 1).to(E), small.shape[2:])
        weight = self.decimation._repeat((S / small - 1) / small) / self.decimation.f ** 2
        return (E + E * E * power * weight).to(dtype)

    def _flat(self, v, shape):
        return v.expand(v.shape[0], 1, *shape[2:])

    def pixel_variance(self, v, shape):
        return mean(self._diagonal(self._flat(v, shape))).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return bands_of_axes(self._diagonal(self._flat(v, shape)), shape)

    def smooth_variance(self, E):
        return mean(self._diagonal(E))


def at_frequencies(spectrum):
    """A spectrum [B, C, h, w] at the frequencies pi (u, v)/8 of a block, [B, C, 8, 8] in f64: the
    nearest bin."""
    h, w = spectrum.shape[2:]
    bins = lambda n: [round(u * n / (2 * BLOCK)) for u in range(BLOCK)]
    return spectrum[:, :, bins(h)][:, :, :, bins(w)].double()


def on_grid(block, size):
    """Values at a block's frequencies [B, C, 8, 8] -> at those of a DFT [B, C, h, w]: the
    nearest."""
    def nearest(n):
        f = torch.fft.fftfreq(n, dtype=torch.float64).abs() * 2 * BLOCK
        return f.round().clamp_max(BLOCK - 1).long().to(block.device)
    return block[:, :, nearest(size[0])][:, :, :, nearest(size[1])]
