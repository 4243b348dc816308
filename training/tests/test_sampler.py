"""The refined mean under the analytic denoiser of a Gaussian posterior, which is affine: nothing of
the pair's noise is left."""
import pytest
import torch
from eps_training.method.sampler import refined_mean


@pytest.mark.parametrize('variance', [1e-4, .01, 1.])
def test_an_antithetic_pair_around_the_mean_is_the_mean(variance):
    mean, noise = torch.randn(2, 1, 3, 8, 8, dtype=torch.float64)
    asked = []

    def D(z, tau):
        asked.append(tau)
        return mean + variance / (variance + tau ** 2) * (z - mean)
    assert torch.allclose(refined_mean(D, mean, noise), mean, atol=1e-12) and asked == [.1, .1]
    off = mean + .3
    # An error shrinks, the more so the narrower the posterior is compared with tau.
    assert (refined_mean(D, off, noise) - mean).abs().max() < .3
