"""What the Gaussian prior alone knows: w0 = E[x | y], and draws of x - w0 given y.

How an operator answers is its own (`Operator.estimate`, `Operator.posterior`).
"""
import torch
from .fourier import fft, ifft
from .operators import randn


def linear_estimate(prior, op, y, like):
    """w0 = E[x | y], of the shape of `like` [B, 3, H, W]; 0 where there is no measurement."""
    return op.estimate(prior, y, like) if op.measured else torch.zeros_like(like)


def posterior_deviation(prior, op, like, generator=None):
    """A draw of N(0, (Q + A^T R^-1 A)^-1) by Matheron's rule: a draw of the prior minus its own
    linear estimate. Of the shape of `like` [B, 3, H, W], on the prior's axes."""
    white = randn(like.shape, like, generator)
    x = ifft(fft(white) / prior.spectrum(*like.shape[2:], like).sqrt())
    return x - linear_estimate(prior, op, op.measure(x, generator), like)
