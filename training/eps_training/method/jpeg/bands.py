"""The noise-geometry maps of noise that is independent in the coefficients of 8×8 blocks.

    v_k(i, j) = sum over (u, v) of W[k, i, j, u, v] times the variance of coefficient (u, v)

(i, j) is the phase within a block: the maps show where block borders lie, and vary twofold. Band
filters are differences of box means, and boxes are separable, so W is built from the responses of
the eight basis functions of a line to centred boxes.
"""
from functools import lru_cache
import torch
from ..noise_geometry import BOXES
from .dct import BLOCK, matrix


def _responses(side):
    """Mean over `side` samples around phase i of basis function u of block b: [8, blocks, 8]."""
    blocks = 5                          # the widest box reaches 7 samples, into one block beside
    c = matrix(torch.zeros((), dtype=torch.float64))
    a = torch.zeros(BLOCK, blocks, BLOCK, dtype=torch.float64)
    for i in range(BLOCK):
        for t in range(i - side // 2, i + side // 2 + 1):
            b, at = divmod(t + 2 * BLOCK, BLOCK)
            a[i, b] += c[:, at] / side
    return a


@lru_cache(maxsize=4)
def _table(device):
    responses = [_responses(side) for side in BOXES]
    product = lambda m, n: torch.einsum('ibu,ibu->iu', responses[m], responses[n])
    outer = lambda p: torch.einsum('iu,jv->ijuv', p, p)
    bands = []
    for k in range(len(BOXES) - 1):
        energy = 1 / BOXES[k] ** 2 - 1 / BOXES[k + 1] ** 2
        squares = outer(product(k, k)) - 2 * outer(product(k, k + 1)) + outer(product(k + 1, k + 1))
        bands.append(squares / energy)
    last = len(BOXES) - 1
    bands.append(outer(product(last, last)) * BOXES[-1] ** 2)
    return torch.stack(bands).to(device)


def band_maps(variance):
    """Variances of the coefficients [B, 8, 8] -> one block of the four maps, [B, 4, 8, 8]."""
    return torch.einsum('kijuv,buv->bkij', _table(variance.device).to(variance.dtype), variance)
