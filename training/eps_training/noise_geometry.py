"""The noise geometry: how much noise a covariance has in each of four spatial bands, v_k = Var[f_k * n] / ||f_k||^2.

f_0 = box_1 - box_3, f_1 = box_3 - box_7, f_2 = box_7 - box_15, f_3 = box_15, with box_r the r x r mean. White noise of variance v has v in every band.
"""
from functools import lru_cache
import torch
import torch.nn.functional as F
from .fourier import fft

BOXES = (1, 3, 7, 15)


def band_filters():
    """f_0..f_3 as a [4, 15, 15] tensor: differences of centred box means, and the widest box."""
    n = BOXES[-1]
    box = []
    for r in BOXES:
        b, o = torch.zeros(n, n), (n - r) // 2
        b[o:o + r, o:o + r] = 1 / r ** 2
        box.append(b)
    return torch.stack([box[0] - box[1], box[1] - box[2], box[2] - box[3], box[3]])


@lru_cache(maxsize=8)
def band_energies(device):
    """|f_k|^2 in space, normalised to sum 1: [4, 15, 15]."""
    f = band_filters().double() ** 2
    return (f / f.sum((1, 2), keepdim=True)).to(device)


@lru_cache(maxsize=64)
def band_weights(H, W, device):
    """|f_k|^2 in the DFT, normalised to sum 1: [4, H, W]. The average of an eigenvalue map under it is v_k. Needs H, W >= 15.

    Kept, since a training step would otherwise wait for a copy to the GPU at every call. In f64 whatever the eigenvalues are: the caller casts.
    """
    f, n = band_filters().double(), BOXES[-1]
    z = torch.zeros(4, H, W, dtype=torch.float64)
    z[:, :n, :n] = f
    P = fft(torch.roll(z, (-(n // 2), -(n // 2)), (1, 2))).abs() ** 2
    return (P / P.sum((1, 2), keepdim=True)).to(device)


def bands_of_spectrum(eigenvalues, shape):
    """Eight constant maps of a covariance that is diagonal in the DFT: eigenvalues [B or 1, 1, H, W]."""
    B, _, H, W = shape
    v = torch.einsum('bhw,khw->bk', eigenvalues[:, 0], band_weights(H, W, eigenvalues.device).to(eigenvalues.dtype))[:, :, None, None]
    return torch.cat([v, v], 1).expand(B, 8, H, W)


@lru_cache(maxsize=16)
def block_band_share(factor, device):
    """Share of each band filter's energy that block means of side `factor` keep, averaged over the factor^2 phases of the blocks: [1, 4, 1, 1]."""
    f, n = band_filters(), BOXES[-1]
    N = ((n + 2 * factor) // factor + 1) * factor
    acc = torch.zeros(4)
    for i in range(factor):
        for j in range(factor):
            z = torch.zeros(4, 1, N, N)
            z[:, 0, i:i + n, j:j + n] = f
            acc += (F.avg_pool2d(z, factor) ** 2).sum((1, 2, 3)) * factor ** 2
    return (acc / factor ** 2 / (f ** 2).sum((1, 2)))[None, :, None, None].to(device)
