"""Linear operators A with everything EPS asks of one.

Images are [B, 3, H, W] in [-1, 1]; variances are tensors broadcastable to [B, 1, 1, 1]; s2 = sigma_y^2; S(v) = (I/v + A^T A/s2)^-1.
Each operator has: apply (A x), adjoint (A^T y), update(m, v, y) = E[x | y] for x ~ N(m, v I), in the form m + K (y - A m), which keeps its digits in f32 at
any noise level; pixel_variance(v) = diag S(v); band_variances(v) = the eight noise-geometry maps of S(v); and, masks aside, smooth_update(u, E, y) and
smooth_variance(E), the same for x ~ N(u, F^-1 E F), a stationary prior of spectrum E [B or 1, 1, H, W].
"""
import torch
import torch.nn.functional as F
from .fourier import alias_groups, fft, ifft, mean
from .noise_geometry import bands_of_spectrum, bands_of_variances, block_band_share

def randn(shape, like, generator=None):
    """White noise of like's device and type, drawn where the generator is: a seed on the CPU means the same noise on every device."""
    device = like.device if generator is None else generator.device
    return torch.randn(shape, generator=generator, device=device, dtype=like.dtype).to(like.device)


class Operator:
    measured = True

    def __init__(self, sigma_y):
        self.s2 = sigma_y ** 2

    def spectral(self, h, x):
        """h(A^T A) x, with h a function of the singular values of A (a tensor, or a number): what baselines that ask for A's singular
        value decomposition are written in. x [B, 3, H, W]."""
        raise NotImplementedError

    def measure(self, x, generator=None):
        """y = A x + sigma_y n."""
        y = self.apply(x)
        return y + torch.as_tensor(self.s2, device=x.device) ** .5 * randn(y.shape, x, generator)


class Nothing(Operator):
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


class Identity(Operator):
    """A = I: denoising."""

    def apply(self, x):
        return x

    adjoint = apply

    def spectral(self, h, x):
        return h(x.new_ones(1)) * x

    def _s(self, v):
        return v * self.s2 / (v + self.s2)

    def update(self, m, v, y):
        return m + v / (v + self.s2) * (y - m)

    def smooth_update(self, u, E, y):
        return u + ifft(E / (E + self.s2) * fft(y - u))

    def smooth_variance(self, E):
        return mean(E * self.s2 / (E + self.s2))

    def pixel_variance(self, v, shape):
        return self._s(v).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return self._s(v).expand(shape[0], 8, *shape[2:])


class Mask(Operator):
    """A = diag(m): m [B, 1, H, W] of zeros and ones, 1 = known; y is 0 where nothing is known."""

    def __init__(self, m, sigma_y):
        super().__init__(sigma_y)
        self.m = m

    def apply(self, x):
        return self.m * x

    adjoint = apply

    def spectral(self, h, x):
        return h(self.m) * x

    def measure(self, x, generator=None):
        return self.m * super().measure(x, generator)

    def _s(self, v):
        return v * self.s2 / (self.s2 + self.m * v)

    def update(self, m, v, y):
        return m + self.m * v / (self.s2 + v) * (y - m)

    def pixel_variance(self, v, shape):
        return self._s(v).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        u = bands_of_variances(self._s(v))
        return torch.cat([u, u], 1).expand(shape[0], 8, *shape[2:])


class BlockMean(Operator):
    """Mean of f x f blocks: super-resolution. A A^T = I / f^2. Sides are multiples of f."""

    def __init__(self, factor, sigma_y):
        super().__init__(sigma_y)
        self.f = factor

    def _repeat(self, y):
        return y.repeat_interleave(self.f, 2).repeat_interleave(self.f, 3)

    def _k(self, E):
        """A = keep every f-th pixel of F^-1 k F: y[i] is the mean of the block that starts at f i, a correlation with the box."""
        k = torch.zeros(E.shape[-2:], device=E.device, dtype=E.dtype)
        k[:self.f, :self.f] = 1 / self.f ** 2
        return fft(k).conj()

    def _data_variance(self, E, k):
        """Spectrum of s2 I + A E A^T on the coarse grid: [B or 1, 1, H/f, W/f]."""
        return self.s2 + alias_groups(k.abs() ** 2 * E, self.f) / self.f ** 2

    def apply(self, x):
        return F.avg_pool2d(x, self.f)

    def adjoint(self, y):
        return self._repeat(y) / self.f ** 2

    def spectral(self, h, x):
        """Singular value 1/f on block means, 0 on what is left within blocks."""
        inside, zero = h(x.new_tensor(1 / self.f)), h(x.new_zeros(1))
        return zero * x + (inside - zero) * self._repeat(self.apply(x))

    def _s(self, v):
        """Variance along the range of A^T."""
        return v * self.s2 * self.f ** 2 / (v + self.s2 * self.f ** 2)

    def update(self, m, v, y):
        return m + v / (self.f ** 2 * self.s2 + v) * self._repeat(y - self.apply(m))

    def smooth_update(self, u, E, y):
        k = self._k(E)
        r = fft(y - self.apply(u)) / self._data_variance(E, k)
        return u + ifft(E * k.conj() * r.repeat(1, 1, self.f, self.f))

    def smooth_variance(self, E):
        """Averaged over the f^2 phases within a block."""
        k = self._k(E)
        return mean(E - E * E * k.abs() ** 2 / (self.f ** 2 * self._data_variance(E, k)).repeat(1, 1, self.f, self.f))

    def pixel_variance(self, v, shape):
        return (v + (self._s(v) - v) / self.f ** 2).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        """The stationary part of S(v): v (1 - |k|^2 / (f^2 s2/v + sum of |k|^2 over an alias group)). Exact band means on the infinite grid."""
        u = (v + (self._s(v) - v) * block_band_share(self.f, v.device).to(v.dtype)).expand(shape[0], 4, *shape[2:])
        return torch.cat([u, u], 1)


class CircularConvolution(Operator):
    """A = F^-1 k F: k [B or 1, 1, H, W], the DFT of a kernel whose origin is at [0, 0]."""

    def __init__(self, spectrum, sigma_y):
        super().__init__(sigma_y)
        self.k, self.k2 = spectrum, spectrum.abs() ** 2

    def apply(self, x):
        return ifft(fft(x) * self.k)

    def adjoint(self, y):
        return ifft(fft(y) * self.k.conj())

    def spectral(self, h, x):
        return ifft(h(self.k2.sqrt()) * fft(x))

    def _s(self, E):
        return E * self.s2 / (self.s2 + E * self.k2)

    def update(self, m, v, y):
        """v [B, 1, 1, 1], or a spectrum."""
        M = fft(m)
        return m + ifft(v * self.k.conj() / (self.s2 + v * self.k2) * (fft(y) - self.k * M))

    smooth_update = update

    def smooth_variance(self, E):
        return mean(self._s(E))

    def pixel_variance(self, v, shape):
        return mean(self._s(v)).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        return bands_of_spectrum(self._s(v), shape)


class Grey(Operator):
    """A = mean over channels: colourisation. A A^T = 1/3."""

    def apply(self, x):
        return x.mean(1, keepdim=True)

    def adjoint(self, y):
        return (y / 3).expand(y.shape[0], 3, *y.shape[2:])

    def spectral(self, h, x):
        """Singular value 1/sqrt(3) on the mean of the channels, 0 on colour."""
        grey, zero = h(x.new_tensor(3 ** -.5)), h(x.new_zeros(1))
        return zero * x + (grey - zero) * self.apply(x)

    def _s(self, v):
        return 3 * v * self.s2 / (3 * self.s2 + v)

    def update(self, m, v, y):
        return m + v / (3 * self.s2 + v) * (y - self.apply(m))

    def smooth_update(self, u, E, y):
        return u + ifft(E / (3 * self.s2 + E) * fft(y - self.apply(u)))

    def smooth_variance(self, E):
        return (2 * mean(E) + mean(self._s(E))) / 3

    def pixel_variance(self, v, shape):
        return ((self._s(v) + 2 * v) / 3).expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        B, _, H, W = shape
        return torch.cat([self._s(v).expand(B, 4, H, W), v.expand(B, 4, H, W)], 1)
