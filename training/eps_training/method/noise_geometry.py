"""The noise geometry: how much noise a covariance has in each of four spatial bands,
v_k = Var[f_k * n] / ||f_k||^2.

f_0 = box_1 - box_3, f_1 = box_3 - box_7, f_2 = box_7 - box_15, f_3 = box_15, with box_r the r x r
mean. White noise of variance v has v in every band.
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


def box_mean(x, side):
    """Mean over side × side pixels, where they all lie within x:
    [B, 1, H, W] -> [B, 1, H - side + 1, W - side + 1]."""
    return F.avg_pool2d(F.avg_pool2d(x, (side, 1), 1), (1, side), 1)


def bands_of_variances(variance):
    """The maps of independent noise whose variance differs from pixel to pixel,
    [B, 1, H, W] -> [B, 4, H, W]: the mean of the variance under |f_k|^2, with borders reflected
    without repeating the edge.

    |f_k|^2 is one number in the inner box of f_k and another around it, so that the mean is a
    weighted mean of two box means. Sums of positive numbers stay positive, whatever adds them up.
    A convolution does not: GPU libraries may compute it with Fourier transforms, which leave the
    rounding error of the largest variance, say 6,600, on the smallest, 1e-4; that can become
    negative, and its logarithm NaN.
    """
    widest = BOXES[-1]
    padded = F.pad(variance, (widest // 2,) * 4, mode='reflect')
    H, W = variance.shape[2:]

    def mean(side):
        cut = (widest - side) // 2
        return box_mean(padded[:, :, cut:cut + H + side - 1, cut:cut + W + side - 1], side)
    means = [mean(side) for side in BOXES]
    maps = []
    for inner, outer, narrow, wide in zip(BOXES, BOXES[1:], means, means[1:]):
        # The energy of box_inner - box_outer in its inner box, and around that.
        within = (1 / inner ** 2 - 1 / outer ** 2) ** 2 * inner ** 2
        around = (outer ** 2 - inner ** 2) / outer ** 4
        # The weight of the wide mean, which covers the inner box as well.
        share = around / (within + around) * outer ** 2 / (outer ** 2 - inner ** 2)
        maps.append((1 - share) * narrow + share * wide)
    return torch.cat([*maps, means[-1]], 1)


@lru_cache(maxsize=64)
def band_weights(H, W, device):
    """|f_k|^2 in the DFT, normalised to sum 1: [4, H, W]. The average of an eigenvalue map under it
    is v_k. Needs H, W >= 15.

    Cached, since a training step would otherwise wait for a copy to the GPU at every call. In f64,
    whatever the type of the eigenvalues: the caller casts.
    """
    f, n = band_filters().double(), BOXES[-1]
    z = torch.zeros(4, H, W, dtype=torch.float64)
    z[:, :n, :n] = f
    P = fft(torch.roll(z, (-(n // 2), -(n // 2)), (1, 2))).abs() ** 2
    return (P / P.sum((1, 2), keepdim=True)).to(device)


def bands_of_spectrum(eigenvalues, shape):
    """Four constant maps of a covariance that is diagonal in the DFT: eigenvalues [B or 1, 1, H, W]
    -> [B, 4, H, W]."""
    B, _, H, W = shape
    weights = band_weights(H, W, eigenvalues.device).to(eigenvalues.dtype)
    return torch.einsum('bhw,khw->bk', eigenvalues[:, 0], weights)[:, :, None, None].expand(
        B, 4, H, W)


@lru_cache(maxsize=16)
def block_band_share(factor, device):
    """Share of each band filter's energy that block means of side `factor` keep, averaged over the
    factor^2 phases of the blocks: [1, 4, 1, 1]."""
    f, n = band_filters(), BOXES[-1]
    N = ((n + 2 * factor) // factor + 1) * factor
    acc = torch.zeros(4)
    for i in range(factor):
        for j in range(factor):
            z = torch.zeros(4, 1, N, N)
            z[:, 0, i:i + n, j:j + n] = f
            acc += (F.avg_pool2d(z, factor) ** 2).sum((1, 2, 3)) * factor ** 2
    return (acc / factor ** 2 / (f ** 2).sum((1, 2)))[None, :, None, None].to(device)
