"""JPEG with chroma at full resolution (4:4:4), and grey JPEG: everything is a 3×3 matrix for each
of the 64 frequencies.

    A x = T M' x            T the 8×8 DCT; y [B, 3 or 1, H, W], coefficients in place
    update(m, V, y) = m + T^T K (y - A m),   K = V M'^T (M' V M'^T + s² G + R)^-1
    S = (I/v + N)^-1,  N = M'^T (R + s² G)^-1 M'

s is the deviation of grain that was in the photo before it was compressed.
"""
import torch
from ..fourier import mean
from ..operators.base import Operator, both, randn
from ..prior import KAPPA2, mix
from ..solvers import conjugate_gradients, inverted
from .bands import band_maps
from .colour import SAMPLINGS, mixing, rounding_variance
from .dct import BLOCK, by_frequency, dct, idct, in_space, tiled


def laplacian(like):
    """The eigenvalues l_u + l_v of -Laplacian in a block with replicated borders, [8, 8]."""
    u = torch.arange(BLOCK, dtype=torch.float64, device=like.device)
    l = 4 * torch.sin(torch.pi * u / (2 * BLOCK)) ** 2
    return l[:, None] + l[None]


def diagonal(values):
    """[..., n] -> [..., n, n]."""
    return torch.diag_embed(values)


class BlockOperator(Operator):
    """What JPEG operators of all samplings share. Each provides `prior_information(own)`, the
    precision N that the measurement adds at each frequency, [B or 1, 8, 8, 3, 3] in f64;
    `weighted(y)` = A^T R^-1 y and `data_precision(x)` = A^T R^-1 A x; and `iterations`, those of
    the Gaussian posterior."""

    def __init__(self, tables, sampling, grain=None):
        """tables: (luma's, chroma's) in levels, [B or 1, 8, 8]; grain [B or 1, 1, 1, 1] or None."""
        self.cell, self.tables = SAMPLINGS[sampling], tables
        self.r = [rounding_variance(torch.as_tensor(table)) for table in tables]
        self.grain2 = None if grain is None else grain.double() ** 2

    def mixing(self, like):
        return mixing(self.rows, like.device)

    def before(self, like):
        """s² as [B or 1, 1, 1], 0 where there is no grain."""
        return (torch.zeros(1, 1, 1, device=like.device).double() if self.grain2 is None else
                self.grain2[:, 0])

    def noisy(self, x, generator):
        """x with its grain."""
        if self.grain2 is None:
            return x
        return x + self.grain2.to(x).sqrt() * randn(x.shape, x, generator)

    def posterior_matrices(self, own):
        """The posterior covariance at each frequency, [B, 8, 8, 3, 3] in f64, under a prior whose
        precision at eigenvalues l [8, 8] of -Laplacian is own(l) [B or 1, 8, 8, 3, 3]."""
        return inverted(own(laplacian(self.r[0])) + self.prior_information(own))

    def pixel_variance(self, v, shape):
        S = self.posterior_matrices(white(v)).diagonal(dim1=-2, dim2=-1).permute(0, 3, 1, 2)
        block = in_space(S).to(v)
        return self._over(block, shape, 3)

    def band_variances(self, v, shape):
        S = self.posterior_matrices(white(v))
        on_axes = S.diagonal(dim1=-2, dim2=-1).permute(0, 3, 1, 2)
        maps = both(band_maps(on_axes[:, 0]), band_maps(on_axes[:, 1:].mean(1))).to(v)
        return self._over(maps, shape, 8)

    def _over(self, block, shape, channels):
        """One block's values at every pixel: sides may end within a block."""
        B, _, H, W = shape
        tall = -(-H // BLOCK), -(-W // BLOCK)
        return block.repeat(1, 1, *tall)[:, :, :H, :W].expand(B, channels, H, W)

    def _solve(self, prior, right, per_pixel):
        """(Q + per_pixel + A^T R^-1 A)^-1 right, preconditioned by the inverse of its 64 matrices
        in the DCT; started from that inverse applied to the right side."""
        inverse = self.posterior_matrices(self._own(prior, right, per_pixel)).to(right)
        precondition = lambda r: idct(by_frequency(inverse, dct(r)))
        times = lambda x: prior.times(x) + per_pixel * x + self.data_precision(x)
        return conjugate_gradients(times, right, precondition, precondition(right), self.iterations,
                                   image_dot)

    def _own(self, prior, like, per_pixel):
        """The prior's precision at eigenvalues of the Laplacian, [8, 8] -> [B or 1, 8, 8, 3, 3]."""
        c = prior.per_axis(prior.precision, like).double().expand(1, 3, 1, 1).reshape(3)
        return lambda l: diagonal(c * (KAPPA2 + l[..., None]) + per_pixel.double())

    def _whole(self, prior, z, t2):
        """The same with blocks that are not isolated: at u = v = 0, which an isolated block would
        hardly constrain, the variance is what the other frequencies leave of the prior's pixel
        variance given z."""
        own, variance = self._own(prior, z, 1 / t2), 1 / (prior.spectrum(*z.shape[2:], z) + 1 / t2)
        pixel = mean(variance).double().expand(-1, 3, -1, -1).reshape(-1, 3)
        within = 1 / own(laplacian(z)).diagonal(dim1=-2, dim2=-1)
        left = BLOCK ** 2 * pixel - within.sum((1, 2)) + within[:, 0, 0]
        level = 1 / left.clamp(within[:, 0, 1], within[:, 0, 0])

        def precision(l):
            flat = (l == 0)[..., None, None].to(z.device)
            return torch.where(flat, diagonal(level)[:, None, None], own(l))
        return precision

    def estimate(self, prior, y, like):
        return self._solve(prior, self.weighted(y), torch.zeros_like(like[:1, :1, :1, :1]))

    def posterior(self, prior, z, y, t2, w0):
        g = self._solve(prior, z / t2 + self.weighted(y), 1 / t2)
        S = self.posterior_matrices(self._whole(prior, z, t2))
        q = in_space(S.diagonal(dim1=-2, dim2=-1).permute(0, 3, 1, 2)).to(z)
        return g, self._over(q, z.shape, 3)


def white(v):
    """The precision of N(m, v I), v [B or 1, 1, 1, 1], as a function of the Laplacian's
    eigenvalues."""
    return lambda l: (torch.eye(3, dtype=torch.float64, device=v.device) / v.double()[..., None]
                      ).expand(-1, BLOCK, BLOCK, -1, -1)


def image_dot(a, b):
    """The axes are coupled: one inner product for each image."""
    return (a * b).sum((1, 2, 3), keepdim=True)


class FullJpeg(BlockOperator):
    iterations = 3

    def __init__(self, tables, sampling='4:4:4', grain=None):
        super().__init__(tables, sampling, grain)
        self.rows = 1 if self.cell is None else 3

    def _r(self, like):
        """R's diagonal at each frequency, [B or 1, 8, 8, rows]."""
        luma, chroma = (r.to(like.device) for r in self.r)
        return torch.stack(torch.broadcast_tensors(luma, chroma, chroma)[:self.rows], -1)

    def _noise(self, like):
        """R + s² G [B or 1, 8, 8, rows, rows]."""
        m = self.mixing(like)
        return diagonal(self._r(like)) + self.before(like)[..., None, None] * (m @ m.T)

    def prior_information(self, own):
        """The same whatever the prior."""
        return self.information(self.r[0])

    def information(self, like):
        m = self.mixing(like)
        return m.T @ inverted(self._noise(like)) @ m

    def apply(self, x):
        return dct(mix(self.mixing(x).to(x), x))

    def adjoint(self, y):
        return mix(self.mixing(y).T.to(y), idct(y))

    def measure(self, x, generator=None):
        y = self.apply(self.noisy(x, generator))
        r = tiled(self._r(x).permute(0, 3, 1, 2).to(x), y)
        return y + r.sqrt() * randn(y.shape, y, generator)

    def update(self, m, v, y):
        M, V = self.mixing(m), v.double().expand(-1, 3, -1, -1).reshape(-1, 1, 1, 3)
        data = (M * V[..., None, :]) @ M.T + self._noise(m)
        K = (V[..., None] * M.T) @ inverted(data)
        return m + idct(by_frequency(K.to(m), y - self.apply(m)))

    def weighted(self, y):
        """A^T R^-1 y, grain included."""
        m = self.mixing(y)
        return idct(by_frequency((m.T @ inverted(self._noise(y))).to(y), y))

    def data_precision(self, x):
        return idct(by_frequency(self.information(x).to(x), dct(x)))
