"""JPEG as a linear measurement: its DCT, the noise that its tables make, and every closed form that
follows (docs/method.md). Sides are multiples of 8, or of 16 where chroma is halved.
"""
from .colour import SAMPLINGS
from .consistency import consistent
from .decimated import DecimatedJpeg
from .full import FullJpeg
from .grey import GreyJpeg
from .loss import equivalent_variance
from .quantise import decode, quantise
from .subsampled import Coefficients, SubsampledJpeg


def jpeg(tables, sampling, grain=None):
    """The operator of a sampling of SAMPLINGS; tables: (luma's, chroma's) in levels,
    [B or 1, 8, 8]; grain: its deviation before the compression, [B or 1, 1, 1, 1]."""
    cell = SAMPLINGS[sampling]
    if cell is None:
        return GreyJpeg(tables, grain)
    return (FullJpeg if cell == (1, 1) else SubsampledJpeg)(tables, sampling, grain)
