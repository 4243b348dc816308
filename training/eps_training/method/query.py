"""What the network is asked, and how its answer becomes the denoiser D(mu*, Sigma*).

    D = g + sqrt(q) F( w / s,  g / s,  log(v) / 4,  (mu* - g) / sqrt(p + s²) )   on the prior's axes

mu* is the pivot, p and v its pixel variance and the noise-geometry maps of its covariance; g and q
are mean and pixel variance of the Gaussian posterior; w is the pivot with the noise of unmeasured
directions shrunk towards g, at l2 = t2 s² / (t2 + s²):

    w = update((s² z + t2 g) / (t2 + s²), l2, y)
"""
import torch
import torch.nn.functional as F
from .prior import constant


def query(prior, op, z, y, t2, w0):
    """(mu, w, g, v, p, q) at (z, tau²) about the measurement y of op. z [B, 3, H, W] on the prior's
    axes; t2 [B or 1, 1, 1, 1]; w0 the linear estimate of y (gaussian.py)."""
    g, q = op.posterior(prior, z, y, t2, w0)
    mu, s2 = op.update(z, t2, y), prior.data_variance(z)
    w = op.update((s2 * z + t2 * g) / (t2 + s2), t2 * s2 / (t2 + s2), y)
    return mu, w, g, op.band_variances(t2, z.shape), op.pixel_variance(t2, z.shape), q


def pad(x, multiple=8):
    """Reflected at the right and bottom, without repeating the edge, to sides that are multiples of
    `multiple`."""
    bottom, right = -x.shape[2] % multiple, -x.shape[3] % multiple
    return F.pad(x, (0, right, 0, bottom), mode='reflect') if bottom or right else x


def denoise(net, mu, w, g, v, p, q):
    """D(mu*, Sigma*) [B, 3, H, W] on the prior's axes, for any sides of at least 15. `net` is F, or
    a wrapper of it (compiled, distributed) that has its `prior` and `multiple`."""
    H, W = g.shape[2:]
    asked = w, g, torch.log(v) / 4, (mu - g) * torch.rsqrt(p + net.prior.data_variance(p))
    return g + q.sqrt() * net(*(pad(t, net.multiple) for t in asked))[:, :, :H, :W]


def loss(prior, D, x, q):
    """The training loss of each image, [B]: sum over axes of lambda_a mean[(D - x)_a² / q_a], an
    error in units of the Gaussian posterior's deviation. x on the prior's axes."""
    per_axis = ((D.float() - x) ** 2 / q).mean((2, 3))
    return (per_axis * constant(prior.loss_weights, per_axis)).sum(1)
