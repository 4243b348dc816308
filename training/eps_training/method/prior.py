"""The Gaussian prior N(0, Q^-1), and the colour axes in which the whole method works.

    Q_a = c_a (kappa² - Laplacian)      one precision for each axis a = U_a x, U orthonormal

Photos vary much in luma and little in colour, so each axis has a precision of its own. Images
enter the method as planes on the axes, `to_axes`, and leave it by `to_rgb`; in between nothing
knows of red, green and blue except operators that mix channels. Planes are [B, 3, H, W]; RGB lies
in [-1, 1], and an orthonormal U keeps white noise white.
"""
from dataclasses import dataclass, field
from functools import lru_cache
import math
import torch
import torch.nn.functional as F

KAPPA2 = 1e-3
_THIRD, _HALF, _SIXTH = 3 ** -.5, 2 ** -.5, 6 ** -.5
# U: luma, red against blue, green against magenta.
OPPONENT = ((_THIRD, _THIRD, _THIRD), (_HALF, 0., -_HALF), (_SIXTH, -2 * _SIXTH, _SIXTH))


@dataclass(frozen=True)
class Prior:
    """What a set of weights was trained with: stated, beside the axes, in the metadata of its
    file."""
    name: str
    precision: tuple        # c, one number for each axis
    deviation: tuple        # s: the signal's deviation on each axis, for w and the network's inputs
    # lambda, one for each axis; they sum to 1. No part of the network: a run may change them.
    loss_weights: tuple = field(default=(1 / 3, 1 / 3, 1 / 3), compare=False)

    def to_axes(self, x):
        """RGB [B, 3, H, W] -> planes on the axes."""
        return mix(matrix(OPPONENT, x), x)

    def to_rgb(self, x):
        """`to_axes`' inverse."""
        return mix(matrix(OPPONENT, x).T, x)

    def per_axis(self, values, like):
        """A number for each axis as [1, 3, 1, 1]; [1, 1, 1, 1] where all are the same."""
        values = values if len(set(values)) > 1 else values[:1]
        return constant(tuple(values), like).reshape(1, -1, 1, 1)

    def data_variance(self, like):
        """s²."""
        return self.per_axis(tuple(s * s for s in self.deviation), like)

    def spectrum(self, height, width, like):
        """Q in the DFT, circular borders: [1, 1 or 3, H, W]."""
        return self.per_axis(self.precision, like) * membrane(height, width, like)

    def times(self, x):
        """Q x in space, borders replicated."""
        return self.per_axis(self.precision, x) * ((KAPPA2 + 4) * x - neighbours(x))

    def dot(self, a, b):
        """The inner product of conjugate gradients: one number for each axis of an image."""
        return (a * b).sum((2, 3), keepdim=True)


V2 = Prior('v2', (5., 40., 150.), (.5, .5, .5))


@lru_cache(maxsize=64)
def _constant(values, device, dtype):
    """Kept on the device: a copy in each training step would wait for all that a GPU has queued."""
    return torch.tensor(values, dtype=torch.float64).to(dtype).to(device)


def constant(values, like):
    """A (nested) tuple of numbers as a tensor of like's device and type."""
    return _constant(values, like.device, like.dtype)


matrix = constant


def mix(m, x):
    """m [rows, columns] times the channels of x [B, columns, H, W]."""
    return torch.einsum('ij,bjhw->bihw', m, x)


def membrane(height, width, like):
    """kappa² - Laplacian in the DFT, [1, 1, H, W]. 2 - 2 cos w is 4 sin²(w/2), which keeps its
    digits."""
    return _membrane(height, width, like.device).to(like.dtype)


@lru_cache(maxsize=64)
def _membrane(height, width, device):
    s = lambda n: 4 * torch.sin(math.pi * torch.fft.fftfreq(n, dtype=torch.float64)) ** 2
    return (KAPPA2 + s(height)[:, None] + s(width)[None])[None, None].to(device)


def neighbours(x):
    """The sum of each pixel's four neighbours; beyond the border a pixel is its own neighbour."""
    p = F.pad(x, (1, 1, 1, 1), mode='replicate')
    return p[:, :, :-2, 1:-1] + p[:, :, 2:, 1:-1] + p[:, :, 1:-1, :-2] + p[:, :, 1:-1, 2:]
