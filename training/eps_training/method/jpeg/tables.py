"""Quantisation tables in the units of eight-bit levels, [n, 8, 8], vertical frequency first.

libjpeg scales the example tables of ITU-T T.81, Annex K, by a quality from 1 to 100. Phones and
editors have tables of their own: `varied` bends the scaled ones.
"""
import numpy as np

LUMA = np.array([
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55],
    [14, 13, 16, 24, 40, 57, 69, 56], [14, 17, 22, 29, 51, 87, 80, 62],
    [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99]])
CHROMA = np.full((8, 8), 99)
CHROMA[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]


def libjpeg(quality):
    """(luma's, chroma's) for each of n qualities, as libjpeg computes them."""
    quality = np.asarray(quality, float).reshape(-1, 1, 1)
    scale = np.where(quality < 50, np.floor(5000 / quality), 200 - 2 * quality)
    return tuple(np.clip(np.floor((table * scale + 50) / 100), 1, 255) for table in (LUMA, CHROMA))


def varied(quality, rng):
    """Tables around libjpeg's: steeper or flatter over frequency, and chroma coarser or finer."""
    n = len(quality)
    u = np.arange(8)
    slope = rng.uniform(-.06, .06, (n, 1, 1)) * (u[:, None] + u[None])
    luma, chroma = libjpeg(quality)
    wobble = lambda: np.exp(slope + .08 * rng.normal(size=(n, 8, 8)))
    gain = np.exp(rng.uniform(-.4, .4, (n, 1, 1)))
    bend = lambda table, factor: np.clip(np.round(table * factor), 1, 255)
    return bend(luma, wobble()), bend(chroma, gain * wobble())
