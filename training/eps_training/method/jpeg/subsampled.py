"""JPEG with chroma at half the resolution: 4:2:0 and 4:2:2.

    A x = (T m_Y x, T B m_C x)          B: the mean over cells of fv × fh pixels

Luma and chroma are coupled, so that the update is a system in the coefficients,

    ((V + s²) A A^T + R) r = y - A m,       update = m + V A^T r

solved by UPDATE_ITERATIONS of conjugate gradients. Without its coupling the system is closed at
each frequency, and that preconditions it: a condition number of at most 3.03 for every v, table
and sampling.
"""
from dataclasses import dataclass
import math
import torch
import torch.nn.functional as F
from ..operators.base import randn
from ..prior import mix
from ..solvers import conjugate_gradients, inverted
from .dct import BLOCK, by_frequency, dct, idct, tiled
from .full import BlockOperator

UPDATE_ITERATIONS = 8


@dataclass(frozen=True)
class Coefficients:
    """Luma [B, 1, H, W] and chroma [B, 2, H/fv, W/fh], in place; a vector to a solver."""
    luma: torch.Tensor
    chroma: torch.Tensor

    def __add__(self, other):
        return Coefficients(self.luma + other.luma, self.chroma + other.chroma)

    def __sub__(self, other):
        return Coefficients(self.luma - other.luma, self.chroma - other.chroma)

    def __rmul__(self, number):
        return Coefficients(number * self.luma, number * self.chroma)

    def to(self, like):
        return Coefficients(self.luma.to(like), self.chroma.to(like))


def dot(a, b):
    total = lambda p, q: (p * q).sum((1, 2, 3), keepdim=True)
    return total(a.luma, b.luma) + total(a.chroma, b.chroma)


class SubsampledJpeg(BlockOperator):
    rows, iterations = 3, 12

    def __init__(self, tables, sampling='4:2:0', grain=None):
        super().__init__(tables, sampling, grain)
        self.area = self.cell[0] * self.cell[1]

    def cells(self, x):
        return F.avg_pool2d(x, self.cell)

    def spread(self, c):
        return c.repeat_interleave(self.cell[0], 2).repeat_interleave(self.cell[1], 3)

    def apply(self, x):
        t = mix(self.mixing(x).to(x), x)
        return Coefficients(dct(t[:, :1]), dct(self.cells(t[:, 1:])))

    def adjoint(self, y):
        chroma = self.spread(idct(y.chroma)) / self.area
        return mix(self.mixing(y.luma).T.to(y.luma), torch.cat([idct(y.luma), chroma], 1))

    def _r(self, y):
        """R's diagonal at every coefficient."""
        luma, chroma = (r[:, None].to(y.luma) for r in self.r)
        return Coefficients(tiled(luma, y.luma), tiled(chroma, y.chroma).expand(-1, 2, -1, -1))

    def measure(self, x, generator=None):
        y = self.apply(self.noisy(x, generator))
        r = self._r(y)
        noise = lambda v, p: p + v.sqrt() * randn(p.shape, p, generator)
        return Coefficients(noise(r.luma, y.luma), noise(r.chroma, y.chroma))

    def _coupling(self, v):
        """(V + s²) M' M'^T, [B, 3, 3] in f64."""
        M, s2 = self.mixing(v), self.before(v)[:, 0]
        V = v.double().expand(-1, 3, -1, -1).reshape(-1, 3) + s2
        return (M * V[:, None]) @ M.T

    def _chroma_noise(self, coupling, r):
        """B (V + s²) A A^T B^T + R of chroma at each frequency, [B, 8, 8, 2, 2], where r is the
        diagonal of R."""
        eye = torch.eye(2, dtype=torch.float64, device=r.device)
        return coupling[:, None, None, 1:, 1:] / self.area + r[..., None, None] * eye

    def decoupled(self, coupling, like):
        """The inverse of the system without what couples luma to chroma."""
        luma = 1 / (coupling[:, None, :1, :1] + self.r[0][:, None].to(like.device))
        chroma = inverted(self._chroma_noise(coupling, self.r[1].to(like.device))).to(like)
        luma = luma.to(like)

        def solve(y):
            return Coefficients(tiled(luma, y.luma) * y.luma, by_frequency(chroma, y.chroma))
        return solve

    def _system(self, coupling, y):
        """Multiplication by (V + s²) A A^T + R: luma sees chroma's cells, and chroma sees luma's
        means."""
        G, r = coupling.to(y.luma)[:, :, :, None, None], self._r(y)
        luma, both, chroma = G[:, :1, 0], G[:, 0, 1:], G[:, 1:, 1:, 0, 0] / self.area

        def times(p):
            mixed = (both * p.chroma).sum(1, keepdim=True)
            across = dct(self.spread(idct(mixed))) / self.area
            down = both * dct(self.cells(idct(p.luma)))
            return Coefficients((luma + r.luma) * p.luma + across,
                                mix_each(chroma, p.chroma) + r.chroma * p.chroma + down)
        return times

    def update(self, m, v, y):
        coupling, residual = self._coupling(v.to(m)), y - self.apply(m)
        r = conjugate_gradients(self._system(coupling, y), residual, self.decoupled(coupling, m),
                                0. * residual, self.update_iterations, dot)
        return m + v * self.adjoint(r)

    update_iterations = UPDATE_ITERATIONS

    def prior_information(self, own):
        """Of the basis function u of a line, cells measure the share cos²(pi u/16), but nothing of
        u = 4; with it they measure sin²(pi u/16) of the function 8 - u, which has the same means.
        What folds back is noise, with the prior's variance less what luma says of it."""
        like, M = self.r[0], self.mixing(self.r[0])
        s2G, mY, mC = self.before(like) * (M @ M.T), M[:1], M[1:]
        luma, seen = 1 / (like + s2G[:, :1, :1]), mY.T @ mY
        lines = [self._cos2(axis, like) for axis in (0, 1)]
        cos2 = [line if side == 2 else torch.ones_like(line)
                for line, side in zip(lines, self.cell)]
        noise = self._chroma_noise(s2G, unfolded(self.r[1].to(like.device), self.cell))
        for far in ((0, 1), (1, 0), (1, 1)):
            if any(f and side == 1 for f, side in zip(far, self.cell)):
                continue
            share = math.prod(1 - c if f else c for c, f in zip(cos2, far))
            l = sum(4 * (c if f else 1 - c) for c, f in zip(lines, far))      # of the far function
            there = luma
            for axis in (0, 1):
                there = partner(there, axis + 1) if far[axis] else there
            folded = inverted(own(l) + there[..., None, None] * seen)
            noise = noise + share[..., None, None] / self.area * (mC @ folded @ mC.T)
        share = math.prod(cos2).expand(BLOCK, BLOCK).clone()
        for axis, side in enumerate(self.cell):
            if side == 2:
                share.select(axis, BLOCK // 2).zero_()
        known = share[..., None, None] / self.area * inverted(noise)
        return luma[..., None, None] * seen + mC.T @ known @ mC

    def _cos2(self, axis, like):
        """cos²(pi u/16) along an axis: 4 (1 - cos²) is the Laplacian's eigenvalue."""
        angle = torch.arange(BLOCK, dtype=torch.float64, device=like.device) * math.pi / (2 * BLOCK)
        return (torch.cos(angle) ** 2).reshape((BLOCK, 1) if axis == 0 else (1, BLOCK))

    def weighted(self, y):
        """A^T R^-1 y; grain couples luma and chroma, which is left out."""
        return self.adjoint(self._inverse_noise(y)(y))

    def _inverse_noise(self, y):
        like = y.luma
        M = self.mixing(like)
        return self.decoupled(self.before(like) * (M @ M.T), like)

    def data_precision(self, x):
        y = self.apply(x)
        return self.adjoint(self._inverse_noise(y)(y))


def mix_each(m, x):
    """A matrix for each image, [B or 1, n, n], times the channels of x."""
    return torch.einsum('bij,bjhw->bihw', m.expand(len(x), -1, -1), x)


def partner(t, axis):
    """Values of function u at 8 - u; those of 0 stay."""
    return torch.roll(t.flip(axis), 1, axis)


def unfolded(r, cell):
    """Chroma's variances [B or 1, 8, 8] at the functions of a block of pixels: along an axis of
    pairs, a block of chroma is twice as long, and function u overlaps with its function k = 2 u and
    the neighbours of that."""
    for axis, side in ((1, cell[0]), (2, cell[1])):
        if side == 2:
            here, after = r.unflatten(axis, (BLOCK // 2, 2)).unbind(axis + 1)
            before = torch.cat(
                [after.narrow(axis, 0, 1), after.narrow(axis, 0, BLOCK // 2 - 1)], axis)
            half = here / 2 + (before + after) / 4
            r = torch.cat([half, after.narrow(axis, BLOCK // 2 - 1, 1),
                           half.narrow(axis, 1, 3).flip(axis)], axis)
    return r
