"""The learning rate that a device, a batch and weights bear:

    python -m eps_training.rates --data DIR… [--rates 4e-4 8e-4 1.6e-3] [--seconds 20] [options of
    eps_training.train]

Each rate trains from the same weights (--init, or untrained) on the same problems for the same
number of steps, as many as take its part of the seconds, after a warm-up of WARM of them. Prints
the mean loss of the last third of each, and on the last line the rate whose loss is least; a rate
whose loss is not finite loses. So short a trial tells a rate that breaks from one that works, not
the best rate of a long run.
"""
import argparse
from copy import deepcopy
import math
import time
import torch
from . import train
from .training.schedule import WARM_UP_STEPS

WARM = 10       # steps
LEAST = 9       # steps of a trial


def steps(trainer, rate, going_on):
    """Mean losses [steps], from the trainer's present state at a rate, while going_on(steps)."""
    losses = []
    while going_on(len(losses)):
        trainer.settings.learning_rate = rate * min(1, (len(losses) + 1) / WARM)
        losses.append(trainer.step()[1].mean())
        trainer.budget_step = WARM_UP_STEPS     # the run's own warm-up is longer than the trial
    return torch.stack(losses).tolist()


def trials(trainer, rates, seconds):
    """({rate: mean loss of the last third}, crops a second); a loss is infinite where it is not
    finite."""
    start, streams = deepcopy(trainer.state()), trainer.ahead.streams()

    def again():
        trainer.restore(deepcopy(start))
        trainer.budget_step = WARM_UP_STEPS
        trainer.set_streams(streams)

    again()
    steps(trainer, rates[0], lambda n: n < LEAST)       # compiles
    again()
    begun = time.monotonic()
    end = begun + seconds / len(rates)
    found, batches = {}, 0
    for rate in rates:
        first = not found
        losses = steps(trainer, rate,
                       (lambda n: n < LEAST or time.monotonic() < end) if first else
                       (lambda n: n < count))
        count, batches = len(losses), batches + len(losses)
        last = losses[-(count // 3):]
        mean = sum(last) / len(last)
        found[rate] = mean if math.isfinite(mean) else math.inf
        again()
    return found, batches * trainer.settings.batch / (time.monotonic() - begun)


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.rates', description=__doc__, allow_abbrev=False,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--rates', type=float, nargs='+', default=[4e-4, 8e-4, 1.6e-3])
    p.add_argument('--seconds', type=float, default=20)
    args, options = p.parse_known_args(argv)
    settings = train.parser().parse_args([*options, '--schedule', 'stable'])
    trainer, _, say, _ = train.prepare(settings)
    train.begin_from_init(settings, trainer, say)
    found, speed = trials(trainer, args.rates, args.seconds)
    trainer.close()
    for rate, value in found.items():
        say(f'learning rate {rate:g}: loss {value:.4f}')
    say(f'{speed:,.0f} crops a second')
    best = min(found, key=found.get)
    if math.isinf(found[best]):
        raise SystemExit('no learning rate keeps the loss finite')
    print(f'{best:g}')
    return best


if __name__ == '__main__':
    main()
