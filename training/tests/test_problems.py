"""Training problems of every family: finite in f32 and in bf16, and noise that knows nothing of the
photo that is measured."""
from pathlib import Path
import numpy as np
import pytest
import torch
from eps_training.jpeg_table import middles
from eps_training.method.jpeg import decode, equivalent_variance, jpeg, quantise
from eps_training.method.jpeg.tables import libjpeg
from eps_training.method.prior import V2
from eps_training.method.query import denoise
from eps_training.method.network import UNet
from eps_training.training.problems import FAMILY_SETS, Problems
from eps_training.training.targets import recoloured, softened, varied

FAMILIES = list(dict.fromkeys(name for names in FAMILY_SETS.values() for name in names))

PHOTOS = sorted(Path(__file__).parents[2].glob('www/samples/*.jpg'))


def problems(families, prior=V2, size=64):
    return Problems(prior, np.random.default_rng(3), 'cpu', 4, size, families)


def smooth(n, size=64):
    small = torch.rand(n, 3, size // 8, size // 8) * 1.6 - .8
    return torch.nn.functional.interpolate(small, (size, size), mode='bicubic').clamp(-1, 1)


def set_of(name):
    return next(families for families, names in FAMILY_SETS.items() if name in names)


@pytest.mark.parametrize('name', FAMILIES)
def test_every_family_is_finite(name):
    """The commands' own check, `eps_training.finite`, draws more of them before a long run."""
    p, net = problems(set_of(name)), UNet(V2)
    for size, n in ((64, 4), (128, 1)):
        p = problems(set_of(name), size=size)
        x = V2.to_axes(smooth(n, size))
        for tau in (.01, 1., 80.):
            asked = p.ask(name, x, torch.full((n, 1, 1, 1), tau))
            mu, w, g, v, pixel, q = (t.expand(n, *t.shape[1:]) for t in asked)
            assert (all(t.isfinite().all() for t in asked)
                    and min(t.min() for t in (v, pixel, q)) > 0)
            assert [t.shape[1] for t in asked] == [3, 3, 3, 8, 3, 3]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert denoise(net, *asked).isfinite().all()


# Their level of noise is read off the file, which is the measurement.
READ_OFF_THE_FILE = {'blur_jpeg', 'decoded', 'decoded_pixels', 'decoded_grey'}


@pytest.mark.parametrize('name', [name for name in FAMILIES if name not in READ_OFF_THE_FILE])
def test_noise_does_not_follow_the_photo_it_is_in(name):
    """p and the maps are shown to the network: those of an image may not change with the image."""
    maps = []
    for change in (0., .5):
        torch.manual_seed(5)
        p, x = problems(set_of(name)), V2.to_axes(smooth(3))
        x[1] = x[1] * (1 - change) + change * .3
        draw, _ = p.families[name]
        op, _ = draw(p, x)
        t2 = torch.full((3, 1, 1, 1), .5)
        maps.append((op.band_variances(t2, x.shape)[1:2], op.pixel_variance(t2, x.shape)[1:2]))
    for a, b in zip(*maps):
        assert torch.equal(a, b)


def test_families_are_drawn_by_their_shares():
    p = problems('all')
    names, shares = list(p.families), [share for _, share in p.families.values()]
    drawn = p.some_families(4000)
    for name, share in zip(names, shares):
        expected = 4000 * share / sum(shares)
        assert abs(drawn.count(name) - expected) < 5 * expected ** .5 + 1


def test_targets_stay_images_and_vary():
    rng, x = np.random.default_rng(0), smooth(64)
    assert varied(x, rng).shape == x.shape and varied(x, rng).abs().max() <= 1
    changed = (softened(x, rng) != x).flatten(1).any(1).sum()
    assert 2 <= changed <= 20
    ramp = torch.linspace(-1, 1, 64).expand(64, 3, 64, 64)
    slopes = softened(ramp, rng).diff(dim=3)[:, 0, 32, 32] / ramp.diff(dim=3)[0, 0, 32, 32]
    assert slopes.max() < 1.001 and 1 / 1.6 - .001 < slopes.min() < .95     # a middle, enlarged
    grey = x.mean(1, keepdim=True).expand_as(x)
    assert (recoloured(grey) - grey).abs().max() <= .051 * 2


@pytest.mark.parametrize('quality', [40, 75, 92])
@pytest.mark.parametrize('sampling', ['4:2:0', '4:4:4', 'grey'])
def test_the_loss_is_read_off_a_file(sampling, quality):
    """Of reduced photos, the deviation within a factor of 2 of what the file lost."""
    x = V2.to_axes(middles(PHOTOS, len(PHOTOS)))
    if sampling == 'grey':
        x[:, 1:] = 0
    file = jpeg(tuple(map(torch.tensor, libjpeg(quality))), sampling)
    y = quantise(file, x, V2.to_axes, V2.to_rgb)
    lost = (V2.to_axes(decode(file, y)) - x).square().mean((1, 2, 3), keepdim=True)
    ratio = (equivalent_variance(file, y) / lost).sqrt()
    assert ((.5 < ratio) & (ratio < 2)).all(), ratio.flatten()
