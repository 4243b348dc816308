"""Solvers of the probability-flow ODE dz/dtau = (z - D(z, tau)) / tau, from noise to a sample
(Karras et al. 2022; Lu et al. 2022).

Images [B, 3, H, W] in [-1, 1]; tau in the same units. `D(z, tau)` takes a number tau and returns
E[x | z, y]: posterior sampling differs from unconditional sampling in D alone. Solvers are
deterministic: their noise is an argument, so that a seed determines the sample.
"""
import math
import torch

SIGMA_MIN, SIGMA_MAX, RHO = 0.002, 80.0, 7


def grid(points, sigma_min=SIGMA_MIN, sigma_max=SIGMA_MAX, rho=RHO):
    """EDM's noise levels: `points` from sigma_max to sigma_min, evenly spaced in sigma^(1/rho),
    then 0. f64 [points + 1]."""
    i = torch.arange(points, dtype=torch.float64)
    t = (sigma_max ** (1 / rho)
         + i / (points - 1) * (sigma_min ** (1 / rho) - sigma_max ** (1 / rho))) ** rho
    return torch.cat([t, torch.zeros(1, dtype=t.dtype)])


@torch.no_grad()
def heun(D, start, points):
    """EDM's deterministic sampler on grid(points); `start` at tau = 80. 2 points - 1 evaluations:
    10 points are the paper's 20 evaluations, 50 points its 100."""
    t, z = grid(points).tolist(), start
    for a, b in zip(t[:-1], t[1:]):
        d = (z - D(z, a)) / a
        n = z + (b - a) * d
        if b > 0:
            n = z + (b - a) * (d + (n - D(n, b)) / b) / 2
        z = n
    return z


@torch.no_grad()
def posterior_mean(D, like):
    """E[x | y] by one evaluation: D at tau = 80 and z = 0, which is the mean of its noise. What D
    takes from a draw is an error. `like`: a tensor of z's shape, device and type."""
    return D(torch.zeros_like(like), SIGMA_MAX)


@torch.no_grad()
def refined_mean(D, mean, noise, tau=0.1):
    """E[x | y] again, by two more evaluations. Over z = x + tau n given y, the mean of D(z, tau) is
    E[x | y] at every tau and the mean of z is E[x | y] itself; the antithetic pair mean ± tau noise
    cancels the part of D that is linear in the noise. The network's error is smaller where z shows
    it its own earlier estimate."""
    return (D(mean + tau * noise, tau) + D(mean - tau * noise, tau)) / 2


@torch.no_grad()
def from_mean(D, centre, noise, points=6, sigma_min=0.01, sigma_max=5.0):
    """DPM-Solver++(2M) on a grid of `points` evaluations from z = centre + sigma_max noise.

    centre = posterior_mean + gaussian.posterior_deviation: without the deviation, modes of the
    posterior wider than sigma_max would keep only a part of their variance. The last step returns D
    itself.
    """
    t = grid(points, sigma_min, sigma_max)[:-1].tolist()
    z, before, h_before = centre + sigma_max * noise, None, None
    for a, b in zip(t[:-1], t[1:]):
        now, h = D(z, a), math.log(a / b)
        extrapolated = now if before is None else now + (now - before) * h / (2 * h_before)
        z = b / a * z + (1 - b / a) * extrapolated
        before, h_before = now, h
    return D(z, t[-1])
