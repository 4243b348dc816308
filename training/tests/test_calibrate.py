"""Calibration figures where truth and samples are draws of one Gaussian: coverage is 80 %, CRPS is
sigma / sqrt(pi)."""
import math
import pytest
from PIL import Image
import torch
from eps_training.calibrate import correlation, coverage, crps_of_many, cut, join
from eps_training.images import centre_crops
from eps_training.evaluation.metrics import crps


@pytest.mark.parametrize('count', [9, 16, 32])
def test_coverage_is_exact_for_exchangeable_draws(count):
    draws = .1 * torch.randn(count + 1, 1, 3, 160, 160)
    assert coverage(draws[1:], draws[0]) == pytest.approx(.8, abs=.01)
    assert coverage(.5 * draws[1:], draws[0]) < .6
    with pytest.raises(ValueError):
        coverage(draws[:4], draws[0])


def test_crps_of_many():
    draws = .1 * torch.randn(9, 1, 3, 160, 160)
    assert crps_of_many(draws[1:], draws[0]) == pytest.approx(12.75 / math.sqrt(math.pi), rel=.02)
    assert crps_of_many(draws[1:3], draws[0]) == pytest.approx(
        crps(draws[1], draws[2], draws[0]).item(), rel=1e-4)


def test_correlation_and_tiles():
    x = torch.randn(2, 3, 128, 128)
    assert (correlation(x, 2 * x + 1) == pytest.approx(1, abs=1e-4)
            and abs(correlation(x, torch.randn_like(x))) < .05)
    assert cut(x, 64).shape == (8, 3, 64, 64) and torch.equal(join(cut(x, 64), 128), x)
    assert torch.equal(cut(x, 64)[1], x[0, :, :64, 64:])


def test_photos_that_are_too_small_do_not_count(tmp_path):
    paths = [tmp_path / f'{i}.png' for i in range(5)]
    for i, path in enumerate(paths):
        Image.new('RGB', (8 + 8 * (i % 2), 16), (i, i, i)).save(path)
    both = centre_crops(paths, 16, 16, 2)
    assert ([round(127.5 * (x.mean().item() + 1)) for x in both] == [1, 3]
            and centre_crops(paths, 16, 16, 1).shape == (1, 3, 16, 16))
