"""The files that photos are saved in: quantisation tables by libjpeg's scale, or around it."""
import torch
from ...method.jpeg import decode, equivalent_variance, jpeg, quantise
from ...method.jpeg.tables import libjpeg, varied

OWN = .3        # share of batches whose tables are not libjpeg's
CAUTION = 1.25      # the restorer's factor on the deviation of the loss


def tables(draws, n, worst=15, best=95):
    """(luma's, chroma's) [n, 8, 8] of n qualities between worst and best."""
    quality = draws.rng.uniform(worst, best, n).round()
    made = varied(quality, draws.rng) if draws.happens(OWN) else libjpeg(quality)
    return tuple(torch.tensor(table, device=draws.device) for table in made)


def through(file, shift, prior, seen):
    """(what a decoder shows of the photo `seen`, on the prior's axes; the file's coefficients) for
    blocks that begin `shift` (rows, columns) before the photo's corner."""
    y = quantise(file, torch.roll(seen, shift, (2, 3)), prior.to_axes, prior.to_rgb)
    return torch.roll(prior.to_axes(decode(file, y)), [-s for s in shift], (2, 3)), y


def saved(draws, prior, seen):
    """(what a decoder shows of the photo `seen`, on the prior's axes; the variance of the white
    noise that a restorer assumes for the loss, which it reads off the file's coefficients). The
    blocks begin anywhere in half the batches: a crop of a file, or a frame around it."""
    file = jpeg(tables(draws, len(seen), 30), '4:2:0' if draws.happens(.6) else '4:4:4')
    shift = draws.rng.integers(0, 16, size=2).tolist() if draws.happens(.5) else [0, 0]
    shown, y = through(file, shift, prior, seen)
    return shown, CAUTION ** 2 * equivalent_variance(file, y)
