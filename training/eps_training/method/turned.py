"""A network of RGB planes as the same function of planes on other axes, so that a run on a new
prior begins from weights trained on the old one.

    F'(w, g, m, coarse) = U F(Uᵀ w, Uᵀ g, m, Uᵀ coarse)        U: the axes, orthonormal rows

The layers that meet colour take the rotation: the stem, the embedding of the coarse planes, and the
head. With the old prior's precisions D is the same too; with others the run has that to learn.
"""
import torch

COLOURS, PHASES = 3, 4          # planes; pixels of a cell of the pixel unshuffle


def turned(state, axes):
    """The state dict of F' from that of F, a UNet on RGB with equal deviations."""
    U = torch.tensor(axes, dtype=torch.float64)
    out = {k: v.clone() for k, v in state.items()}
    rotate = lambda name, work: out.update({name: work(out[name].double()).to(out[name])})
    rotate('stem.weight', lambda W: torch.cat([*(_inputs(U, part) for part in
                                                 W[:, :2 * COLOURS * PHASES].chunk(2, 1)),
                                               W[:, 2 * COLOURS * PHASES:]], 1))
    for name in ('embed.2.a.weight', 'bottom.embed.a.weight'):
        if name in out:
            rotate(name, lambda W: torch.cat([W[:, :-COLOURS],
                                              _inputs(U, W[:, -COLOURS:], 1)], 1))
    rotate('head.weight', lambda W: _outputs(U, W))
    rotate('head.bias', lambda b: _outputs(U, b))
    return out


def _inputs(U, W, phases=PHASES):
    """A layer's weights [out, 3 · phases, …] for inputs on the axes: W Uᵀ."""
    colours = W.reshape(len(W), COLOURS, phases, *W.shape[2:])
    return torch.einsum('ac,oc...->oa...', U, colours).reshape(W.shape)


def _outputs(U, W):
    """A layer's weights or bias [3 · 4, …] for outputs on the axes: U W."""
    return torch.einsum('ac,c...->a...', U, W.reshape(COLOURS, PHASES, -1)).reshape(W.shape)
