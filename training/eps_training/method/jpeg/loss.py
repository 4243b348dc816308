"""What compression did to a photo, as white noise: read off the file's coefficients, as the
restorer reads it (src/photo/jpeg/loss.rs).

A coefficient has the noise of its rounding, q²/12. Where it was rounded to 0 it is lost: its
variance is that of a Laplacian cut off at half a step. The Laplacian's scale is the geometric mean
of two, since coefficients have heavier tails than either: the one that leaves as many zeros as
there are, and the one of the mean magnitude.
"""
import torch
from .colour import LEVEL
from .dct import BLOCK
from .subsampled import Coefficients

HEAVY_TAILS = 1.9       # the variance of coefficients rounded to 0 over that of the cut Laplacian
IN_RGB = (1., 1.086, .825)      # the mean square in R, G, B of an error of 1 in Y, Cb, Cr


def equivalent_variance(op, y):
    """The variance of white noise that stands for the loss, in units of images, [B, 1, 1, 1].
    y: a file's coefficients, [B, 1 or 3, H, W] or `Coefficients`."""
    planes = ([y.luma, *y.chroma.split(1, 1)] if isinstance(y, Coefficients) else
              list(y.split(1, 1)))
    steps = [op.tables[0], op.tables[1], op.tables[1]]
    return sum(weight * mean_loss(plane, step.to(plane) / LEVEL)
               for plane, step, weight in zip(planes, steps, IN_RGB))


def mean_loss(plane, step):
    """The mean over frequencies of the variance that was lost. plane: coefficients in place,
    [B, 1, H, W]; step: [B or 1, 8, 8]."""
    B, _, H, W = plane.shape
    blocks = plane.reshape(B, H // BLOCK, BLOCK, W // BLOCK, BLOCK).transpose(2, 3).flatten(1, 2)
    count = blocks.shape[1]
    zeros = (blocks.abs() < step[:, None] / 2).to(plane).sum(1)
    # Half a coefficient of 1 where all are 0, and half a 0 where none is.
    others = (count - zeros).clamp(.5, count - .5) / count
    of_zeros = step / 2 / -others.log()
    of_magnitude = torch.maximum(blocks.abs().sum(1), step / 2) / count
    lost = HEAVY_TAILS * cut_laplacian((of_zeros * of_magnitude).sqrt(), step / 2)
    rounded = step ** 2 / 12
    loss = (zeros * torch.minimum(lost, rounded) + (count - zeros) * rounded) / count
    return loss.mean((1, 2)).reshape(-1, 1, 1, 1)


def cut_laplacian(scale, end):
    """The variance within ±end of a Laplacian of this mean magnitude."""
    scale, end = scale.double(), end.double()
    scale = torch.minimum(scale, 1e3 * end)         # a box, nearly: beyond, the terms cancel
    beyond, whole = torch.exp(-end / scale), 2 * scale ** 2
    return ((whole - beyond * (end ** 2 + 2 * end * scale + whole)) / (1 - beyond)).float()
