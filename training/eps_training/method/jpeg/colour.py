"""JPEG's colours on the colour axes, and what its tables say of the noise.

    Y, Cb, Cr = M x        M' = M U^T, for planes on axes U        G = M M^T
    r_k = (q_k/127.5)²/12 + (1/127.5)²/12

r is the variance of a coefficient that was rounded to a multiple of q_k levels, and that of the
rounding to eight bits before: of the tables alone, never of the coefficients.
"""
from functools import lru_cache
import torch
from ..prior import OPPONENT

LEVEL = 127.5           # eight-bit levels in a unit of [-1, 1]
YCBCR = ((.299, .587, .114), (-.168735892, -.331264108, .5), (.5, -.418687589, -.081312411))
# Cell sides of chroma, vertical first; None: no chroma at all.
SAMPLINGS = {'grey': None, '4:4:4': (1, 1), '4:2:2': (1, 2), '4:2:0': (2, 2)}


@lru_cache(maxsize=16)
def mixing(rows, device):
    """M' [rows, 3] in f64: the small matrices of this package are worked out in f64 and then cast,
    since 1/v and 1/r lie far apart."""
    m = torch.tensor(YCBCR, dtype=torch.float64) @ torch.tensor(OPPONENT, dtype=torch.float64).T
    return m[:rows].to(device)


def rounding_variance(tables):
    """r of quantisation tables in levels [n, 8, 8], in f64."""
    return ((tables.double() / LEVEL) ** 2 + LEVEL ** -2) / 12
