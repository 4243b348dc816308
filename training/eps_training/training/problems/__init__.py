"""Training problems, drawn on the device: an operator family with random parameters, and a noise
level, for square crops of one size. Images and noise are in units of [-1, 1]."""
from ...images import SIZE
from ...method.gaussian import linear_estimate
from ...method.operators import bicubic_spectrum
from ...method.query import query
from .blurs import Blurs, motion
from .draws import Draws
from .families import FAMILY_SETS
from .masks import Bank, strokes

FACTORS = (2, 4, 8)


class Problems:
    """Strokes and hand-shake kernels come from banks made once; all else is drawn afresh. rng: a
    NumPy generator; families: a name of FAMILY_SETS."""

    def __init__(self, prior, rng, device, bank=512, size=SIZE, families='all'):
        self.prior, self.draws = prior, Draws(rng, device, size)
        self.families = FAMILY_SETS[families]
        self.names = list(self.families)
        shares = [share for _, share in self.families.values()]
        self._shares = [share / sum(shares) for share in shares]
        self.strokes = Bank(strokes, self.draws, bank, shifted=True)
        self.blurs = Blurs(self.draws, Bank(motion, self.draws, bank, shifted=False))

    def some_families(self, count):
        return [self.names[i] for i in
                self.draws.rng.choice(len(self.names), count, p=self._shares)]

    def factor(self):
        return int(self.draws.rng.choice(FACTORS))

    def bicubic(self, factor):
        return bicubic_spectrum(factor, self.draws.size, self.draws.size, self.draws.device)

    def ask(self, family, x, tau, query=query):
        """Draws a measurement y and a query z for crops x [n, 3, S, S] on the prior's axes at noise
        levels tau [n, 1, 1, 1]; returns the arguments of `denoise`, in query's order."""
        draw, _ = self.families[family]
        op, y = draw(self, x)
        z = x + tau * self.draws.white(*x.shape)
        return query(self.prior, op, z, y, tau ** 2, linear_estimate(self.prior, op, y, x))
