"""What a JPEG file holds: the coefficients of a photo of eight-bit pixels, rounded to multiples of
their table's entries.
"""
import torch
import torch.nn.functional as F
from ..prior import mix
from .colour import LEVEL, YCBCR
from .dct import BLOCK, idct, tiled
from .subsampled import Coefficients, SubsampledJpeg

# Y is shifted by 128 before its DCT while x is u8/127.5 - 1: half a level in every pixel.
OFFSET = .5 / LEVEL * BLOCK


def shifted(y, sign):
    """Adds (or takes) the offset of luma's DC, in place of the plane."""
    y = y.clone()
    y[:, :1, ::BLOCK, ::BLOCK] += sign * OFFSET
    return y


def pixels(x):
    """RGB in [-1, 1] rounded to eight bits."""
    return ((x.clamp(-1, 1) + 1) * LEVEL).round() / LEVEL - 1


def quantise(op, x, to_axes, to_rgb, generator=None):
    """The measurement that a JPEG file of x [B, 3, H, W] (on the prior's axes) with op's tables and
    grain makes: a multiple of q_k for each coefficient, none of its rounding noise Gaussian."""
    compressed = to_axes(pixels(to_rgb(op.noisy(x, generator))))
    y = op.apply(compressed)
    steps = [table[:, None].to(x) / LEVEL for table in op.tables]
    if isinstance(op, SubsampledJpeg):
        luma = shifted(rounded(shifted(y.luma, -1), steps[0]), 1)
        return Coefficients(luma, rounded(y.chroma, steps[1]))
    planes = torch.cat(
        torch.broadcast_tensors(*steps)[:1] + (steps[1], steps[1]) * (op.rows == 3), 1)
    return shifted(rounded(shifted(y, -1), planes), 1)


def rounded(y, steps):
    step = tiled(steps, y)
    return (y / step).round() * step


def decode(op, y):
    """The RGB photo that a simple decoder shows, [B, 3, H, W]: chroma enlarged bilinearly."""
    if isinstance(op, SubsampledJpeg):
        chroma = F.interpolate(idct(y.chroma), y.luma.shape[2:], mode='bilinear',
                               align_corners=False)
        planes = torch.cat([idct(y.luma), chroma], 1)
    else:
        planes = idct(y)
        planes = F.pad(planes, (0, 0, 0, 0, 0, 3 - planes.shape[1]))
    matrix = torch.linalg.inv(torch.tensor(YCBCR, dtype=torch.float64)).to(planes)
    return mix(matrix, planes).clamp(-1, 1)
