"""The orthonormal 8×8 DCT-II of every block, and 3×3 matrices at each of its 64 frequencies.

Coefficients stay "in place": the plane of an image of sides H, W holds frequency (u, v) of block
(i, j) at [8 i + u, 8 j + v].
"""
import math
import torch
from ..prior import constant

BLOCK = 8
_MATRIX = tuple(
    tuple((math.sqrt(1 / 8) if u == 0 else .5) * math.cos((2 * i + 1) * u * math.pi / 16)
          for i in range(BLOCK)) for u in range(BLOCK))


def matrix(like):
    """C [8, 8]: coefficient u of eight samples i."""
    return constant(_MATRIX, like)


def _both_sides(x, left, right):
    B, C, H, W = x.shape
    if H % BLOCK or W % BLOCK:
        raise ValueError(f'a plane of {H} x {W}: sides must be multiples of 8, '
                         'of 16 where chroma is halved')
    x = torch.matmul(left, x.reshape(B, C, H // BLOCK, BLOCK, W)).reshape(
        B, C, H, W // BLOCK, BLOCK)
    return torch.matmul(x, right).reshape(B, C, H, W)


def dct(x):
    """[B, C, H, W] -> coefficients in place; sides are multiples of 8."""
    c = matrix(x)
    return _both_sides(x, c, c.T)


def idct(y):
    c = matrix(y)
    return _both_sides(y, c.T, c)


def tiled(table, plane):
    """A number for each frequency, [B or 1, C, 8, 8], at every coefficient of the plane."""
    return table.repeat(1, 1, plane.shape[2] // BLOCK, plane.shape[3] // BLOCK)


def by_frequency(matrices, y):
    """A matrix for each frequency, [B or 1, 8, 8, rows, columns], times y [B, columns, H, W]."""
    B, C, H, W = y.shape
    y = y.reshape(B, 1, C, H // BLOCK, BLOCK, W // BLOCK, BLOCK)
    m = matrices.permute(0, 3, 4, 1, 2)[:, :, :, None, :, None, :]
    return (m * y).sum(2).reshape(B, -1, H, W)


def in_space(per_frequency):
    """The pixel variance of independent coefficients, at each phase (i, j) of the block: their
    variances [..., 8, 8] over (u, v) -> sum of C[u, i]² C[v, j]² of them."""
    c2 = matrix(per_frequency) ** 2
    return c2.T @ per_frequency @ c2
