"""Trains photo-v1: python -m eps_training.train --data DIR… --minutes M|--samples N --checkpoint run.pt [--init WEIGHTS.safetensors]

From nothing, or fine-tuned from released weights (--init). A run that finds its checkpoint resumes from it. On several GPUs or machines:
torchrun --nproc-per-node 8 -m eps_training.train …; the batch is each process's own.
"""
import argparse
import math
import os
from pathlib import Path
import time
import warnings
import numpy as np
import torch
import torch.distributed as dist
from tqdm import tqdm
from .device import choose
from .images import Crops, list_images
from .training.logs import Log, restorations
from .training.trainer import QUERIES, Trainer
from .validate import HeldOut
from .method.prior import PRIORS
from .method.weights import read
from .training.problems import FAMILY_SETS

SHOWN = 2       # images of a sheet of restorations
HELD_OUT = 16   # without --val, every 16th image is validated on and not trained on


def parser():
    p = argparse.ArgumentParser(prog='eps_training.train', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', nargs='+', required=True, metavar='DIR[=SHARE]', help='folders of images; SHARE of the crops, else by number of images')
    p.add_argument('--val', nargs='+', metavar='DIR', help=f'held-out images; without it, every {HELD_OUT}th image of --data')
    p.add_argument('--minutes', type=float)
    p.add_argument('--samples', type=int, help='crops, over all processes')
    p.add_argument('--checkpoint', default='runs/photo-v1/run.pt', help='written every --save-every minutes; resumed from where it exists')
    p.add_argument('--init', help='released weights to start from')
    p.add_argument('--batch', type=int, default=24, help='crops a step and process; a multiple of 4')
    p.add_argument('--learning-rate', type=float, default=8e-4)
    p.add_argument('--optimiser', choices=['adamw', 'muon'], default='adamw')
    p.add_argument('--ema', type=float, default=.999)
    p.add_argument('--objective', choices=list(QUERIES), default='eps', help='palette: the conditional baseline')
    p.add_argument('--prior', choices=list(PRIORS), default='v2', help='colour axes and precisions: v1 for the shape of photo-v1')
    p.add_argument('--families', choices=list(FAMILY_SETS), default='all', help='first: those of photo-v1')
    p.add_argument('--bottom', type=int, default=0, metavar='WIDTH', help='of a level at 1/16, a multiple of 32; 0 for none')
    p.add_argument('--varied', action='store_true', help='soft crops, quarter turns, other colours')
    p.add_argument('--upright', nargs='+', default=[], metavar='DIR', help='folders of --data that are not turned')
    p.add_argument('--large', type=float, default=0, metavar='SHARE', help='of the steps, those that see 128×128 crops, a quarter as many: wide holes, and the attention over larger tiles')
    p.add_argument('--prints', type=float, default=0, metavar='SHARE', help='of the crops, those shown as old prints, black and white and faded')
    p.add_argument('--bank', type=int, default=512, help='stroke masks and motion kernels made at the start; more for long runs')
    p.add_argument('--seed', type=int, help='default: from the clock')
    p.add_argument('--device')
    p.add_argument('--f32', action='store_true', help='no bf16')
    p.add_argument('--compile', action='store_true', help='torch.compile: for GPUs, and for CPUs beside a C++ compiler')
    p.add_argument('--threads', type=int, help='CPU threads')
    p.add_argument('--save-every', type=float, default=2, metavar='MINUTES')
    p.add_argument('--validate-every', type=float, default=15, metavar='MINUTES')
    p.add_argument('--val-crops', type=int, default=64, help='per family')
    p.add_argument('--no-tensorboard', action='store_true')
    return p


def read_folders(arguments, val):
    """({folder: (paths, share or None)}, validation paths). Validation images are never among the training ones."""
    folders, held = {}, list_images(*val or [])
    for argument in arguments:
        name, _, share = str(argument).partition('=')
        paths = list_images(name)
        if not val:
            held += paths[::HELD_OUT] if len(paths) > 1 else []
        folders[name] = (paths, float(share) if share else None)
    if not held:
        raise SystemExit('nothing to validate on: name held-out images with --val DIR')
    taken = {p.resolve() for p in held}
    folders = {name: ([p for p in paths if p.resolve() not in taken], share) for name, (paths, share) in folders.items()}
    return folders, held


def shares(folders):
    """Shares of the batch, summing to 1. Named shares are kept; the rest is divided by number of images."""
    named = sum(share for _, share in folders.values() if share is not None)
    rest = sum(n for n, share in folders.values() if share is None)
    if named > 1 + 1e-9 or (rest == 0 and named <= 0):
        raise SystemExit('shares of --data must lie between 0 and 1 and sum to at most 1')
    if not rest:
        return {name: share / named for name, (_, share) in folders.items()}
    return {name: (1 - named) * n / rest if share is None else share for name, (n, share) in folders.items()}


def processes():
    """(rank, local rank, world size): of torchrun, or (0, 0, 1)."""
    if 'RANK' not in os.environ:
        return 0, 0, 1
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ['LOCAL_RANK']))       # before the first collective: NCCL works on the current GPU
    dist.init_process_group('nccl' if torch.cuda.is_available() else 'gloo')
    return dist.get_rank(), int(os.environ['LOCAL_RANK']), dist.get_world_size()


def agreed(value, world):
    """Process 0's value, in every process."""
    values = [value]
    if world > 1:
        dist.broadcast_object_list(values, 0)
    return values[0]


def main(argv=None):
    args = parser().parse_args(argv)
    if args.batch < 4 or args.batch % (16 if args.large else 4):
        raise SystemExit('--batch must be a multiple of 4, and of 16 with --large: four operator families share a step')
    args.prior = PRIORS[args.prior]
    if args.threads:
        torch.set_num_threads(args.threads)
    rank, local, world = processes()
    main_process = rank == 0
    say = (lambda *t: tqdm.write(' '.join(map(str, t)))) if main_process else (lambda *t: None)
    args.seed = agreed(int(time.time()) % 2 ** 31 if args.seed is None else args.seed, world)
    device, bf16, line = choose(args.device or (f'cuda:{local}' if world > 1 and torch.cuda.is_available() else None), args.f32)
    say('device:', line, f'· {world} processes' if world > 1 else '')
    bar = lambda paths: tqdm(paths, 'reading images', leave=False, disable=None if main_process else True)
    folders, held = read_folders(args.data, args.val)
    with warnings.catch_warnings():
        warnings.simplefilter('always' if main_process else 'ignore')
        read_crops = {name: (Crops(paths, device, progress=bar), share) for name, (paths, share) in folders.items()}
    share = shares({name: (len(crops), named) for name, (crops, named) in read_crops.items()})
    sets = [(crops, share[name], name in args.upright) for name, (crops, _) in read_crops.items()]
    for name, (crops, _) in read_crops.items():
        say(f'{name}: {len(crops)} images, {crops.skipped} broken skipped, {crops.small} too small; {share[name]:.0%} of the crops')

    trainer = Trainer(args, sets, device, bf16, rank, world)
    if Path(args.checkpoint).exists():
        same = trainer.load(args.checkpoint)
        say(f'resumed {args.checkpoint} at {trainer.seen:,} samples,', f'{trainer.budget.share:.0%} of the budget used' if same else 'with a new budget')
    elif args.init:
        trainer.start_from(*read(args.init))
        say(f'starting from {args.init}')
    if main_process:
        log = Log(args.checkpoint, not args.no_tensorboard)
        say(log.note)
        held_crops = Crops(held, scales=(1,), progress=bar)
        held_out = HeldOut(held_crops, args.prior, args.families, args.val_crops, device, trainer.query)
        say(f'validating on {len(held_crops)} images')
        shown = held_crops.draw(SHOWN, np.random.default_rng(1))
    run(args, trainer, say, (log, held_out, shown) if main_process else None)
    if world > 1:
        dist.destroy_process_group()
    return trainer


def validate(trainer, say, log, held_out, shown):
    losses = held_out.losses(trainer.ema, trainer.device, trainer.bf16)
    log.write('validation', trainer.seen, losses)
    log.picture(trainer.seen, restorations(trainer.ema, shown, trainer.device, trainer.query))
    say(f'{trainer.seen:,} samples, held-out loss', ' '.join(f'{k} {v:.3f}' for k, v in losses.items()))


def hold_finite(args, trainer, families, losses, norm):
    """Ends a run whose numbers are lost: one gradient of NaN makes all weights NaN, and the rest of the budget is spent for nothing. Waits for the device."""
    bad = sorted({family for family, value in zip(families, losses.tolist()) if not math.isfinite(value)})
    if bad or not math.isfinite(norm.item()):
        what = f'the loss of {", ".join(bad)}' if bad else 'the gradient'
        raise SystemExit(f'at {trainer.seen:,} samples {what} is not finite: the run has ended, and {args.checkpoint} is as it was last written. '
                         'Where a lower --learning-rate and --f32 do not help, the problems of that family do not suit the device')


def run(args, trainer, say, watch):
    """The loop. `watch`: log, held-out problems and images of process 0, None elsewhere."""
    if watch:
        validate(trainer, say, *watch)
    progress = tqdm(total=100, initial=100 * trainer.budget.share, disable=None if watch else True, bar_format='{l_bar}{bar}| {elapsed}<{remaining}{postfix}')
    (share, saved), begun, validated = trainer.progress(), time.monotonic(), 0.
    running, first = {}, trainer.seen
    trainer.budget.start()
    while share < 1:
        families, losses, learning_rate, norm = trainer.step()
        (share, minutes), now = trainer.progress(), time.monotonic() - begun
        saving = minutes - saved > args.save_every       # by process 0's clock: all take part, each with its own random streams
        if saving or share >= 1 or trainer.steps % 10 == 0 or trainer.budget_step == 1:
            hold_finite(args, trainer, families, losses, norm)
        if watch and trainer.steps % 10 == 0:
            for family, value in zip(families, losses.tolist()):
                running[family] = .8 * running.get(family, value) + .2 * value
            mean = sum(running.values()) / len(running)
            progress.update(100 * share - progress.n)
            progress.set_postfix_str(f'{trainer.seen:,} samples, {(trainer.seen - first) / now:.0f}/s, loss {mean:.3f}')
            if trainer.steps % 50 == 0:
                if progress.disable:        # a log file gets lines instead of a bar
                    say(f'{trainer.seen:,} samples, {share:.1%} of the budget, {(trainer.seen - first) / now:.0f}/s, loss {mean:.3f}')
                watch[0].write('training', trainer.seen, dict(seconds=trainer.budget.seconds_used, learning_rate=learning_rate, gradient_norm=norm.item(), loss=mean))
        if saving:
            trainer.save(args.checkpoint)
            saved = minutes
        if watch and now - validated > 60 * args.validate_every and share < 1:
            validate(trainer, say, *watch)
            validated = now
            trainer.budget.start()      # validation is not training time
    trainer.save(args.checkpoint)
    progress.close()
    if watch:
        validate(trainer, say, *watch)
        watch[0].close()
        say(f'{trainer.seen - first:,} samples in {(time.monotonic() - begun) / 60:.1f} minutes; {args.checkpoint}')


if __name__ == '__main__':
    main()
