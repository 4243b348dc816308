"""Metrics against closed forms."""
import math
import pytest
import torch
from eps_training.evaluation.metrics import crps, haarpsi, mmd, psnr, ssim


def test_psnr():
    x = torch.zeros(2, 3, 64, 64)
    assert psnr(x + .2, x).tolist() == pytest.approx([20, 20], abs=1e-4)       # 10 log10(4 / 0.04)
    assert psnr(x + 5, x + 1).min() > 100                                       # clamped


def test_ssim():
    x = torch.rand(2, 3, 64, 64) * 2 - 1
    assert ssim(x, x).tolist() == pytest.approx([1, 1], abs=1e-5)
    # 0.5 and 0.75 on [0, 1]: only the luminance term.
    a, b = (torch.full((1, 3, 64, 64), v, dtype=torch.float64) for v in (0., .5))
    assert ssim(a, b).item() == pytest.approx(
        (2 * .5 * .75 + 1e-4) / (.25 + .5625 + 1e-4), abs=1e-4)


def test_crps():
    zero = torch.zeros(1, 3, 8, 8)
    # Two equal samples: the absolute error.
    assert crps(zero + .2, zero + .2, zero).item() == pytest.approx(127.5 * .2, rel=1e-5)
    assert crps(zero - .2, zero + .2, zero).item() == pytest.approx(0, abs=1e-5)
    # Truth from the same Gaussian: sigma / sqrt(pi).
    a, b, y = (.1 * torch.randn(4, 3, 128, 128) for _ in range(3))
    assert crps(a, b, y).mean().item() == pytest.approx(127.5 * .1 / math.sqrt(math.pi), rel=.02)


def test_mmd():
    noise = lambda n, s: s * torch.randn(n, 3, 64, 64)
    truth = noise(16, .3)
    same, error = mmd(noise(16, .3), truth)
    assert 0 < error and abs(same) < 5 * error
    other, error = mmd(noise(16, .1), truth)
    assert other > 20 * abs(same) and other > 5 * error
    assert math.isnan(mmd(truth[:1], truth[:1])[0])


def test_mmd_cancels_what_images_show():
    """Images that differ a lot from each other, restored perfectly except for fresh noise of the
    same distribution: 0."""
    scene = torch.linspace(-.5, .5, 8).reshape(8, 1, 1, 1)
    a, b = (scene + .1 * torch.randn(8, 3, 64, 64) for _ in range(2))
    value, error = mmd(a, b)
    assert abs(value) < 5e-4 and abs(value) < 5 * error
    assert mmd(scene + .2 * torch.randn(8, 3, 64, 64), b)[0] > 10 * abs(value)


def test_haarpsi():
    pytest.importorskip('piq')
    x = torch.rand(2, 3, 64, 64) * 2 - 1
    assert haarpsi(x, x).tolist() == pytest.approx([1, 1], abs=1e-4)
    light, heavy = (haarpsi(x + s * torch.randn_like(x), x).mean().item() for s in (.1, .5))
    assert 0 < heavy < light < 1
