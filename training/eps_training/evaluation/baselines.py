"""Zero-shot baselines on the same backbone. The network is queried isotropically,
D(z, tau) = E[x | z = x + tau n], and knows nothing of y; only the method does.

Images [B, 3, H, W]; z = x + tau n, whatever interpolant a method was published with: a
variance-preserving x_t is z / sqrt(1 + tau^2). A method is called as
method(D, op, y, shape, randn, scale): randn() draws white noise of the images' shape, `scale`
multiplies the published guidance. METHODS records the published settings.
"""
from dataclasses import dataclass
from typing import Callable
import numpy as np
import torch
from ..method.sampler import grid

# The code of DDNM and DDRM treats a blur's singular values below this as zero.
SMALLEST_SINGULAR_VALUE = 3e-2


def levels(n, largest=80.):
    """tau of n evenly spaced steps of the DDPM schedule (1000 steps, beta linear from 1e-4 to
    0.02), then 0. It is cut at 80, where the backbone's training ends; the schedule goes on to
    157."""
    a = np.cumprod(1 - np.linspace(1e-4, .02, 1000))
    tau = np.sqrt((1 - a) / a)
    last = np.searchsorted(tau, largest) - 1
    return [*tau[np.linspace(last, 0, n).round().astype(int)].tolist(), 0.]


def ddim(guided, denoised, z, a, b, eta, noise):
    """One DDIM step from tau = a to b in z, towards `guided`; `eta` of the noise is new, the rest
    is what `denoised` leaves of z."""
    new = eta * b * (1 - b * b / (a * a)) ** .5
    return guided + new * noise + (b * b - new * new) ** .5 * (z - denoised) / a


def norm(r):
    """Euclidean norm per image, [B, 1, 1, 1]."""
    return r.pow(2).sum((1, 2, 3), keepdim=True).clamp_min(1e-12).sqrt()


def ddnm(D, op, y, shape, randn, scale=1., steps=100, eta=.85):
    """DDNM+ (Wang et al. 2022): the part of x in the range of A^T comes from y, the rest from D;
    directions whose measured noise sigma_y / s exceeds the level's are corrected in part. `scale`
    is not used: there is no guidance to scale."""
    t = levels(steps)
    z, sigma_y = t[0] * randn(), op.s2.sqrt()
    with torch.no_grad():
        for a, b in zip(t[:-1], t[1:]):
            d = D(z, a)
            measured = lambda s: s > SMALLEST_SINGULAR_VALUE
            quiet = lambda s: b > sigma_y / s.clamp_min(1e-9)
            zero = lambda s: torch.zeros_like(s * sigma_y)
            weight = lambda s: torch.where(quiet(s), 1., s * b * (1 - eta ** 2) ** .5 / sigma_y)
            correction = lambda s: torch.where(measured(s), weight(s) / s.clamp_min(1e-9) ** 2,
                                               zero(s))
            fresh = lambda s: torch.where(
                measured(s) & quiet(s),
                (b * b - op.s2 / s.clamp_min(1e-9) ** 2).clamp_min(0).sqrt(), zero(s) + b * eta)
            kept = lambda s: torch.where(measured(s), zero(s), zero(s) + b * (1 - eta ** 2) ** .5)
            z_next = d + op.spectral(correction, op.adjoint(y - op.apply(d)))
            z = z_next + op.spectral(fresh, randn()) + op.spectral(kept, (z - d) / a)
    return z


def dps(D, op, y, shape, randn, scale=1., steps=250):
    """DPS (Chung et al. 2022): ancestral sampling, minus scale times the gradient of
    ||y - A D(x_t)|| through the network, in x_t."""
    t = levels(steps)
    z = t[0] * randn()
    for a, b in zip(t[:-1], t[1:]):
        z = z.detach().requires_grad_()
        d = D(z, a)
        gradient, = torch.autograd.grad(norm(y - op.apply(d)).sum(), z)
        step = d + b * b / (a * a) * (z - d) + b * (1 - b * b / (a * a)) ** .5 * randn()
        z = (step - scale * ((1 + a * a) * (1 + b * b)) ** .5 * gradient).detach()
    return z


def pigdm(D, op, y, shape, randn, scale=1., steps=100, eta=1.):
    """PiGDM (Song et al. 2023): the gradient of log N(y; A D, r^2 A A^T + sigma_y^2), with
    r^2 = tau^2/(1 + tau^2), times r^2, through the network."""
    t = levels(steps)
    z = t[0] * randn()
    for a, b in zip(t[:-1], t[1:]):
        z = z.detach().requires_grad_()
        d = D(z, a)
        c = op.s2 * (1 + a * a) / (a * a)
        with torch.no_grad():
            pull = op.spectral(lambda s: 1 / (s * s + c), op.adjoint(y - op.apply(d)))
        gradient, = torch.autograd.grad((d * pull).sum(), z)
        with torch.no_grad():
            z = ddim(d, d, z, a, b, eta, randn()) + scale * (1 + b * b) ** .5 * gradient
    return z


def mpgd(D, op, y, shape, randn, scale=1., steps=100, eta=.5, strength=5.):
    """MPGD without autoencoder (He et al. 2023): D moves by strength sqrt(1 + tau^2) down the
    gradient of ||y - A D||, not through the network; then DDIM. `strength` is that of their code
    for 100 steps of super-resolution."""
    t = levels(steps)
    z = t[0] * randn()
    with torch.no_grad():
        for a, b in zip(t[:-1], t[1:]):
            d = D(z, a)
            r = y - op.apply(d)
            guided = d + scale * strength * (1 + a * a) ** .5 * op.adjoint(r) / norm(r)
            z = ddim(guided, d, z, a, b, eta, randn())
    return z


def daps(D, op, y, shape, randn, scale=1., steps=50, ode_steps=2, langevin_steps=100, rate=1e-4,
         rate_end=1e-2, noise_level=.01):
    """DAPS (Zhang et al. 2024): at each level an ODE solve to an estimate, Langevin steps on
    N(x; estimate, tau^2 I) N(y; A x, 0.01^2 I), then fresh noise.

    `scale` multiplies the likelihood's weight 1/0.01^2. The Langevin step is held below its limit
    of stability, so that every scale can be tried.
    """
    t = grid(steps, .1, 80.).tolist()
    z = t[0] * randn()
    weight = scale / noise_level ** 2
    with torch.no_grad():
        for i, (a, b) in enumerate(zip(t[:-1], t[1:])):
            inner, estimate = grid(ode_steps, .01, a).tolist(), z
            for u, v in zip(inner[:-1], inner[1:]):
                d = D(estimate, u)
                estimate = d + v / u * (estimate - d)
            target = estimate
            step = min(rate * (1 + i / steps * (rate_end - 1)), 1 / (weight + 1 / (a * a)))
            for _ in range(langevin_steps):
                pull = (estimate - target) / (a * a) + weight * op.adjoint(y - op.apply(target))
                target = target + step * pull + (2 * step) ** .5 * randn()
            z = target + b * randn()
    return z


@dataclass(frozen=True)
class Method:
    run: Callable
    evaluations: int
    published: str          # settings taken over
    scaled: str | None      # what `scale` multiplies; None: nothing to search
    gradient: bool          # through the network: three times the cost of an evaluation

METHODS = {
    'ddnm': Method(ddnm, 100, 'DDNM+, 100 DDIM steps, eta 0.85', None, False),
    'dps': Method(dps, 250, '250 ancestral steps; step 1 on the norm of the residual', 'step',
                  True),
    'daps': Method(daps, 100, '50 levels of 2 ODE steps; 100 Langevin steps, rate 1e-4 to 1e-6, '
                   'likelihood deviation 0.01', 'likelihood weight', False),
    'pigdm': Method(pigdm, 100, '100 DDIM steps, eta 1, r^2 = tau^2/(1 + tau^2)', 'guidance', True),
    'mpgd': Method(mpgd, 100, '100 DDIM steps, eta 0.5, without projection, '
                   'step 5 on the norm of the residual', 'step', False),
}
