"""Energies in the four spatial bands of each opponent axis, and their ratios over a set of images.

    energy = sum over pixels of (f_k * t_a)²

a: luma, red-blue, green-magenta; k = 0 to 3: fine to coarse.

The mean that minimises the squared error never has an error of more energy than the truth, in any
band of any axis: it could answer 0 there. A sample has the truth's energy. f_k are the filters of
method/noise_geometry.py, not normalised, so that an energy a pixel is a squared deviation in units
of [-1, 1].
"""
import torch
import torch.nn.functional as F
from ..method.noise_geometry import BOXES, box_mean
from ..method.operators import Mask
from ..method.prior import OPPONENT, matrix, mix

AXES = ('luma', 'red-blue', 'green-magenta')
LEVEL = (1 / 127.5) ** 2        # energy a pixel of one eight-bit level


def responses(t):
    """f_k * t for each plane, borders reflected without repeating the edge: [B, C, H, W] ->
    [B, C, 4, H, W]."""
    reach = BOXES[-1] // 2
    padded, (H, W) = F.pad(t, (reach,) * 4, mode='reflect'), t.shape[2:]
    means = []
    for side in BOXES:
        cut = reach - side // 2
        means.append(box_mean(padded[:, :, cut:cut + H + side - 1, cut:cut + W + side - 1], side))
    return torch.stack([a - b for a, b in zip(means, means[1:])] + means[-1:], 2)


def energies(rgb, region):
    """[B, 3, 4] in f64, summed over the pixels of region [B or 1, 1, H, W]."""
    bands = responses(mix(matrix(OPPONENT, rgb), rgb)).double()
    return (bands ** 2 * region[:, :, None]).sum((3, 4))


def unknown(op, like):
    """The pixels that are judged, [B, 1, H, W]: those that a mask hides, or all."""
    everywhere = torch.ones_like(like[:, :1])
    if isinstance(op, Mask) and (op.m == 0).any():
        return everywhere - op.m
    return everywhere


def ratio(above, below):
    """(sum of `above` over images / sum of `below`, its standard error by the jackknife over
    images): [N, ...] -> [...]; two images at least."""
    n, top, bottom = len(above), above.sum(0), below.sum(0)
    left_out = (top - above) / (bottom - below)
    error = ((n - 1) / n * ((left_out - left_out.mean(0)) ** 2).sum(0)).sqrt()
    return top / bottom, error
