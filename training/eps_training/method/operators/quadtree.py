"""Variances of N(0, M^-1) on a grid, M as in multigrid.py, without a solve: on a tree in its place.

Each pixel is tied to a cell of 2×2 pixels, that to one of 4×4, and so on to the whole. With a the
mean of the four ties around a node (between cells half the sum of the ties that cross, which keeps
an even membrane a membrane), a node is tied to its parent by 5 a at the pixels and 9 a above: then
the variance on an even grid is right within 3 % for masses of 1e-5 to 100 times a tie. On a tree
all is exact in one pass up and one down (Willsky 2002). With u the precision that a node's pixels
give it, k its tie,

    up       m = u k/(u + k);    u of a parent = sum of its children's m
    down     t = k r/(k + r), r = t of the parent + m of the siblings;    variance = 1/(u + t)

and a cell's mean of pixels is G x + i with x its own value and Var i = I, from which follow the
variances in octaves. The octave l lies between means of 2^l and of 2^(l+1) pixels; the last holds
all that is left in means of 16. Averaged over four shifts.

Against draws, in holes of 12 to 41 px with differences known to 0.01 to 0.3: p 1.0 to 1.17 and q
0.9 to 1.08 of the truth, the bands 0.9 to 1.5, twice within 2 px of a hole's edge. Where seams are
more than ten times looser than the regions between them, q of luma falls to 0.4.
"""
from functools import lru_cache
import math
import torch
import torch.nn.functional as F
from ..noise_geometry import band_weights

PIXEL_TIE, CELL_TIE = 5., 9.
OCTAVES = 4             # below the means of 16 pixels
SHIFTS = ((0, 0), (9, 5), (5, 14), (14, 10))
LEAST = 1e-6            # of its pixels' masses, what a node without ties has: nothing is tied to it


def children(x):
    """[..., H, W] -> the four of each cell, [..., H/2, W/2, 4], row by row."""
    return x.unflatten(-2, (-1, 2)).unflatten(-1, (-1, 2)).transpose(-3, -2).flatten(-2)


def on_grid(x):
    """`children`'s inverse."""
    return x.unflatten(-1, (2, 2)).transpose(-3, -2).flatten(-2).flatten(-3, -2)


def spread(x, side):
    """Each cell's value over its pixels."""
    return x.repeat_interleave(side, -2).repeat_interleave(side, -1)


def siblings(x):
    """For each child, the sum of the other three. A difference would lose the small ones."""
    a, b, c, d = x.unbind(-1)
    return torch.stack([b + c + d, a + c + d, a + b + d, a + b + c], -1)


@lru_cache(maxsize=4)
def octave_shares(device):
    """How much of each band filter's energy lies in each octave, [4, OCTAVES + 1]: pi/2^(l+1) to
    pi/2^l of the larger of the two frequencies."""
    n = 64
    frequency = 2 * torch.fft.fftfreq(n, dtype=torch.float64).abs()
    larger = torch.maximum(frequency[:, None], frequency[None]).clamp_min(1 / n)
    octave = (-torch.log2(larger)).floor().clamp_max(OCTAVES)
    energy = band_weights(n, n, torch.device('cpu'))
    shares = torch.stack([(energy * (octave == l)).sum((1, 2)) for l in range(OCTAVES + 1)], 1)
    # Only the widest band has a mean, most of the last octave on a loosely held grid.
    shares[:3, -2] += shares[:3, -1]
    shares[:3, -1] = 0
    return shares.to(device)


def upwards(mass, right, below):
    """[(u, k, m) of the nodes of each level], pixels first, and u of the root. Sides are equal and
    a power of two; right and below have the image's size, 0 where there is no neighbour."""
    levels, u, stiffness = [], mass, PIXEL_TIE
    while mass.shape[-1] > 1:
        k = stiffness / 4 * (right + right.roll(1, -1) + below + below.roll(1, -2))
        m = u * k / (u + k)
        levels.append((u, k, m))
        mass = children(mass).sum(-1)
        u = torch.maximum(children(m).sum(-1), LEAST * mass)
        right, below = children(right)[..., 1::2].sum(-1) / 2, children(below)[..., 2:].sum(-1) / 2
        stiffness = CELL_TIE
    return levels, u


def downwards(levels, root):
    """The variances of each level's nodes, pixels first, the root last."""
    found, t = [1 / root], torch.zeros_like(root)
    for u, k, m in reversed(levels):
        r = on_grid(t[..., None] + siblings(children(m)))
        t = k * r / (k + r).clamp_min(1e-30)
        found.append(1 / (u + t))
    return found[::-1]


def octaves(levels, found):
    """Variances in octaves, as of white noise, [OCTAVES + 1, ...]."""
    u = levels[0][0]
    G, I, out = torch.ones_like(u), torch.zeros_like(u), []
    for l, (u, k, _) in enumerate(levels[:OCTAVES]):
        own = 1 / (u + k)                       # variance beside the parent's
        seen, inner = children(G * k * own), children(G * G * own + I)
        between = 4 / 3 * found[l + 1] * seen.var(-1, correction=0)
        out.append(spread(4 ** l * (inner.mean(-1) + between), 2 ** (l + 1)))
        G, I = seen.mean(-1), inner.mean(-1) / 4
    out.append(spread(4 ** OCTAVES * (G * G * found[OCTAVES] + I), 2 ** OCTAVES))
    return torch.stack(out)


def shifted(x, leading, side, value):
    """x as planes of the tree's size, once for each of SHIFTS, [shifts, B, C, side, side]."""
    x = F.pad(x, (0, side - x.shape[-1], 0, side - x.shape[-2]), value=value)
    return torch.stack([x.expand(*leading, side, side).roll(shift, (-2, -1)) for shift in SHIFTS])


def averaged(x, size):
    """The mean over SHIFTS, each moved back and cut to size."""
    back = [part.roll((-down, -across), (-2, -1))
            for part, (down, across) in zip(x.unbind(-5), SHIFTS)]
    return sum(back)[..., :size[0], :size[1]] / len(SHIFTS)


def trees(mass, right, below):
    """(levels, root) of M's trees: mass [B or 1, 1 or C, H, W], right [., ., H, W - 1] and below
    [., ., H - 1, W] as Multigrid's."""
    side = 2 ** math.ceil(math.log2(max(mass.shape[-2:])))
    leading = torch.broadcast_shapes(mass.shape[:2], right.shape[:2], below.shape[:2])
    planes = ((mass, 1.), (right, 0.), (below, 0.))
    return upwards(*(shifted(x, leading, side, value) for x, value in planes))


def pixel_variances(mass, right, below):
    """diag M^-1, [B, C, H, W]."""
    levels, root = trees(mass, right, below)
    return averaged(downwards(levels, root)[0], mass.shape[-2:])


def pixel_and_band_variances(mass, right, below):
    """(diag M^-1 [B, C, H, W], the variances in four bands [4, B, C, H, W])."""
    levels, root = trees(mass, right, below)
    found = downwards(levels, root)
    shares = octave_shares(mass.device).to(mass.dtype)
    bands = torch.einsum('kl,l...->k...', shares, octaves(levels, found))
    return averaged(found[0], mass.shape[-2:]), averaged(bands, mass.shape[-2:])
