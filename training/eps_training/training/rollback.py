"""Going back from numbers that are lost: one gradient of NaN makes all weights NaN.

Losses and gradient norms stay on the device and are looked at every CHECK_EVERY steps, once for all
of them. After KEEP_EVERY good checks the state (weights, moving average, optimiser, counts) is
copied; a bad check puts the last copy back. The random streams are not put back: the same problems
would be drawn again. A run that loses its numbers PATIENCE times from one state ends.
"""
from copy import deepcopy
import math
import torch
import torch.distributed as dist

CHECK_EVERY = 20
KEEP_EVERY = 5
PATIENCE = 5


class Guard:
    """Of one trainer. `say` prints a line."""

    def __init__(self, trainer, say):
        self.trainer, self.say = trainer, say
        self.recent = []        # (families, losses, norm, samples seen) since the last check
        self.good = 0           # checks since the copy
        self.keep()

    def keep(self):
        self.kept = deepcopy(self.trainer.state())
        self.good = self.lost = 0

    def saw(self, families, losses, norm):
        self.recent.append((families, losses, norm, self.trainer.seen))

    def due(self):
        """Every CHECK_EVERY steps, and after the first: a family that cannot work shows at once."""
        return len(self.recent) >= CHECK_EVERY or self.trainer.budget_step == 1

    def check(self):
        """Whether all since the last check is finite; puts the copy back where it is not. Waits for
        the device. On several processes all of them call it at the same step."""
        what, seen = self._first_loss()
        self.recent = []
        if not self._anywhere(what is not None):
            self.good += 1
            if self.good == KEEP_EVERY:
                self.keep()
            return True
        self.lost += 1
        if what:
            self.say(f'at {seen:,} samples {what} is not finite: back to {self.kept["seen"]:,}')
        if self.lost == PATIENCE:
            raise SystemExit(
                f'at {seen:,} samples {what or "another process"} is not finite, for the '
                f'{PATIENCE}th time from {self.kept["seen"]:,} samples on: the run has ended, and '
                f'{self.trainer.settings.checkpoint} is as it was last written. Where a lower '
                '--learning-rate and --f32 do not help, the problems of that family do not suit '
                'the device')
        self.trainer.restore(deepcopy(self.kept))
        return False

    def _first_loss(self):
        """(what is not finite, or None; at how many samples), of the first step that has any."""
        if self.recent:
            rows = [torch.cat([losses.float(), norm.float().reshape(1)])
                    for _, losses, norm, _ in self.recent]
            for (families, *_, seen), (*losses, norm) in zip(self.recent,
                                                             torch.stack(rows).tolist()):
                bad = {f for f, value in zip(families, losses) if not math.isfinite(value)}
                if bad:
                    return f'the loss of {", ".join(sorted(bad))}', seen
                if not math.isfinite(norm):
                    return 'the gradient', seen
        return None, self.trainer.seen

    def _anywhere(self, lost):
        """Whether any process has lost its numbers: all go back together."""
        if self.trainer.world == 1:
            return lost
        flag = torch.tensor(float(lost), device=self.trainer.device)
        dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag.item())
