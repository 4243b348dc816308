"""Operator families with random parameters. A family is a function of (problems, x) that returns
(operator, y): x [n, 3, S, S] are crops on the prior's axes, all n measured by one operator with n
sets of parameters.
"""
import torch
from ...method.jpeg import DecimatedJpeg, jpeg, quantise
from ...method.operators import (BT601, BlockMean, ChannelMask, ChannelMix, CircularConvolution,
                                 CroppedConvolution, Decimation, GradientMask, Grey, Hadamard,
                                 Identity, Mask, Nothing)
from .exemplars import deviations
from .jpegs import saved, tables, through
from .masks import holes, masks
from .noise import grain_spectrum, kernel_error_spectrum, per_channel, per_pixel

UNCERTAIN = 1 / 3       # share of blurs whose kernel is known only up to an error


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
        return measured(ChannelMask(everything, per_channel(prior, x, draws)), x)
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


def frame(problems):
    """The sides of a frame: 4 to 10 px each."""
    return problems.draws.rng.integers(4, 11, size=(2, 2)).tolist()


def cropped_blur(problems, x):
    """A blurred photo whose surroundings nobody measured."""
    k, deviation, true = any_blur(problems, len(x))
    beyond = frame(problems)
    op = CroppedConvolution(k, beyond, deviation)
    white = CroppedConvolution(true, beyond, deviation.amin((1, 2, 3), keepdim=True))
    return op, white.measure(x)


def gradients(problems, x):
    """A hole that was filled from elsewhere: its gradients are known, worse across seams."""
    draws = problems.draws
    known = holes(draws, problems.strokes, len(x))
    right, below = deviations(draws, len(x))
    return measured(GradientMask(known, sigma(problems, len(x)), right, below), x)


def hadamard(problems, x):
    """A tenth to three tenths of the rows of a randomised transform."""
    draws = problems.draws
    count = round(draws.rng.uniform(.1, .3) * x[0, 0].numel())
    order = torch.rand(x.shape, device=x.device).flatten(2).argsort(2)
    chosen = (order < count).to(x).reshape(x.shape)
    signs = 2 * torch.randint(2, x.shape, device=x.device).to(x) - 1
    share = count / x[0, 0].numel()
    deviation = sigma(problems, len(x))
    return measured(Hadamard(signs, chosen, share, deviation), x)


def grey(problems, x):
    return measured(Grey(sigma(problems, len(x))), x)


def luma(problems, x):
    return measured(ChannelMix(BT601, sigma(problems, len(x))), x)


def mosaic(problems, x):
    """A Bayer sensor, its corner at random."""
    m = torch.zeros_like(x[:1])
    m[:, 0, ::2, ::2] = m[:, 1, ::2, 1::2] = m[:, 1, 1::2, ::2] = m[:, 2, 1::2, 1::2] = 1
    m = torch.roll(m, tuple(problems.draws.rng.integers(2, size=2).tolist()), (2, 3))
    return measured(ChannelMask(m, sigma(problems, len(x))), x)


def bicubic(problems, x):
    f = problems.factor()
    return measured(Decimation(problems.bicubic(f), f, sigma(problems, len(x))), x)


def of_jpeg(sampling):
    """A JPEG file of the photo: in half the batches the photo had grain, and in a fifth it had been
    a JPEG before, on another grid, of which the file records nothing."""
    def draw(problems, x):
        draws, prior = problems.draws, problems.prior
        grain = draws.log_uniform(.01, .12, len(x)) if draws.happens(.5) else None
        op = jpeg(tables(draws, len(x)), sampling, grain)
        seen = compressed_before(problems, x) if draws.happens(.2) else x
        return op, quantise(op, seen, prior.to_axes, prior.to_rgb)
    return draw


def compressed_before(problems, x):
    """x after a JPEG of quality 60 to 95 whose blocks begin elsewhere."""
    draws = problems.draws
    shift = draws.rng.integers(1, 8, size=2).tolist()
    first = jpeg(tables(draws, len(x), 60), '4:4:4')
    return through(first, shift, problems.prior, x)[0]


def thumbnail(kind):
    """A photo made smaller, by blocks or bicubically, then saved as a JPEG."""
    def draw(problems, x):
        draws, prior, f = problems.draws, problems.prior, problems.factor()
        side = draws.size // f
        sampling = '4:2:0' if side % 16 == 0 and draws.happens(.6) else '4:4:4'
        small = jpeg(tables(draws, len(x), 40), sampling)
        white = torch.ones(1, 1, 1, 1, device=x.device)
        reduce = (BlockMean(f, white) if kind == 'block' else
                  Decimation(problems.bicubic(f), f, white))
        op = DecimatedJpeg(reduce, small)
        return op, quantise(small, reduce.apply(x), prior.to_axes, prior.to_rgb)
    return draw


def blur_jpeg(problems, x):
    """A blurred photo, saved as a JPEG and decoded; half of them with unknown surroundings."""
    k, deviation, true = any_blur(problems, len(x))
    seen = CircularConvolution(true, deviation.amin((1, 2, 3), keepdim=True)).measure(x)
    shown, loss = saved(problems.draws, problems.prior, seen)
    deviation = (deviation ** 2 + loss).sqrt()
    if problems.draws.happens(.5):
        return CircularConvolution(k, deviation), shown
    op = CroppedConvolution(k, frame(problems), deviation)
    return op, op.crop(shown)


def decoded(kind):
    """A photo with noise, saved as a JPEG and decoded: white noise, noise that follows brightness,
    or a grey photo."""
    def draw(problems, x):
        draws, prior = problems.draws, problems.prior
        deviation = per_pixel(prior, x, draws) if kind == 'pixels' else sigma(problems, len(x))
        make = {'white': Identity, 'grey': Grey,
                'pixels': lambda s: Mask(torch.ones_like(x[:, :1]), s)}[kind]
        op = make(deviation)
        # As colours: a mean of channels has a third of its value from each.
        seen = 3 * op.adjoint(op.measure(x)) if kind == 'grey' else op.measure(x)
        shown, loss = saved(draws, prior, seen)
        op = make((deviation ** 2 + loss).sqrt())
        return op, op.apply(shown)
    return draw


# {name: (family, how often it is drawn)}.
# Those of the tables; a third are masks.
FIRST = {'nothing': (nothing, 1), 'mask': (mask, 3), 'block_mean': (block_mean, 1),
         'gaussian': (blur('gaussian'), 1), 'motion': (blur('motion'), 1), 'grey': (grey, 1),
         'identity': (identity, 1)}
ALL = {'nothing': (nothing, 2), 'mask': (mask, 4), 'gradients': (gradients, 1),
       'identity': (identity, 2.6), 'pixel_noise': (pixel_noise, .7),
       'coloured_noise': (coloured_noise, .7),
       'jpeg_420': (of_jpeg('4:2:0'), 2.2), 'jpeg_422': (of_jpeg('4:2:2'), .2),
       'jpeg_444': (of_jpeg('4:4:4'), 1), 'jpeg_grey': (of_jpeg('grey'), .6),
       'block_mean': (block_mean, 1), 'bicubic': (bicubic, 1),
       'block_mean_jpeg': (thumbnail('block'), 1), 'bicubic_jpeg': (thumbnail('bicubic'), 1),
       'blur': (whole_blur, 1.5), 'cropped_blur': (cropped_blur, 1.5),
       'blur_jpeg': (blur_jpeg, 1.5), 'decoded': (decoded('white'), .6),
       'decoded_pixels': (decoded('pixels'), .5), 'decoded_grey': (decoded('grey'), .4),
       'grey': (grey, 1), 'luma': (luma, .08), 'mosaic': (mosaic, .08), 'hadamard': (hadamard, .08)}
FAMILY_SETS = {'first': FIRST, 'all': ALL}
