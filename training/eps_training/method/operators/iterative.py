"""Any linear A of which apply and adjoint are known, by conjugate gradients in data space.

For x ~ N(u, G), G = diag(v) for each axis or stationary of spectrum E, and R diagonal,

    update(u, G, y) = u + G A^T r,      (R + A G A^T) r = y - A u

to a fixed number of iterations, so that nothing has to be read back from the device. They are made
in passes, each from the residual y - A x - R r seen through the image, whose terms stay small where
r itself is large: in f32 a pass gains the digits that the last one rounded away.

What a measurement leaves has no closed form either. For x ~ N(0, G) and y = A x + e the error
n = x - update(0, G, y) has exactly the covariance of the posterior (Matheron): p, q and the maps
are averages of squares of n and of f_k * n over a few draws and a window. Draws come from a
generator of their own, the same at each call, so that the answer depends on the question alone.
"""
import torch
import torch.nn.functional as F
from ..fourier import fft, ifft
from ..noise_geometry import BOXES, box_mean
from ..solvers import conjugate_gradients
from .base import SpectralOperator, both, randn

ITERATIONS = (80, 40)           # of each pass
DRAW_ITERATIONS = (40,)         # draws are noise themselves
DRAWS, WINDOW, SEED = 4, 15, 20


class IterativeOperator(SpectralOperator):
    """A subclass gives apply and adjoint. sigma_y broadcasts to y, [B or 1, ...]; draws:
    how many for p, q and the maps, [B, 3, H, W] each."""

    def __init__(self, sigma_y, draws=DRAWS):
        super().__init__(sigma_y)
        self.draws = draws
        self._last = None

    def _precondition(self, E):
        """r -> near (R + A G A^T)^-1 r, symmetric and positive. Rows of A have norms about 1 here,
        and R may differ among them."""
        scale = 1 / (self.s2 + E.mean((1, 2, 3), keepdim=True))
        return lambda r: r * scale

    def _dot(self, a, b):
        """One number for each image: A may couple its axes."""
        return (a * b).flatten(1).sum(1).reshape(-1, *[1] * (a.ndim - 1))

    def _spread(self, E, x):
        """G x."""
        return E * x if E.shape[-1] == 1 else ifft(E * fft(x))

    def _solve(self, u, E, y, passes):
        precondition = self._precondition(E)
        multiply = lambda r: self.apply(self._spread(E, self.adjoint(r))) + self.s2 * r
        x, r = u, torch.zeros_like(y)
        for iterations in passes:
            left = y - self.apply(x) - self.s2 * r
            step = conjugate_gradients(multiply, left, precondition, torch.zeros_like(left),
                                       iterations, self._dot)
            x, r = x + self._spread(E, self.adjoint(step)), r + step
        return x

    def smooth_update(self, u, E, y):
        return self._solve(u, E, y, ITERATIONS)

    def update(self, m, v, y):
        return self._solve(m, v, y, ITERATIONS)

    def _errors(self, E, shape):
        """Draws of n, [B, 3, H, W] each."""
        generator = torch.Generator().manual_seed(SEED)
        zero = torch.zeros(shape, device=E.device, dtype=E.dtype)
        for _ in range(self.draws):
            x = self._spread(E.sqrt(), randn(shape, zero, generator))
            yield x - self._solve(zero, E, self.measure(x, generator), DRAW_ITERATIONS)

    def _white(self, v, shape):
        """(p, maps). The last answer is kept, since its parts are asked for one after the other."""
        if self._last is None or self._last[0] is not v or self._last[1] != shape:
            self._last = v, shape, self._averages(v, shape)
        return self._last[2]

    def _averages(self, v, shape):
        """The variances of the two chroma axes are averaged."""
        pixels = bands = 0
        for n in self._errors(v, shape):
            pixels = pixels + n ** 2 / self.draws
            bands = bands + band_responses(n) ** 2 / self.draws
        luma, red_blue, green = smooth(bands).unflatten(1, (3, 4)).unbind(1)
        return smooth(pixels), both(luma, (red_blue + green) / 2)

    def pixel_variance(self, v, shape):
        return self._white(v, shape)[0]

    def band_variances(self, v, shape):
        return self._white(v, shape)[1]

    def smooth_variance(self, E, shape):
        """Of each pixel, unlike a SpectralOperator's."""
        return smooth(sum(n ** 2 for n in self._errors(E, shape)) / self.draws)

    def posterior(self, prior, z, y, t2, w0):
        gain = 1 / (1 + t2 * prior.spectrum(*z.shape[2:], z))
        E, u = t2 * gain, ifft(fft(z) * gain)
        return self.smooth_update(u, E, y), self.smooth_variance(E, z.shape)


def smooth(x):
    """Each plane's mean over WINDOW × WINDOW pixels, borders reflected without repeating the
    edge."""
    padded = F.pad(x, (WINDOW // 2,) * 4, mode='reflect')
    return box_mean(padded, WINDOW)


def band_responses(x):
    """f_k * x over ||f_k|| for each plane, borders reflected: [B, C, H, W] -> [B, 4 C, H, W], the
    four bands of a plane in turn."""
    planes, reach = x.flatten(0, 1)[:, None], BOXES[-1] // 2
    padded = F.pad(planes, (reach,) * 4, mode='reflect')
    H, W = x.shape[2:]
    means = []
    for side in BOXES:
        cut = reach - side // 2
        means.append(box_mean(padded[:, :, cut:cut + H + side - 1, cut:cut + W + side - 1], side))
    norms = [(1 / a ** 2 - 1 / b ** 2) ** .5 for a, b in zip(BOXES, BOXES[1:])] + [1 / BOXES[-1]]
    bands = [a - b for a, b in zip(means, means[1:])] + means[-1:]
    scaled = torch.cat([band / norm for band, norm in zip(bands, norms)], 1)
    return scaled.reshape(x.shape[0], -1, H, W)
