"""Problems that stay the same for every file of weights: a family's measurements of fixed crops.

Every random number follows from (family, part), so that neither the order of work, nor which other
families are asked for, nor the network or its prior changes a problem. On a GPU the numbers are
others than on a CPU.
"""
import zlib
import numpy as np
import torch
from ..training.problems import FAMILY_SETS, Problems

PART = 4            # crops a part: some parameters (a factor, a kind of blur) are one draw a part
BANK = 64
FAMILIES = {name: draw for families in FAMILY_SETS.values() for name, (draw, _) in families.items()}


def seed(*names):
    return zlib.crc32('/'.join(map(str, names)).encode())


def named(arguments):
    """Names of families from names of sets and of families, each once."""
    names = []
    for argument in arguments:
        if argument not in FAMILY_SETS and argument not in FAMILIES:
            known = ', '.join([*FAMILY_SETS, *FAMILIES])
            raise SystemExit(f'no family or set of families is called {argument!r}: {known}')
        names += FAMILY_SETS.get(argument, [argument])
    return list(dict.fromkeys(names))


class FixedProblems:
    """rgb: crops [N, 3, S, S] in [-1, 1], on the device that the problems are drawn on."""

    def __init__(self, prior, rgb):
        self.x, size = prior.to_axes(rgb), rgb.shape[-1]
        self.problems = Problems(prior, np.random.default_rng(0), rgb.device, BANK, size)
        self.devices = [rgb.device] if rgb.device.type == 'cuda' else []

    def of(self, family):
        """Yields (x on the prior's axes, operator, y as the family returns it, a generator for what
        is drawn beyond) part by part."""
        for part, x in enumerate(self.x.split(PART)):
            own = seed(family, part)
            with torch.random.fork_rng(devices=self.devices):
                torch.manual_seed(own)
                self.problems.draws.rng = np.random.default_rng(own)
                op, y = FAMILIES[family](self.problems, x)
            yield x, op, y, torch.Generator().manual_seed(seed('restore', family, part))
