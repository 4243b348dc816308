"""Baselines where the answer is known: for x ~ N(m, v I) the denoiser and the posterior have closed
forms. EPS must draw from the posterior; each baseline, at the best of a few scales, must come near
it: unbiased, in agreement with y, and with about the posterior's spread around the posterior's
mean."""
import math
import pytest
import torch
from eps_training.evaluation.baselines import METHODS, levels
from eps_training.method.operators import BlockMean, Mask
from eps_training.method.sampler import heun

M, V = .2, .25


def prior_denoiser(z, tau):
    return (V * z + tau * tau * M) / (V + tau * tau)


def problem(name):
    x = M + V ** .5 * torch.randn(6, 3, 32, 32)
    s = torch.full((1, 1, 1, 1), .05)
    op = Mask((torch.rand(6, 1, 32, 32) > .5).float(), s) if name == 'mask' else BlockMean(4, s)
    v = torch.full((1, 1, 1, 1), V)
    y = op.measure(x)
    return x, op, y, op.update(torch.full_like(x, M), v, y), op.pixel_variance(v, x.shape)


def deviation(r, mean, variance):
    """1 for draws of the posterior."""
    return ((r - mean) ** 2 / variance).mean().sqrt().item()


@pytest.mark.parametrize('name', ['mask', 'block'])
@pytest.mark.parametrize('method', METHODS)
def test_baseline(name, method):
    x, op, y, mean, variance = problem(name)
    m, best = METHODS[method], None
    for scale in (1.,) if m.scaled is None else (.3, 1., 3.):
        calls = []

        def D(z, tau):
            calls.append(tau)
            return prior_denoiser(z, tau)
        r = m.run(D, op, y, x.shape, lambda: torch.randn_like(x), scale=scale)
        assert len(calls) == m.evaluations and r.shape == x.shape
        # 1 where the noise is right.
        misfit = ((y - op.apply(r)).pow(2).sum()
                  / (op.apply(torch.ones_like(x)).sum() * op.s2)).sqrt().item()
        if best is None or abs(math.log(misfit)) < abs(math.log(best[0])):
            best = misfit, r
    assert .3 < best[0] < 1.7
    assert .5 < deviation(best[1], mean, variance) < 1.35
    assert abs((best[1] - mean).mean().item()) < .02


@pytest.mark.parametrize('name', ['mask', 'block'])
def test_eps_draws_the_posterior(name):
    """With the pivot, D(mu*, S) of the same prior is update(m, v) of the white prior given both
    z and y."""
    x, op, y, mean, variance = problem(name)

    def D(z, tau):
        t2 = torch.full((1, 1, 1, 1), tau * tau)
        return op.update((V * z + t2 * M) / (V + t2), V * t2 / (V + t2), y)
    r = heun(D, 80 * torch.randn_like(x), 80)
    assert abs(deviation(r, mean, variance) - 1) < .05 and abs((r - mean).mean().item()) < .02


@pytest.mark.parametrize('name', ['mask', 'block'])
def test_spectral_calculus(name):
    """h(A^T A) with h = s^2 is A^T A, with h = 1 the identity."""
    x, op, *_ = problem(name)
    assert torch.allclose(op.spectral(lambda s: s * s, x), op.adjoint(op.apply(x)), atol=1e-6)
    assert torch.allclose(op.spectral(torch.ones_like, x), x, atol=1e-6)


def test_levels_start_where_training_ends():
    t = levels(100)
    assert (len(t) == 101 and 75 < t[0] <= 80 and t[-1] == 0 and abs(t[-2] - .01) < 1e-3
            and all(a > b for a, b in zip(t, t[1:])))
