"""Bicubic reduction as image programs do it: Keys' kernel with a = -1/2, stretched by the factor so
that it does not alias, and centred on each block, so that the result is not shifted (Keys 1981)."""
from functools import lru_cache
import torch


def keys(t):
    """Keys' cubic convolution kernel at distances t."""
    t = t.abs()
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-.5 * t + 2.5) * t - 4) * t + 2
    return torch.where(t < 1, near, torch.where(t < 2, far, torch.zeros_like(t)))


@lru_cache(maxsize=64)
def bicubic_spectrum(factor, height, width, device='cpu', dtype=torch.float32):
    """k of a Decimation by `factor`, [1, 1, H, W]: y[i] weighs the pixels around the centre of the
    block that starts at factor i."""
    def line(n):
        at = torch.arange(-2 * factor, 3 * factor, dtype=torch.float64)
        weights = keys((at - (factor - 1) / 2) / factor)
        return torch.zeros(n, dtype=torch.float64).index_add(
            0, at.long() % n, weights / weights.sum())
    kernel = line(height)[:, None] * line(width)[None]
    spectrum = torch.fft.fft2(kernel).conj()        # a correlation
    return spectrum[None, None].to(
        torch.complex128 if dtype == torch.float64 else torch.complex64).to(device)
