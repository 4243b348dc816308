"""How well a fill from elsewhere in the photo knows the differences of neighbours in a hole: well
within what was copied in one piece, worse across the seams between pieces."""
import torch
from ...method.fourier import fft, ifft
from .blurs import gaussian

UNMEASURED = .25        # share of batches whose seams say nothing


def pieces(draws, n):
    """Two kinds of smooth regions, [n, 1, S, S] of zeros and ones: pieces of about 10 px."""
    blur = gaussian(torch.full((1, 1, 1, 1), 5., device=draws.device), draws.size)
    return (ifft(fft(draws.white(n, 1, draws.size, draws.size)) * blur) > 0).float()


def deviations(draws, n):
    """Of the differences to the right and to the lower neighbour, [n, 1, S, S] each."""
    piece, within = pieces(draws, n), draws.log_uniform(.01, .1, n)
    across = torch.full_like(within, torch.inf) if draws.happens(UNMEASURED) else (
        draws.uniform(.1, .3, n).maximum(within))
    seam = lambda axis: piece != piece.roll(-1, axis)
    return [torch.where(seam(axis), across, within) for axis in (3, 2)]
