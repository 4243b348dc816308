"""Operator families with random parameters. A family is a function of (problems, x) that returns
(operator, y): x [n, 3, S, S] are crops on the prior's axes, all n asked about with one operator of
n parameters.
"""
import torch
from ...method.operators import (BT601, BlockMean, ChannelMask, ChannelMix, CircularConvolution,
                                 Grey, Identity, Mask, Nothing)
from .masks import masks
from .noise import grain_spectrum, kernel_error_spectrum, per_channel, per_pixel

UNCERTAIN = 1 / 3       # share of blurs whose kernel is known but for an error


def measured(op, x):
    return op, op.measure(x)


def sigma(problems, n, most=.4):
    """Log-uniform in [0.01, most]."""
    return problems.draws.log_uniform(.01, most, n)


def nothing(problems, x):
    return measured(Nothing(), x)


def mask(problems, x):
    known = masks(problems.draws, problems.strokes, len(x))
    return measured(Mask(known, sigma(problems, len(x))), x)


def identity(problems, x):
    return measured(Identity(sigma(problems, len(x), .6)), x)


def pixel_noise(problems, x):
    """Grain that follows brightness; in a quarter of the batches each channel its own way."""
    prior, draws = problems.prior, problems.draws
    if draws.happens(.25):
        everything = torch.ones_like(x)
        return measured(ChannelMask(everything, per_channel(prior, x, draws), prior.axes), x)
    return measured(Mask(torch.ones_like(x[:, :1]), per_pixel(prior, x, draws)), x)


def coloured_noise(problems, x):
    return measured(Identity(grain_spectrum(problems.draws, len(x))), x)


def block_mean(problems, x):
    return measured(BlockMean(problems.factor(), sigma(problems, len(x))), x)


def blur(kind):
    """A family of one kind of circular blur with a kernel that is known exactly."""
    def draw(problems, x):
        k, _ = getattr(problems.blurs, kind)(len(x))
        return measured(CircularConvolution(k, sigma(problems, len(x))), x)
    return draw


def any_blur(problems, n):
    """(kernel's spectrum, deviation of the noise, the kernel that blurred the photo): any kind; for
    UNCERTAIN of the batches the kernel is a little wrong, and R holds what that adds."""
    kind = ('gaussian', 'disc', 'motion')[problems.draws.rng.integers(3)]
    k, other = getattr(problems.blurs, kind)(n)
    deviation = sigma(problems, n)
    if not problems.draws.happens(UNCERTAIN):
        return k, deviation, k
    error = kernel_error_spectrum(problems.prior, k, other)
    return k, (deviation ** 2 + error).sqrt(), other


def whole_blur(problems, x):
    k, deviation, true = any_blur(problems, len(x))
    op = CircularConvolution(k, deviation)
    white = CircularConvolution(true, deviation.amin((1, 2, 3), keepdim=True))
    return op, white.measure(x)


def grey(problems, x):
    return measured(Grey(sigma(problems, len(x)), problems.prior.axes), x)


def luma(problems, x):
    return measured(ChannelMix(BT601, sigma(problems, len(x)), problems.prior.axes), x)


def mosaic(problems, x):
    """A Bayer sensor, its corner at random."""
    m = torch.zeros_like(x[:1])
    m[:, 0, ::2, ::2] = m[:, 1, ::2, 1::2] = m[:, 1, 1::2, ::2] = m[:, 2, 1::2, 1::2] = 1
    m = torch.roll(m, tuple(problems.draws.rng.integers(2, size=2).tolist()), (2, 3))
    return measured(ChannelMask(m, sigma(problems, len(x)), problems.prior.axes), x)


# {name: (family, how often it is drawn)}.
# Those that photo-v1 was trained on; a third are masks.
FIRST = {'nothing': (nothing, 1), 'mask': (mask, 3), 'block_mean': (block_mean, 1),
         'gaussian': (blur('gaussian'), 1), 'motion': (blur('motion'), 1), 'grey': (grey, 1),
         'identity': (identity, 1)}
FAMILY_SETS = {'first': FIRST}
