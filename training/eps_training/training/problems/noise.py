"""Noise as photos have it. R follows from what is known, curves and fields drawn independently of
the photo that is measured; were it taken from the photo itself, p and the maps would show the photo
to the network."""
import torch
from ...method.fourier import fft, ifft
from .blurs import gaussian

KNOTS = 6       # of a curve of deviation over brightness


def brightness_curve(draws, n):
    """Deviations at KNOTS brightnesses from black to white, [n, KNOTS]: log-uniform in [0.01, 0.4]
    at one end, between a quarter of that and four times that at the other, wavy in between."""
    ends = draws.log_uniform(.01, .4, n)
    slope = draws.uniform(-1.4, 1.4, n)
    at = torch.linspace(-.5, .5, KNOTS, device=draws.device)
    wave = .2 * draws.white(n, KNOTS)
    return (ends[:, 0, 0] * torch.exp(slope[:, 0, 0] * at + wave)).clamp(.005, .6)


def along_curve(curve, brightness):
    """The curve's value at brightnesses [n, 1, H, W] in [-1, 1], linear between knots."""
    at = (brightness.clamp(-1, 1) + 1) / 2 * (KNOTS - 1)
    low = at.floor().clamp_max(KNOTS - 2)
    index = low.long().flatten(1)
    here = curve.gather(1, index).reshape(at.shape)
    there = curve.gather(1, index + 1).reshape(at.shape)
    return here + (at - low) * (there - here)


def smooth_brightness(prior, x, draws):
    """Fields that look like a photo's brightness: that of another image of the batch, smoothed by
    2 px."""
    grey = prior.to_rgb(x).mean(1, keepdim=True).roll(1, 0)
    blur = gaussian(torch.full((1, 1, 1, 1), 2., device=x.device), draws.size)
    return ifft(fft(grey) * blur)


def per_pixel(prior, x, draws):
    """Deviations [n, 1, H, W] that follow brightness."""
    return along_curve(brightness_curve(draws, len(x)), smooth_brightness(prior, x, draws))


def per_channel(prior, x, draws):
    """Deviations [n, 3, H, W] in RGB: channels' curves differ by up to a factor of 2."""
    gains = torch.exp(.35 * draws.white(len(x), 3, 1, 1))
    return per_pixel(prior, x, draws) * gains


def grain_spectrum(draws, n):
    """The deviation of grain at each frequency of each opponent axis, [n, 3, H, W]: a white part,
    and a part blurred by up to 1 px in luma and 3 px in chroma, like that of a demosaicked sensor.
    The pixel variance of each axis is log-uniform; chroma's deviation is up to twice luma's."""
    level = draws.log_uniform(.01, .4, n)
    axes = []
    for most, gain in ((1., 1.), (3., 2.), (3., 2.)):
        low = gaussian(draws.uniform(.3, most, n), draws.size).real ** 2
        share = draws.uniform(.2, 1, n)
        spectrum = (1 - share) + share * low / low.mean((2, 3), keepdim=True)
        axes.append(level ** 2 * draws.uniform(.4, gain, n) ** 2 * spectrum)
    return torch.cat(axes, 1).clamp_min(1e-5).sqrt()


def kernel_error_spectrum(prior, assumed, true):
    """|δk|² / Q, one for each axis: what an error of the kernel adds to the measurement, as
    noise."""
    return (assumed - true).abs() ** 2 / prior.spectrum(*assumed.shape[2:], assumed.real)
