"""Measurements of single pixels: holes, and noise that differs from pixel to pixel.

A = diag(c), c in {0, 1}, R = diag(r): y_i = x_i + n_i where c_i = 1, and 0 elsewhere. With the
precision n = c/r, S(v) = v/(1 + v n) pixel by pixel. The Gaussian posterior has no closed form:

    (Q + 1/t2 + n) g = z/t2 + n y         conjugate gradients with the diagonal J, from w0
    q <- 1 / (J - c_a² sum of the four neighbours' q)           sweeps from 1/J
"""
import torch
from ..noise_geometry import bands_of_variances
from ..prior import KAPPA2, OPPONENT, constant, mix, neighbours
from ..solvers import conjugate_gradients, inverted
from .base import Operator, both

W0_ITERATIONS, G_ITERATIONS, VARIANCE_SWEEPS = 25, 16, 16


class Mask(Operator):
    """m [B, 1, H, W] of zeros and ones, 1 = known; sigma_y [B or 1, 1, 1, 1], or [B or 1, 1, H, W]:
    a deviation for each pixel. The same on all channels."""

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
        return both(bands_of_variances(self._s(v))).expand(shape[0], 8, *shape[2:])

    def estimate(self, prior, y, like):
        data = self.m / self.s2
        right, diagonal = y / self.s2, _diagonal(prior, like) + data
        return conjugate_gradients(lambda x: prior.times(x) + data * x, right,
                                   lambda r: r / diagonal, right / diagonal, W0_ITERATIONS,
                                   prior.dot)

    def posterior(self, prior, z, y, t2, w0):
        data = self.m / self.s2 + 1 / t2
        diagonal, c = _diagonal(prior, z) + data, prior.per_axis(prior.precision, z)
        g = conjugate_gradients(lambda x: prior.times(x) + data * x, z / t2 + y / self.s2,
                                lambda r: r / diagonal, w0, G_ITERATIONS, prior.dot)
        q = 1 / diagonal
        for _ in range(VARIANCE_SWEEPS):
            q = 1 / (diagonal - c * c * neighbours(q))
        return g, q.expand(z.shape)


def _diagonal(prior, like):
    return prior.per_axis(prior.precision, like) * (KAPPA2 + 4)


class ChannelMask(Operator):
    """A mask, and noise, for each pixel of each channel: mosaics of a camera's sensor, channels
    that are clipped. m [B, 3, H, W], sigma_y [B or 1, 1 or 3, 1 or H, 1 or W] and y are in RGB.

    Channels do not coincide with the colour axes, so each pixel is a 3×3 system: with the
    precision N = U diag(m/r) U^T of the measurement and C = diag(c_a),
    J = C (kappa² + 4) + 1/t2 + N preconditions g, and the sweeps are
    V <- (J - sum of C V_j C over the neighbours j)^-1.
    """

    def __init__(self, m, sigma_y):
        super().__init__(sigma_y)
        self.m = m

    def _u(self, like):
        return constant(OPPONENT, like)

    def apply(self, x):
        return self.m * mix(self._u(x).T, x)

    def adjoint(self, y):
        return mix(self._u(y), self.m * y)

    def measure(self, x, generator=None):
        return self.m * super().measure(x, generator)

    @property
    def precision(self):
        return self.m / self.s2

    def update(self, m, v, y):
        residual = y - self.apply(m)
        if v.shape[1] == 1:
            return m + mix(self._u(m), self.m * v / (self.s2 + v) * residual)
        root, u = self.precision.sqrt(), self._u(m)
        data = torch.einsum('ac,baxy,ad->bxycd', u, v.expand(-1, 3, -1, -1), u)
        # With D = N^(1/2): K = V U D (D U^T V U D + I)^-1 D, which has no infinite r in it.
        root_last = root.movedim(1, -1)
        unit = torch.eye(3, device=m.device, dtype=m.dtype)
        system = root_last[..., :, None] * data * root_last[..., None, :] + unit
        r = torch.linalg.solve_ex(system, (root * residual).movedim(1, -1))[0]
        return m + v * mix(u, root * r.movedim(-1, 1))

    def _s(self, v):
        """In RGB, where it is diagonal."""
        return v * self.s2 / (self.s2 + self.m * v)

    def pixel_variance(self, v, shape):
        s = self._s(v).expand(shape[0], 3, *shape[2:])
        return mix(self._u(v) ** 2, s)

    def band_variances(self, v, shape):
        """The variances of the two chroma axes sum to twice the mean over channels: one map for
        both."""
        s = self._s(v).mean(1, keepdim=True)
        return both(bands_of_variances(s)).expand(shape[0], 8, *shape[2:])

    def _data(self, like):
        u = self._u(like)
        n = self.precision.expand(like.shape[0], 3, *like.shape[2:])
        return torch.einsum('ac,bcxy,dc->bxyad', u, n, u)

    def _system(self, prior, like, per_pixel):
        """(multiplication by Q + N + per_pixel, right side's data part of a y, J) as functions."""
        N = self._data(like)
        own = torch.diag_embed((_diagonal(prior, like) + per_pixel).expand(like.shape[0], 3, 1, 1)
                               .movedim(1, -1))
        times = lambda x: prior.times(x) + per_pixel * x + _per_pixel(N, x)
        return times, own + N

    def estimate(self, prior, y, like):
        times, J = self._system(prior, like, torch.zeros_like(like[:1, :1, :1, :1]))
        inverse, right = inverted(J), mix(self._u(y), self.precision * y)
        solve = lambda r: _per_pixel(inverse, r)
        return conjugate_gradients(times, right, solve, solve(right), W0_ITERATIONS, _one_dot)

    def posterior(self, prior, z, y, t2, w0):
        times, J = self._system(prior, z, 1 / t2)
        inverse, right = inverted(J), z / t2 + mix(self._u(y), self.precision * y)
        g = conjugate_gradients(times, right, lambda r: _per_pixel(inverse, r), w0, G_ITERATIONS,
                                _one_dot)
        c = prior.per_axis(prior.precision, z).expand(1, 3, 1, 1).reshape(3)
        both_sides, V = c[:, None] * c[None], inverse
        for _ in range(VARIANCE_SWEEPS):
            flat = V.flatten(-2).movedim(-1, 1)
            around = neighbours(flat).movedim(1, -1).unflatten(-1, (3, 3))
            V = inverted(J - both_sides * around)
        return g, V.diagonal(dim1=-2, dim2=-1).movedim(-1, 1)


def _per_pixel(matrices, x):
    """A 3×3 matrix for each pixel, [B, H, W, 3, 3], times x [B, 3, H, W]."""
    return torch.einsum('bxyij,bjxy->bixy', matrices, x)


def _one_dot(a, b):
    """The axes are coupled: one inner product for each image."""
    return (a * b).sum((1, 2, 3), keepdim=True)
