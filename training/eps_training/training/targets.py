"""What crops are trained on, made more varied than the photos are: soft ones, quarter turns, other
colours. x [B, 3, S, S] in RGB in [-1, 1]."""
import numpy as np
import torch
import torch.nn.functional as F
from ..device import upload

SOFT = .15              # share of crops that are enlarged
MOST_SOFT = 1.6         # by up to this factor
COLOURS = 1 / 3         # share whose saturation is changed


def softened(x, rng):
    """SOFT of the crops replaced by their own middle, enlarged: photos that are not sharp."""
    out, chosen = x.clone(), rng.permutation(len(x))[:rng.binomial(len(x), SOFT)]
    if len(chosen):
        part = upload(1 / rng.uniform(1, MOST_SOFT, len(chosen)).astype(np.float32), x.device)
        zoom = part[:, None, None] * torch.eye(2, 3, device=x.device)
        at, size = upload(chosen, x.device), (len(chosen), *x.shape[1:])
        out[at] = F.grid_sample(x[at], F.affine_grid(zoom, size, align_corners=False),
                                mode='bicubic', padding_mode='reflection', align_corners=False)
    return out.clamp(-1, 1)


def turned(x, rng):
    """All crops by the same number of quarter turns, at random."""
    return torch.rot90(x, int(rng.integers(4)), (2, 3))


def recoloured(x):
    """Channels' gains within 5 %, and saturation 0.7 to 1.3 times in COLOURS of the crops."""
    u = torch.rand(5, len(x), 1, 1, 1, device=x.device)
    gains = torch.cat([.95 + .1 * u[i] for i in range(3)], 1)
    light = (x + 1) * gains
    grey = light.mean(1, keepdim=True)
    saturation = torch.where(u[3] < COLOURS, .7 + .6 * u[4], torch.ones_like(u[4]))
    return (grey + saturation * (light - grey) - 1).clamp(-1, 1)


def varied(x, rng, upright=False):
    """All of these; `upright`: without turns (faces)."""
    x = softened(x, rng)
    return recoloured(x if upright else turned(x, rng))
