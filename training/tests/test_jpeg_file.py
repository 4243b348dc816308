"""JPEG as files have it: what libjpeg wrote (Pillow) against the measurement that we make.

libjpeg rounds Y, Cb and Cr to whole levels before its DCT, we do not: its coefficients differ from
ours by e of deviation about 1/√12 levels before they are rounded by q. Coefficients have densities
that fall off convexly from 0, of which at most the share E|e|/q lies within e of a rounding's edge.
"""
from io import BytesIO
import math
import jpeg_reader
import numpy as np
import pytest
import torch
from PIL import Image
from eps_training.method.jpeg import Coefficients, jpeg, quantise
from eps_training.method.jpeg.colour import LEVEL
from eps_training.method.jpeg.consistency import consistent
from eps_training.method.jpeg.quantise import shifted
from eps_training.method.jpeg.tables import libjpeg, varied
from eps_training.method.prior import V2

H, W = 96, 128
PILLOW = {'4:4:4': 0, '4:2:2': 1, '4:2:0': 2}
SAMPLINGS = ('grey', '4:4:4', '4:2:2', '4:2:0')
FACTORS = {'grey': [(1, 1)], '4:4:4': [(1, 1)] * 3, '4:2:2': [(1, 2), (1, 1), (1, 1)],
           '4:2:0': [(2, 2), (1, 1), (1, 1)]}
MEAN_ERROR = math.sqrt(2 / math.pi) / math.sqrt(12)     # E|e| in levels


def photo():
    """u8 [H, W, 3]: shades, edges and texture, in colours of all kinds but hardly clipped."""
    rng = np.random.default_rng(3)
    coarse = Image.fromarray(rng.integers(60, 200, (7, 9, 3), dtype=np.uint8))
    shades = coarse.resize((W, H), Image.BICUBIC)
    y, x = np.mgrid[:H, :W]
    edges = 25 * np.sign(np.sin(.21 * x + .13 * y))[..., None] * np.array([1, -.5, .7])
    texture = 12 * rng.normal(size=(H, W, 1)) + 4 * rng.normal(size=(H, W, 3))
    return np.clip(np.asarray(shades) + edges + texture, 0, 255).round().astype(np.uint8)


def on_axes(pixels):
    rgb = torch.tensor(pixels).permute(2, 0, 1)[None].double() / LEVEL - 1
    return V2.to_axes(rgb)


def saved(pixels, tables, sampling):
    """The components of the file that Pillow writes with these tables, [8, 8] each."""
    image = Image.fromarray(pixels)
    luma, chroma = (np.asarray(t).astype(int).ravel().tolist() for t in tables)
    if sampling == 'grey':      # Pillow's own luma, as libjpeg has it
        image.convert('L').save(file := BytesIO(), 'JPEG', qtables=[luma])
    else:
        image.save(file := BytesIO(), 'JPEG', qtables=[luma, chroma], subsampling=PILLOW[sampling])
    return jpeg_reader.read(file.getvalue())


def operator(tables, sampling):
    return jpeg(tuple(torch.tensor(t)[None] for t in tables), sampling)


def planes(y):
    """Luma and each plane of chroma, [H, W]."""
    parts = (y.luma, y.chroma) if isinstance(y, Coefficients) else (y,)
    return [plane for part in parts for plane in part[0]]


def measurement(components, sampling):
    """y of a file's integers."""
    y = [torch.tensor(c.n * np.tile(c.table, np.array(c.n.shape) // 8)) / LEVEL for c in components]
    y = [plane.double() for plane in y]
    if sampling in ('grey', '4:4:4'):
        return shifted(torch.stack(y)[None], 1)
    return Coefficients(shifted(y[0][None, None], 1), torch.stack(y[1:])[None])


def integers(y, components):
    """The multiples of the table's steps that y holds."""
    y = shifted(y, -1) if torch.is_tensor(y) else Coefficients(shifted(y.luma, -1), y.chroma)
    return [plane.numpy() * LEVEL / np.tile(c.table, np.array(c.n.shape) // 8)
            for plane, c in zip(planes(y), components)]


def steps(c):
    return np.tile(c.table, np.array(c.n.shape) // 8)


@pytest.mark.parametrize('sampling', SAMPLINGS)
@pytest.mark.parametrize('quality', [30, 75, 90])
def test_coefficients_are_those_of_libjpegs_file(sampling, quality):
    tables = [t[0] for t in libjpeg([quality])]
    pixels = photo()
    components = saved(pixels, tables, sampling)
    op = operator(tables, sampling)
    ours = integers(quantise(op, on_axes(pixels), V2.to_axes, V2.to_rgb), components)
    assert [c.factors for c in components] == FACTORS[sampling]
    for c, table, n in zip(components, (tables[0], tables[1], tables[1]), ours):
        assert (c.table == table).all()
        assert np.abs(n - n.round()).max() < 1e-9
        off = np.abs(n.round() - c.n)
        assert off.max() <= 1
        expected = (MEAN_ERROR / steps(c)).mean()
        assert off.mean() <= expected + 4 * math.sqrt(expected / c.n.size), (off.mean(), expected)


def test_libjpegs_quality_scale():
    for quality in (5, 49, 50, 75, 95, 100):
        Image.new('RGB', (8, 8)).save(file := BytesIO(), 'JPEG', quality=quality)
        components = jpeg_reader.read(file.getvalue())
        for c, table in zip(components, libjpeg([quality])):
            assert (c.table == table[0]).all()


@pytest.mark.parametrize('sampling', SAMPLINGS)
def test_the_original_is_within_half_a_step_and_a_level(sampling):
    """What R and the constraint rest on, with the file's own integers as the measurement."""
    pixels = photo()
    tables = [t[0] for t in varied(np.array([70]), np.random.default_rng(0))]
    components = saved(pixels, tables, sampling)
    y, found = measurement(components, sampling), operator(tables, sampling).apply(on_axes(pixels))
    for c, was, now in zip(components, planes(y), planes(found)):
        error = LEVEL * (was - now).abs().numpy()
        assert (error > steps(c) / 2 + 1).mean() < 2e-3


@pytest.mark.parametrize('sampling', SAMPLINGS)
def test_a_consistent_photo_compresses_back_to_its_file(sampling):
    """A photo as a restorer may leave it, off by 3 levels: moved into the boxes, rounded to eight
    bits and saved at the file's tables, it gives the file's integers where q >= 4."""
    tables = [t[0] for t in libjpeg([75])]
    pixels = photo()
    components = saved(pixels, tables, sampling)
    op, y = operator(tables, sampling), measurement(components, sampling)
    x = on_axes(pixels)
    moved, share = consistent(op, x + 3 / LEVEL * torch.randn_like(x), y)
    again = ((V2.to_rgb(moved)[0].permute(1, 2, 0).clamp(-1, 1) + 1) * LEVEL).round()
    equal = [(a.n == b.n)[steps(a) >= 4]
             for a, b in zip(components, saved(again.numpy().astype(np.uint8), tables, sampling))]
    assert 0 < share.item() < .5
    assert np.concatenate(equal).mean() >= .99
