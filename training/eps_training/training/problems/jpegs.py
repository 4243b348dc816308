"""The files that photos are saved in: quantisation tables by libjpeg's scale, or around it."""
import torch
from ...method.jpeg.tables import libjpeg, varied

OWN = .3        # share of batches whose tables are not libjpeg's


def tables(draws, n, worst=15, best=95):
    """(luma's, chroma's) [n, 8, 8] of n qualities between worst and best."""
    quality = draws.rng.uniform(worst, best, n).round()
    made = varied(quality, draws.rng) if draws.happens(OWN) else libjpeg(quality)
    return tuple(torch.tensor(table, device=draws.device) for table in made)
