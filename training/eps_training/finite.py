"""Whether every operator family can be trained on this device, before hours are spent on it:

    python -m eps_training.finite --data DIR… [--batches 10] [options of eps_training.train]

For each family and side of crops, --batches batches are drawn and run forward and backward through
the network, in f32, and in bf16 where the device has it. Loss and gradient must be finite. Prints
the range of the loss of each family; ends with an error that names the families that are not
finite. Weights are those of --init, or untrained.
"""
import argparse
import math
import torch
from . import train
from .device import autocast
from .images import SIZE
from .method.query import denoise, loss


def measured(trainer, family, n, side, bf16):
    """(loss, gradient norm) of n problems of a family."""
    x, *asked = trainer.part(family, n, side)
    with autocast(trainer.device, bf16):
        D = denoise(trainer.net, *asked)
    value = loss(trainer.prior, D, x, asked[-1]).mean()
    trainer.net.zero_grad(set_to_none=True)
    value.backward()
    norms = torch._foreach_norm([p.grad for p in trainer.net.parameters()])
    return torch.stack([value.detach(), torch.stack(norms).norm()])


def check(trainer, batches, say):
    """The families, with side and precision, whose loss or gradient is not always finite."""
    lost, batch = [], trainer.settings.batch
    for side, problems in trainer.problems.items():
        n = max(1, batch * SIZE ** 2 // (4 * side ** 2))
        for family in problems.names:
            for bf16 in (False, True) if trainer.bf16 else (False,):
                numbers = torch.stack([measured(trainer, family, n, side, bf16)
                                       for _ in range(batches)]).tolist()
                losses = [value for value, _ in numbers]
                name = f'{family} {side}×{side} {"bf16" if bf16 else "f32"}'
                say(f'{name}: loss {min(losses):.3f} to {max(losses):.3f}')
                if not all(math.isfinite(value) for row in numbers for value in row):
                    lost.append(name)
    return lost


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.finite', description=__doc__,
                                allow_abbrev=False,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--batches', type=int, default=10)
    args, options = p.parse_known_args(argv)
    settings = train.parser().parse_args([*options, '--schedule', 'stable'])
    trainer, _, say, _ = train.prepare(settings)
    train.begin_from_init(settings, trainer, say)
    lost = check(trainer, args.batches, say)
    trainer.close()
    if lost:
        raise SystemExit(f'not finite on {trainer.device}: {", ".join(lost)}')


if __name__ == '__main__':
    main()
