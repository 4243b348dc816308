"""The two-dimensional DFT, forward e^(-i) and not normalised, inverse 1/(HW), and what stationary
covariances need of it."""
import torch


def fft(x):
    return torch.fft.fft2(x)


def ifft(x):
    return torch.fft.ifft2(x).real


def mean(spectrum):
    """Pixel variance of a stationary covariance: the mean of its spectrum, [B or 1, 1, 1, 1]."""
    return spectrum.mean((-2, -1), keepdim=True)


def alias_groups(t, f):
    """Sum over the f^2 frequencies that alias together when every f-th pixel is kept:
    [..., H, W] -> [..., H/f, W/f]."""
    H, W = t.shape[-2:]
    return t.reshape(*t.shape[:-2], f, H // f, f, W // f).sum((-4, -2))
