"""What the method asks of a linear operator A, measured as y = A x + n, n ~ N(0, R).

x is a batch of images as planes on the prior's colour axes, [B, 3, H, W] (prior.py). Variances v
are [B or 1, 1 or 3, 1, 1]; R is s2 = sigma_y² where an operator does not say otherwise. With
S(v) = (I/v + A^T R^-1 A)^-1, each operator has

* apply(x) = A x and adjoint(y) = A^T y;
* update(m, v, y) = E[x | y] for x ~ N(m, v I) or, with a v for each axis, N(m, diag(v)), as
  m + K (y - A m), which keeps its digits in f32 at any noise level;
* pixel_variance(v, shape): p = diag S(v), [B, 3, H, W];
* band_variances(v, shape): the eight noise-geometry maps of S(v), [B, 8, H, W];
* estimate(prior, y, like): w0 = E[x | y] under the prior alone;
* posterior(prior, z, y, t2, w0): mean g and pixel variance q of x given z = x + tau n and y.
"""
import torch
from ..fourier import fft, ifft, mean


def randn(shape, like, generator=None):
    """White noise of like's device and type, drawn where the generator is: a seed on the CPU means
    the same noise on every device."""
    device = like.device if generator is None else generator.device
    white = torch.randn(shape, generator=generator, device=device, dtype=like.dtype)
    return white.to(like.device)


def both(luma, chroma=None):
    """Four maps of luma and four of chroma, the same where only one kind is given: [B, 8, H, W]."""
    return torch.cat([luma, luma if chroma is None else chroma], 1)


class Operator:
    measured = True

    def __init__(self, sigma_y):
        self.s2 = torch.as_tensor(sigma_y) ** 2

    def spectral(self, h, x):
        """h(A^T A) x, with h a function of the singular values of A (a tensor, or a number): what
        baselines that ask for A's singular value decomposition are written in."""
        raise NotImplementedError

    def measure(self, x, generator=None):
        """y = A x + n."""
        y = self.apply(x)
        return y + self.s2.to(y) ** .5 * randn(y.shape, x, generator)


class SpectralOperator(Operator):
    """Diagonal in the DFT, aliases aside, and acting on each colour axis by itself. It has
    smooth_update(u, E, y) and smooth_variance(E): update and mean pixel variance for x ~ N(u,
    F^-1 E F), a stationary prior of spectrum E [B or 1, 1 or 3, H, W]."""

    def estimate(self, prior, y, like):
        return self.smooth_update(torch.zeros_like(like),
                                  1 / prior.spectrum(*like.shape[2:], like), y)

    def posterior(self, prior, z, y, t2, w0):
        gain = 1 / (1 + t2 * prior.spectrum(*z.shape[2:], z))
        E, u = t2 * gain, ifft(fft(z) * gain)
        return self.smooth_update(u, E, y), self.smooth_variance(E).expand(z.shape)


class Nothing(SpectralOperator):
    """No measurement: S(v) = v I."""
    measured = False

    def __init__(self):
        pass

    def measure(self, x, generator=None):
        return None

    def update(self, m, v, y):
        return m

    smooth_update = update

    def smooth_variance(self, E):
        return mean(E)

    def pixel_variance(self, v, shape):
        return v.expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return v.expand(shape[0], 8, *shape[2:])
