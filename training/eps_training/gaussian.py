"""What the Gaussian prior N(0, Q^-1), Q = C (KAPPA2 - Laplacian), already knows.

w0 = E[x | y], g = E[x | x_t, y], q = its pixel variance, and draws of x - w0 given y. Closed forms in the DFT; for a mask, conjugate gradients with a
fixed number of iterations, whose very iterates the network was trained on. Inner products run over one image's channels and pixels.
"""
from functools import lru_cache
import math
import torch
import torch.nn.functional as F
from .fourier import fft, ifft
from .operators import Mask, randn

C, KAPPA2 = 10.0, 1e-3
W0_ITERATIONS, G_ITERATIONS, VARIANCE_SWEEPS = 25, 16, 16


def spectrum(H, W, like):
    """Q in the DFT, circular borders: [1, 1, H, W]. 2 - 2 cos w is written 4 sin^2(w/2), which keeps its digits."""
    return _spectrum(H, W, like.device).to(like.dtype)


@lru_cache(maxsize=64)
def _spectrum(H, W, device):
    """Kept on the device: a copy in each training step would wait for all that a GPU has queued."""
    s = lambda n: 4 * torch.sin(math.pi * torch.fft.fftfreq(n)) ** 2
    return (C * (KAPPA2 + s(H)[:, None] + s(W)[None]))[None, None].to(device)


def neighbours(x):
    p = F.pad(x, (1, 1, 1, 1), mode='replicate')
    return p[:, :, :-2, 1:-1] + p[:, :, 2:, 1:-1] + p[:, :, 1:-1, :-2] + p[:, :, 1:-1, 2:]


def precision(x):
    """Q x in space, replicated borders."""
    return C * (KAPPA2 * x + 4 * x - neighbours(x))


def conjugate_gradients(multiply, b, diagonal, x, iterations):
    dot = lambda a, b: (a * b).sum((1, 2, 3), keepdim=True)
    r = b - multiply(x)
    z = r / diagonal
    p, rz = z, dot(r, z)
    for _ in range(iterations):
        Ap = multiply(p)
        a = rz / (dot(p, Ap) + 1e-20)
        x, r = x + a * p, r - a * Ap
        z = r / diagonal
        new = dot(r, z)
        p, rz = z + (new / (rz + 1e-20)) * p, new
    return x


def linear_estimate(op, y, like):
    """w0 = (Q + A^T A/s2)^-1 A^T y/s2, of the shape of `like` [B, 3, H, W]; 0 where there is no measurement."""
    if not op.measured:
        return torch.zeros_like(like)
    if isinstance(op, Mask):
        b, diagonal = y / op.s2, C * (KAPPA2 + 4) + op.m / op.s2
        return conjugate_gradients(lambda x: precision(x) + op.m / op.s2 * x, b, diagonal, b / diagonal, W0_ITERATIONS)
    return op.smooth_update(torch.zeros_like(like), 1 / spectrum(*like.shape[2:], like), y)


def gaussian_posterior(op, z, y, t2, w0):
    """g [B, 3, H, W] and q [B, 3, H, W] at noise variance t2 [B, 1, 1, 1]."""
    if isinstance(op, Mask):
        data = op.m / op.s2 + 1 / t2
        diagonal = C * (KAPPA2 + 4) + data
        g = conjugate_gradients(lambda x: precision(x) + data * x, z / t2 + y / op.s2, diagonal, w0, G_ITERATIONS)
        q = 1 / diagonal
        for _ in range(VARIANCE_SWEEPS):
            q = 1 / (diagonal - C * C * neighbours(q))
        return g, q.expand(z.shape)
    Q = spectrum(*z.shape[2:], z)
    E = t2 / (1 + t2 * Q)
    u = ifft(fft(z) / (1 + t2 * Q))
    return op.smooth_update(u, E, y), op.smooth_variance(E).expand(z.shape)


def posterior_deviation(op, like, generator=None):
    """A draw of N(0, (Q + A^T A/s2)^-1) by Matheron's rule, a draw of the prior minus its own linear estimate; of the shape of `like` [B, 3, H, W]."""
    white = randn(like.shape, like, generator)
    x = ifft(fft(white) / spectrum(*like.shape[2:], like).sqrt())
    return x - linear_estimate(op, op.measure(x, generator), like)
