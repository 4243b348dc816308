"""Systems on a grid whose pixels are held by masses d > 0 and tied to their neighbours,

    (M x)_i = d_i x_i + sum over the neighbours j of w_ij (x_i - x_j),       w_ij >= 0,

solved by conjugate gradients preconditioned with one symmetric V-cycle of multigrid.

Weights may jump by any factor from tie to tie, along seams one pixel wide, which cells of 2×2
pixels straddle. Interpolation therefore follows the weights (Alcouffe, Brandt, Dendy and Painter
1981; Dendy 1982): every second pixel of each side is kept, a pixel between two kept ones takes what
its row or column of M, summed across, makes of them, and one in the middle of four what its own row
of M does. Coarse systems are Galerkin products P^T M P, of nine points; damped Jacobi smooths.
"""
from functools import lru_cache
import math
import torch
import torch.nn.functional as F
from ..solvers import conjugate_gradients, inverted

SWEEPS, DAMPING = 2, .8
COARSEST = 8            # side of the grid that is solved directly
RIGHT, BELOW, LOWER_RIGHT, LOWER_LEFT = (0, 1), (1, 0), (1, 1), (1, -1)
AHEAD = RIGHT, BELOW, LOWER_RIGHT, LOWER_LEFT


def per_plane(a, b):
    """Inner products of conjugate gradients, one for each plane."""
    return (a * b).sum((2, 3), keepdim=True)


def pairs(x, step):
    """Views of the pixels that have a neighbour at `step`, and of those neighbours."""
    (dy, dx), (H, W) = step, x.shape[-2:]
    here = x[..., :H - dy, max(0, -dx):W - max(0, dx)]
    return here, x[..., dy:, max(0, dx):W + min(0, dx)]


class Level:
    """mass [B or 1, C, H, W]; ties {step: w of the pairs with a neighbour at that step}."""

    def __init__(self, mass, ties):
        self.mass, self.ties = mass, ties
        leading = torch.broadcast_shapes(mass.shape[:2], *(w.shape[:2] for w in ties.values()))
        total = mass.expand(leading + mass.shape[2:]).clone()
        for step, w in ties.items():
            for end in pairs(total, step):
                end += w
        self.diagonal = total
        self.gain = DAMPING / total

    def times(self, x):
        out = self.mass * x
        for step, w in self.ties.items():
            here, there = pairs(x, step)
            flow = w * (here - there)
            out_here, out_there = pairs(out, step)
            out_here += flow
            out_there -= flow
        return out

    def tie(self, dy, dx):
        """w of every pixel to its neighbour at (dy, dx), 0 where there is none."""
        forward = (dy, dx) in self.ties
        step = (dy, dx) if forward else (-dy, -dx)
        w = torch.zeros_like(self.diagonal)
        if step in self.ties:
            pairs(w, step)[0 if forward else 1].copy_(self.ties[step])
        return w


class Transfer:
    """P and P^T between a level, of even sides, and the kept pixels, those of even row and
    column."""

    def __init__(self, level):
        tie = {(y, x): level.tie(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x}
        side = lambda y, x: sum(tie[k] for k in tie if k[0] == y or k[1] == x)
        left, right, up, down = side(None, -1), side(None, 1), side(-1, None), side(1, None)
        across, along = level.mass + left + right, level.mass + up + down
        # Of pixels between two kept ones in a row, and in a column: [left, right], [up, down].
        self.row = [(w / across)[..., ::2, 1::2] for w in (left, right)]
        self.column = [(w / along)[..., 1::2, ::2] for w in (up, down)]
        own = {k: (w / level.diagonal)[..., 1::2, 1::2] for k, w in tie.items()}
        # Pixels in the middle, by way of the four between: [upper left, upper right, lower ...].
        lower = [F.pad(w[..., 1:, :], (0, 0, 0, 1)) for w in self.row]
        righter = [F.pad(w[..., 1:], (0, 1)) for w in self.column]
        self.middle = [
            own[-1, -1] + own[-1, 0] * self.row[0] + own[0, -1] * self.column[0],
            own[-1, 1] + own[-1, 0] * self.row[1] + own[0, 1] * righter[0],
            own[1, -1] + own[1, 0] * lower[0] + own[0, -1] * self.column[1],
            own[1, 1] + own[1, 0] * lower[1] + own[0, 1] * righter[1]]

    def prolong(self, c):
        """P c."""
        h, w = c.shape[-2:]
        right, below = F.pad(c[..., 1:], (0, 1)), F.pad(c[..., 1:, :], (0, 0, 0, 1))
        corner = F.pad(c[..., 1:, 1:], (0, 1, 0, 1))
        x = c.new_empty(*c.shape[:-2], 2 * h, 2 * w)
        x[..., ::2, ::2] = c
        x[..., ::2, 1::2] = self.row[0] * c + self.row[1] * right
        x[..., 1::2, ::2] = self.column[0] * c + self.column[1] * below
        a, b, d, e = self.middle
        x[..., 1::2, 1::2] = a * c + b * right + d * below + e * corner
        return x

    def restrict(self, x):
        """P^T x."""
        row, column, middle = x[..., ::2, 1::2], x[..., 1::2, ::2], x[..., 1::2, 1::2]
        a, b, d, e = self.middle
        out = x[..., ::2, ::2] + self.row[0] * row + self.column[0] * column + a * middle
        out[..., 1:] += (self.row[1] * row + b * middle)[..., :-1]
        out[..., 1:, :] += (self.column[1] * column + d * middle)[..., :-1, :]
        out[..., 1:, 1:] += (e * middle)[..., :-1, :-1]
        return out


@lru_cache(maxsize=64)
def colours(height, width, device):
    """Nine combs of every third pixel of each side, [9, 1, 1, H, W], and which of them holds the
    neighbour at each step of AHEAD, [1, 1, 1, H, W] each."""
    y, x = torch.arange(height)[:, None], torch.arange(width)[None]
    of = lambda dy, dx: (((y + dy) % 3) * 3 + (x + dx) % 3)[None, None, None]
    combs = of(0, 0) == torch.arange(9).reshape(9, 1, 1, 1, 1)
    return combs.to(device), {step: of(*step).to(device) for step in AHEAD}


def galerkin(level, transfer):
    """P^T M P. A comb's image holds one column of it at each pixel; that of ones holds the
    masses."""
    h, w = (n // 2 for n in level.mass.shape[2:])
    combs, at = colours(h, w, level.mass.device)
    shape = level.diagonal.shape[:2]
    asked = torch.cat([combs, torch.ones_like(combs[:1])]).to(level.mass.dtype)
    image = transfer.restrict(level.times(transfer.prolong(asked.expand(10, *shape, h, w))))
    ties = {}
    for step in AHEAD:
        column = image.gather(0, at[step].expand(1, *shape, h, w))[0]
        ties[step] = -pairs(column, step)[0]
    return Level(image[9], ties)


class Multigrid:
    """mass [B or 1, 1 or C, H, W]; right [., ., H, W - 1]: w of each pixel and the one to its
    right; below [., ., H - 1, W]: and the one below it."""

    def __init__(self, mass, right, below):
        self.size = H, W = mass.shape[-2:]
        halvings = max(0, math.ceil(math.log2(max(H, W) / COARSEST)))
        self.margin = [0, -W % 2 ** halvings, 0, -H % 2 ** halvings]
        mass = F.pad(mass, self.margin, value=1.)
        ties = {RIGHT: F.pad(right, self.margin), BELOW: F.pad(below, self.margin)}
        self.levels = [Level(mass, ties)]
        self.transfers = []
        for _ in range(halvings):
            self.transfers.append(Transfer(self.levels[-1]))
            self.levels.append(galerkin(self.levels[-1], self.transfers[-1]))
        self.inverse = inverse(self.levels[-1])

    def cycle(self, r, depth=0):
        """Near M^-1 r; symmetric and positive."""
        level = self.levels[depth]
        if depth == len(self.transfers):
            return (self.inverse @ r.flatten(2)[..., None]).reshape(r.shape)
        smooth = lambda x: x + level.gain * (r - level.times(x))
        x = level.gain * r
        for _ in range(SWEEPS - 1):
            x = smooth(x)
        transfer = self.transfers[depth]
        x = x + transfer.prolong(self.cycle(transfer.restrict(r - level.times(x)), depth + 1))
        for _ in range(SWEEPS):
            x = smooth(x)
        return x

    def solve(self, right, start, iterations):
        """M^-1 right, [B, C, H, W], to a fixed number of iterations; no start is 0's first
        cycle."""
        right = F.pad(right, self.margin)
        start = self.cycle(right) if start is None else F.pad(start, self.margin)
        x = conjugate_gradients(self.levels[0].times, right, self.cycle, start, iterations,
                                per_plane)
        return x[..., :self.size[0], :self.size[1]]


def inverse(level):
    """M^-1 as dense matrices, [B or 1, C or 1, n, n]; in f64, since M's condition may be beyond
    f32."""
    n = level.mass[0, 0].numel()
    unit = torch.eye(n, device=level.mass.device, dtype=level.mass.dtype)
    unit = unit.reshape(n, 1, 1, *level.mass.shape[2:]).expand(n, *level.diagonal.shape)
    matrix = level.times(unit).flatten(3).movedim(0, -1)
    return inverted(matrix.double()).to(matrix.dtype)
