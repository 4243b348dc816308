"""Trains the network that finds scratches and dust:

    python -m eps_training.scratches.train --data DIR… --out scratches.pt --minutes 60

The network is F (`method/network.py`) in narrow widths, asked of a photo alone: w is the photo, g,
the maps and the coarse residual are 0; its first channel is the logit of damage. The loss is the
binary cross-entropy of each pixel with the weight `POSITIVE` on damage, plus a tenth of 1 - Dice;
Muon at the rate of `schedule.cycle`. A process of its own draws crops, which costs as much as a
step: each is used about `USES` times, turned and mirrored at random. A run that finds its
checkpoint continues; `scratches.export` makes a release of it.
"""
import argparse
import multiprocessing
from pathlib import Path
import time
import numpy as np
import torch
import torch.nn.functional as F
from ..device import autocast, cpu_has_bf16
from ..images import Crops, list_images, printed
from ..method.network import UNet
from ..method.prior import V2
from ..training.muon import Muon
from ..training.schedule import Budget, cycle, ema_decay
from .damage import problem

WIDTHS = (16, 32, 64)
SIDE, BATCH = 128, 16
USES, BANK = 3, 3000     # of a crop; crops that are kept
RATE, EMA = 2e-3, .998
POSITIVE = 2.0
SCALES = (1, .66, .44)
SAVED_EVERY = 60        # seconds


def network():
    return UNet(V2, widths=WIDTHS)


def logits(net, photo):
    """Of photos [B, 3, H, W] in [-1, 1]: [B, H, W]."""
    none = torch.zeros_like(photo)
    maps = torch.zeros(len(photo), 8, *photo.shape[2:])
    return net(photo * V2.deviation[0], none, maps, none)[:, 0]


def draw(crops, rng):
    """photos [B, 3, S, S] in [-1, 1], labels and weights [B, S, S]."""
    x = printed(crops.draw(BATCH, rng, SIDE), .35)
    x = ((x + 1) * 127.5).permute(0, 2, 3, 1).numpy()
    photos, labels, weights = zip(*(problem(rng, np.rot90(crop, rng.integers(4))) for crop in x))
    photos = torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2) / 127.5 - 1
    as_float = lambda parts: torch.from_numpy(np.stack(parts)).float()
    return photos.contiguous(), as_float(labels), as_float(weights)


def keep_drawing(crops, seed, queue):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    while True:
        queue.put([t.numpy() for t in draw(crops, rng)])


class Bank:
    """The crops drawn last. Every `USES`-th batch brings new ones."""

    def __init__(self, queue, rng):
        self.queue, self.rng, self.parts, self.asked = queue, rng, [], 0

    def batch(self):
        """photos, labels, weights, at random of the bank."""
        if self.asked % USES == 0 or len(self.parts) < USES:
            self.parts = self.parts[-BANK // BATCH:] + [self.queue.get()]
        self.asked += 1
        picks = self.rng.integers([len(self.parts), BATCH], size=(BATCH, 2))
        turns = self.rng.integers(4), self.rng.integers(2)
        return [turned(np.stack([self.parts[i][kind][j] for i, j in picks]), *turns)
                for kind in range(3)]


def turned(images, quarters, mirrored):
    images = torch.from_numpy(np.rot90(images, quarters, (-2, -1)).copy())
    return images.flip(-1) if mirrored else images


def loss_of(logit, label, weight):
    weight = weight * (1 + (POSITIVE - 1) * label)
    entropy = F.binary_cross_entropy_with_logits(logit, label, weight=weight)
    p = torch.sigmoid(logit) * (weight > 0)
    dice = (2 * (p * label).sum() + 1) / (p.sum() + label.sum() + 1)
    return entropy + .1 * (1 - dice)


class Run:
    """The network, its moving average and its optimiser, and what of the budget is used."""

    def __init__(self, path, minutes):
        self.path, self.budget = Path(path), Budget(minutes=minutes)
        self.net, self.average = network(), network()
        self.average.load_state_dict(self.net.state_dict())
        self.bf16 = cpu_has_bf16()
        self.optimiser = Muon(self.net.named_parameters(), RATE, bf16=self.bf16)
        self.logits = torch.compile(logits, dynamic=False)
        self.steps = 0
        if self.path.exists():
            self._load()

    def _load(self):
        kept = torch.load(self.path, weights_only=True)
        self.net.load_state_dict(kept['net'])
        self.average.load_state_dict(kept['ema'])
        self.optimiser.load_state_dict(kept['optimiser'])
        self.steps, self.budget.seconds_used = kept['steps'], kept['used']

    def save(self):
        partial = self.path.with_suffix('.partial')
        torch.save(dict(net=self.net.state_dict(), ema=self.average.state_dict(),
                        optimiser=self.optimiser.state_dict(), steps=self.steps,
                        used=self.budget.seconds_used),
                   partial)
        partial.replace(self.path)

    def step(self, photos, labels, weights):
        for group in self.optimiser.param_groups:
            group['lr'] = RATE * cycle(self.budget.share, self.steps)
        with autocast(torch.device('cpu'), self.bf16):
            logit = self.logits(self.net, photos.contiguous(memory_format=torch.channels_last))
        loss = loss_of(logit.float(), labels, weights)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.steps += 1
        decay = ema_decay(EMA, self.steps)
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.net.parameters()):
                kept.lerp_(new, 1 - decay)
        return loss.item()


def train(run, bank):
    saved, losses = time.monotonic(), []
    run.budget.start()
    while run.budget.share < 1:
        losses.append(run.step(*bank.batch()))
        run.budget.spend(BATCH)
        if time.monotonic() - saved > SAVED_EVERY:
            run.save()
            print(f'{run.budget.seconds_used / 60:.1f} min, {run.steps} steps, '
                  f'loss {np.mean(losses):.4f}', flush=True)
            saved, losses = time.monotonic(), []
    run.save()


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.scratches.train', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', nargs='+', required=True, metavar='DIR')
    p.add_argument('--out', required=True, help='the checkpoint')
    p.add_argument('--minutes', type=float, required=True)
    args = p.parse_args(argv)
    crops = Crops(list_images(*args.data), scales=SCALES)
    crops.fitting(SIDE)
    context = multiprocessing.get_context('fork')
    batches, run = context.Queue(8), Run(args.out, args.minutes)
    context.Process(target=keep_drawing, args=(crops, run.steps, batches), daemon=True).start()
    train(run, Bank(batches, np.random.default_rng(run.steps)))


if __name__ == '__main__':
    main()
