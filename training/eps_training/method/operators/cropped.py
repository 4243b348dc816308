"""A blurred photo whose surroundings nobody measured: A = C K, a crop after circular convolution.

x lives on the torus of photo and frame; y has x's shape and is 0 on the frame. The noise is the
crop's part of F^-1 R F, R white or a spectrum. With D = R + E |k|² in the DFT and I the crop,

    update(u, E, y) = u + E K^T r,    D_II r = (y - A u)_I          frame.py, fixed iterations

f32 does not hold D's range where v/R reaches 6e7: D has FLOOR eps mean(E) added to it, which is
nothing in f64. A second pass over the residual y - A x - R r takes that addition back. Of the
pivot, whose variance is large, one pass is made.

p, the maps and q are those of the whole convolution, and what the frame's pixels, with m the crop's
mask, leave unknown beyond that: with h = F^-1[E conj(k) / sqrt(D)], whose energy is the variance
that the whole convolution removes,

    Var[(f * n)(i)] = mean of |f|² (E - E² |k|²/D)  +  (|f * h|² * (1 - m))(i)

for f of unit energy. It is exact where everything or nothing is measured. In between it stands for
the exact second term G_F (P_FF)^-1 G_F^T, P = 1/D and G = F^-1 E conj(k) P F, with sqrt(P) taken
out of both sides as if it commuted with the frame. Against draws: 0.9 to 1.3 of the truth at tau <=
1, 1 to 1.7 in the frame at tau = 80; but only 0.2 to 0.5 in the middle there, where a kernel's
zeros let ignorance of the frame spread over all of the photo.
"""
from functools import lru_cache
import torch
from ..fourier import fft, mean
from ..noise_geometry import BOXES, band_filters
from .base import SpectralOperator, both
from .convolution import CircularConvolution
from .frame import FrameSystem, filtered

# Of each pass. Errors in f32 at sigma_y = 0.01, the median of kernels and frames (and the worst):
# of w 2e-3 (4e-3) of s; of w0 and g 2e-3 (4e-2) of sqrt(q); of mu* at tau = 80 0.02 (0.2) of
# sqrt(p + s²), after the 8×8 averaging that the network sees it by. At 0.1 all are below 1e-3 but
# mu*.
ITERATIONS = {'update': (12,), 'smooth_update': (6, 6)}
FLOOR = 64


class CroppedConvolution(SpectralOperator):
    """spectrum k and sigma_y [B or 1, ...]: as CircularConvolution's, on the torus. frame ((top,
    bottom), (left, right)): pixels that were not measured, each above 0; together at least twice
    what the kernel reaches, since the torus is closed."""

    def __init__(self, spectrum, frame, sigma_y):
        super().__init__(sigma_y)
        self.whole, self.frame, self.k = CircularConvolution(spectrum, sigma_y), frame, spectrum

    def crop(self, x):
        """x with zeros on the frame."""
        (top, bottom), (left, right) = self.frame
        H, W = x.shape[2:]
        inside = torch.zeros_like(x)
        inside[:, :, top:H - bottom, left:W - right] = x[:, :, top:H - bottom, left:W - right]
        return inside

    def apply(self, x):
        return self.crop(filtered(x, self.k))

    def adjoint(self, y):
        return filtered(self.crop(y), self.k.conj())

    def measure(self, x, generator=None):
        return self.crop(self.whole.measure(x, generator))

    def _noise(self, r):
        """R r."""
        return self.s2 * r if self.s2.shape[-1] == 1 else self.crop(filtered(r, self.s2))

    def _solve(self, u, E, y, passes):
        E = E.expand(*E.shape[:2], *u.shape[2:])
        floor = FLOOR * torch.finfo(E.dtype).eps * mean(E)
        system = FrameSystem(self.s2 + floor + E * self.whole.k2, self.frame)
        x, r, gain = u, torch.zeros_like(u), E * self.k.conj()
        for iterations in passes:
            step = system.solve(y - self.apply(x) - self._noise(r), iterations)
            x, r = x + filtered(step, gain), r + step
        return x

    def update(self, m, v, y):
        return self._solve(m, v, y, ITERATIONS['update'])

    def smooth_update(self, u, E, y):
        return self._solve(u, E, y, ITERATIONS['smooth_update'])

    def _unknown(self, E, R, filters=1):
        """The frame's part of Var[f * n] under noise R: a plane for each axis of E and R, or for
        each of `filters`, spectra of which each belongs to one axis."""
        h = E * self.k.conj() / (R + E * self.whole.k2).sqrt() * filters
        energy = torch.fft.irfft2(h[..., :h.shape[-1] // 2 + 1], s=h.shape[-2:]) ** 2
        frame = torch.ones_like(energy[:1, :1])
        return filtered(energy, fft(frame - self.crop(frame))).clamp_min(0)

    def pixel_variance(self, v, shape):
        return self.whole.pixel_variance(v, shape) + self._unknown(v, self.s2)

    def band_variances(self, v, shape):
        filters = band_spectra(*shape[2:], v.device).to(v.dtype)
        axes = [self._unknown(v, R, filters) for R in self.s2.split(1, 1)]
        unknown = both(axes[0], axes[0] if len(axes) == 1 else (axes[1] + axes[2]) / 2)
        return self.whole.band_variances(v, shape) + unknown

    def smooth_variance(self, E):
        return self.whole.smooth_variance(E) + self._unknown(E, self.s2)


@lru_cache(maxsize=16)
def band_spectra(H, W, device):
    """The DFT of the band filters, centred on [0, 0] and of unit energy: real, [1, 4, H, W]."""
    widest = BOXES[-1]
    planes = torch.zeros(1, 4, H, W, dtype=torch.float64)
    planes[0, :, :widest, :widest] = band_filters()
    planes /= (planes ** 2).sum((2, 3), keepdim=True).sqrt()
    return fft(torch.roll(planes, (-(widest // 2),) * 2, (2, 3))).real.to(device)
