"""A hole whose texture comes from elsewhere: known pixels, and differences within the hole.

    y = (c x + n, D x + e)        c in {0, 1}, n ~ N(0, R); D x: differences to the right and lower
                                  neighbour of which one at least is in the hole, e ~ N(0, R_h)

What is copied from another place has the right texture and the wrong level, so its differences
count as measured: R_h is small within a copied region and large across its seams (method, "Holes
with an exemplar"). With N = c/R and N_h = 1/R_h, all that is asked is a system of one kind,

    update       m + d,    (1/v + N + D^T N_h D) d = N (y - m) + D^T N_h (y_h - D m)
    g (and w0)   (Q + 1/t2 + N + D^T N_h D) g = z/t2 + N y + D^T N_h y_h

pixels held by masses and tied by weights: Q adds c_a to every tie and c_a kappa² to every mass. It
is solved by multigrid (multigrid.py) to a fixed number of iterations; p, q and the maps are the
tree's (quadtree.py).

y is one tensor [B, 9, H, W]: three planes of pixels, three of differences to the right, three of
differences to the pixel below, with zeros where nothing is measured.
"""
import torch
from ..prior import KAPPA2
from .base import Operator, both, randn
from .multigrid import Multigrid
from .quadtree import pixel_and_band_variances, pixel_variances

# Errors in f32, the median of holes of 12 to 41 px (and the worst) at sigma_y 0.01 to 0.4: of w
# 1e-6 (2e-3) of s; of w0 and g 1e-5 (0.1) of sqrt(q); of mu* at tau = 80 2e-3 (0.5) of sqrt(p +
# s²), after the 8×8 averaging that the network sees it by. The worst has seams fifty times looser
# than copies.
ITERATIONS, W0_ITERATIONS, G_ITERATIONS = 8, 8, 6


def differences(x):
    """[B, C, H, W] -> those to the right [B, C, H, W] and below, 0 in the last column and row."""
    right, below = torch.zeros_like(x), torch.zeros_like(x)
    right[..., :-1] = x[..., 1:] - x[..., :-1]
    below[..., :-1, :] = x[..., 1:, :] - x[..., :-1, :]
    return right, below


def spread_differences(right, below):
    """`differences`' adjoint."""
    x = torch.zeros_like(right)
    x[..., 1:] += right[..., :-1]
    x[..., :-1] -= right[..., :-1]
    x[..., 1:, :] += below[..., :-1, :]
    x[..., :-1, :] -= below[..., :-1, :]
    return x


class GradientMask(Operator):
    """m [B, 1, H, W] of zeros and ones, 1 = known; sigma_y [B or 1, 1, 1, 1] or [B or 1, 1, H, W];
    right, below [B or 1, 1, H, W]: deviations of the differences to the right and lower neighbour,
    infinite where none is measured. The same on all axes."""

    def __init__(self, m, sigma_y, right, below):
        super().__init__(sigma_y)
        self.m, self._last = m, None
        touches = differences_touching(1 - m)
        self.measured_differences = [near * torch.isfinite(deviation)
                                     for near, deviation in zip(touches, (right, below))]
        self.deviations = [torch.where(on > 0, deviation, torch.ones_like(deviation))
                           for on, deviation in zip(self.measured_differences, (right, below))]

    def apply(self, x):
        planes = zip(self.measured_differences, differences(x))
        return torch.cat([self.m * x, *(on * d for on, d in planes)], 1)

    def adjoint(self, y):
        pixels, *planes = y.split(3, 1)
        on = (on * d for on, d in zip(self.measured_differences, planes))
        return self.m * pixels + spread_differences(*on)

    def measure(self, x, generator=None):
        y = self.apply(x)
        pixels, right, below = randn(y.shape, x, generator).split(3, 1)
        noise = [self.m * self.s2 ** .5 * pixels]
        for on, deviation, white in zip(self.measured_differences, self.deviations, (right, below)):
            noise.append(on * deviation * white)
        return y + torch.cat(noise, 1)

    @property
    def _precisions(self):
        """N, and N_h of the differences to the right and below."""
        return [self.m / self.s2, *(on / deviation ** 2 for on, deviation
                                    in zip(self.measured_differences, self.deviations))]

    def _weighted_adjoint(self, y):
        """A^T R^-1 y."""
        planes = [n * plane for n, plane in zip(self._precisions, y.split(3, 1))]
        return planes[0] + spread_differences(*planes[1:])

    def _system(self, mass, tie=0.):
        """(masses, ties to the right, ties below) of M with `mass` and `tie` beside the data's."""
        data, right, below = self._precisions
        return mass + data, tie + right[..., :-1], tie + below[..., :-1, :]

    def _smooth_system(self, prior, like, mass):
        c = prior.per_axis(prior.precision, like)
        return self._system(c * KAPPA2 + mass, c)

    def update(self, m, v, y):
        right = self._weighted_adjoint(y - self.apply(m))
        return m + Multigrid(*self._system(1 / v)).solve(right, None, ITERATIONS)

    def _white(self, v):
        """(p, maps). The last answer is kept, since its parts are asked for one after the other."""
        if self._last is None or self._last[0] is not v:
            self._last = v, pixel_and_band_variances(*self._system(1 / v))
        return self._last[1]

    def pixel_variance(self, v, shape):
        return self._white(v)[0].expand(shape[0], 3, *shape[2:])

    def band_variances(self, v, shape):
        bands = self._white(v)[1][:, :, 0].transpose(0, 1)
        return both(bands).expand(shape[0], 8, *shape[2:])

    def estimate(self, prior, y, like):
        system = Multigrid(*self._smooth_system(prior, like, 0.))
        return system.solve(self._weighted_adjoint(y), None, W0_ITERATIONS)

    def posterior(self, prior, z, y, t2, w0):
        system = self._smooth_system(prior, z, 1 / t2)
        right = z / t2 + self._weighted_adjoint(y)
        g = Multigrid(*system).solve(right, w0, G_ITERATIONS)
        return g, pixel_variances(*system).expand(z.shape)


def differences_touching(hole):
    """1 for each difference of which a pixel is in the hole: to the right, and below."""
    right, below = torch.zeros_like(hole), torch.zeros_like(hole)
    right[..., :-1] = torch.maximum(hole[..., 1:], hole[..., :-1])
    below[..., :-1, :] = torch.maximum(hole[..., 1:, :], hole[..., :-1, :])
    return right, below
