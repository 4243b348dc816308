"""Trains the network:

    python -m eps_training.train --data DIR… --minutes M|--samples N --checkpoint run.pt
    [--init WEIGHTS.safetensors]

A run starts from scratch, from released weights (--init), or from the raw weights of a stable phase
(also --init), which it continues. A run that finds its checkpoint resumes from it; SIGTERM saves
the checkpoint and ends the run. --schedule stable never ends by itself: eps_training.cool makes a
release from it at any time. On several GPUs or machines: torchrun --nproc-per-node 8 -m
eps_training.train …; --batch then counts the crops of each process.
"""
import argparse
import os
from pathlib import Path
import time
import warnings
import numpy as np
import torch
import torch.distributed as dist
from tqdm import tqdm
from .device import choose
from .images import Crops
from .sets import HELD_OUT, read_folders, shares
from .training.logs import Log, restorations
from .training.rollback import Guard
from .training.signals import Terminated
from .training.snapshots import Snapshots, is_raw
from .training.trainer import QUERIES, Trainer
from .validate import HeldOut
from .method.prior import V2
from .method.weights import read
from .training.problems import FAMILY_SETS

SHOWN = 2       # images of a sheet of restorations


def parser(data_required=True):
    p = argparse.ArgumentParser(prog='eps_training.train', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', nargs='+', required=data_required, metavar='DIR[=SHARE]',
                   help='folders of images, SHARE of the crops, else by number of images; '
                   'or parts written by eps_training.pack')
    p.add_argument('--val', nargs='+', metavar='DIR',
                   help='held-out images; without it, those of the parts, '
                   f'or every {HELD_OUT}th image of --data')
    p.add_argument('--schedule', choices=['cycle', 'stable'], default='cycle',
                   help='cycle: the rate falls to 2 per cent where the budget ends; '
                   'stable: warm-up, then a constant rate, '
                   'without end unless --minutes or --samples set one')
    p.add_argument('--minutes', type=float)
    p.add_argument('--samples', type=int, help='crops, over all processes')
    p.add_argument('--cool', type=float, default=0, metavar='SHARE',
                   help='of the budget of a stable schedule: ends with a cool-down in the same '
                   'process, saved beside the checkpoint as NAME.cooled.pt')
    p.add_argument('--checkpoint', default='runs/run.pt',
                   help='written every --save-every minutes; resumed from where it exists')
    p.add_argument('--init', help='weights to start from: released ones, or raw ones to go on from')
    p.add_argument('--batch', type=int, default=24,
                   help='crops a step and process; a multiple of 4')
    p.add_argument('--learning-rate', type=float, default=8e-4)
    p.add_argument('--optimiser', choices=['adamw', 'muon'], default='adamw')
    p.add_argument('--ema', type=float, default=.999)
    p.add_argument('--objective', choices=list(QUERIES), default='eps',
                   help='palette: the conditional baseline')
    p.add_argument('--families', choices=list(FAMILY_SETS), default='all',
                   help='first: nothing, masks, block means, blurs, grey and white noise')
    p.add_argument('--bottom', type=int, default=0, metavar='WIDTH',
                   help='of a level at 1/16, a multiple of 32; 0 for none')
    p.add_argument('--varied', action='store_true', help='soft crops, quarter turns, other colours')
    p.add_argument('--upright', nargs='+', default=[], metavar='DIR',
                   help='folders or sets of --data that are not turned')
    p.add_argument('--large', type=float, default=0, metavar='SHARE',
                   help='of the steps, those that see 128×128 crops, a quarter as many: '
                   'wide holes, and the attention over larger tiles')
    p.add_argument('--prints', type=float, default=0, metavar='SHARE',
                   help='of the crops, those shown as old prints, black and white and faded')
    p.add_argument('--bank', type=int, default=512,
                   help='stroke masks and motion kernels made at the start; more for long runs')
    p.add_argument('--seed', type=int, help='default: from the clock')
    p.add_argument('--device')
    p.add_argument('--f32', action='store_true', help='no bf16')
    p.add_argument('--compile', action=argparse.BooleanOptionalAction, default=False,
                   help='torch.compile: for GPUs, and for CPUs beside a C++ compiler')
    p.add_argument('--threads', type=int, help='CPU threads')
    p.add_argument('--save-every', type=float, default=2, metavar='MINUTES')
    p.add_argument('--snapshots', type=float, default=0, metavar='SECONDS',
                   help='raw and averaged weights this often, as files of at most 15 MB '
                   'beside the checkpoint: for machines that may be cut off. 0: none')
    p.add_argument('--snapshots-in', metavar='FOLDER', help='in place of the checkpoint\'s')
    p.add_argument('--validate-every', type=float, default=15, metavar='MINUTES')
    p.add_argument('--val-crops', type=int, default=64, help='per family')
    p.add_argument('--no-tensorboard', action='store_true')
    return p


def processes():
    """(rank, local rank, world size): of torchrun, or (0, 0, 1)."""
    if 'RANK' not in os.environ:
        return 0, 0, 1
    if torch.cuda.is_available():
        # Before the first collective: NCCL works on the current GPU.
        torch.cuda.set_device(int(os.environ['LOCAL_RANK']))
    dist.init_process_group('nccl' if torch.cuda.is_available() else 'gloo')
    return dist.get_rank(), int(os.environ['LOCAL_RANK']), dist.get_world_size()


def agreed(value, world):
    """Process 0's value, in every process."""
    values = [value]
    if world > 1:
        dist.broadcast_object_list(values, 0)
    return values[0]


def read_sets(args, folders, device, bar, say):
    """[(Crops, share, whether they stand upright)] of read_folders' sets."""
    upright = {Path(name).name for name in args.upright}
    unknown = upright - {Path(name).name for name in folders}
    if unknown:
        raise SystemExit(f'--upright {" ".join(sorted(unknown))} is not among --data')
    read_crops = {name: (Crops(paths, device, progress=bar), share)
                  for name, (paths, share) in folders.items()}
    share = shares({name: (len(crops), named) for name, (crops, named) in read_crops.items()})
    for name, (crops, _) in read_crops.items():
        say(f'{name}: {len(crops)} images, {crops.skipped} broken skipped, '
            f'{crops.small} too small; {share[name]:.0%} of the crops')
    return [(crops, share[name], Path(name).name in upright)
            for name, (crops, _) in read_crops.items()]


def prepare(args):
    """(a trainer with untrained weights, paths of the validation images, say, bar) for a parsed
    command line."""
    if args.batch < 4 or args.batch % (16 if args.large else 4):
        raise SystemExit('--batch must be a multiple of 4, and of 16 with --large: '
                         'four operator families share a step')
    args.prior = V2
    if args.threads:
        torch.set_num_threads(args.threads)
    rank, local, world = processes()
    main_process = rank == 0
    say = (lambda *t: tqdm.write(' '.join(map(str, t)))) if main_process else (lambda *t: None)
    args.seed = agreed(int(time.time()) % 2 ** 31 if args.seed is None else args.seed, world)
    device, bf16, line = choose(
        args.device or (f'cuda:{local}' if world > 1 and torch.cuda.is_available() else None),
        args.f32)
    say('device:', line, f'· {world} processes' if world > 1 else '')
    bar = lambda paths: tqdm(paths, 'reading images', leave=False,
                             disable=None if main_process else True)
    folders, held = read_folders(args.data, args.val)
    with warnings.catch_warnings():
        warnings.simplefilter('always' if main_process else 'ignore')
        sets = read_sets(args, folders, device, bar, say)
    return Trainer(args, sets, device, bf16, rank, world), held, say, bar


def begin_from_init(args, trainer, say):
    """Starts from the weights of --init, where it is given."""
    if args.init:
        raw = is_raw(args.init)
        trainer.start_from(*read(args.init), raw)
        say(f'going on from {args.init} at {trainer.seen:,} samples' if raw else
            f'starting from {args.init}')


def start(args, trainer, say, stable=None):
    """Resumes from the checkpoint where there is one; otherwise begins from `stable`, the
    checkpoint of a stable phase, from --init, or from scratch."""
    if Path(args.checkpoint).exists():
        same = trainer.load(args.checkpoint)
        say(f'resumed {args.checkpoint} at {trainer.seen:,} samples,',
            f'{trainer.budget.share:.0%} of the budget used' if same else 'with a new budget')
    elif stable:
        trainer.load(stable, begin=True)
        say(f'starting from {stable} at {trainer.seen:,} samples')
    else:
        begin_from_init(args, trainer, say)


def divided(args):
    """Takes the share --cool from the budget of a parsed command line; returns it as (minutes,
    samples), None where there is no cool-down."""
    if not args.cool:
        return None
    if args.schedule != 'stable' or not (args.minutes or args.samples) or not 0 < args.cool < 1:
        raise SystemExit('--cool is a share between 0 and 1 of the --minutes or --samples '
                         'of --schedule stable')
    minutes, samples = args.minutes, args.samples
    args.minutes = minutes and minutes * (1 - args.cool)
    args.samples = samples and round(samples * (1 - args.cool))
    return minutes and minutes - args.minutes, samples and samples - args.samples


def train(args, stable=None):
    """A run of a parsed command line; returns its trainer."""
    cooling = divided(args)
    trainer, held, say, bar = prepare(args)
    start(args, trainer, say, stable)
    watch = None
    if trainer.rank == 0:
        log = Log(args.checkpoint, not args.no_tensorboard)
        say(log.note)
        held_crops = Crops(held, scales=(1,), progress=bar)
        held_out = HeldOut(held_crops, args.prior, args.families, args.val_crops, trainer.device,
                           trainer.query)
        say(f'validating on {len(held_crops)} images')
        watch = log, held_out, held_crops.draw(SHOWN, np.random.default_rng(1))
    try:
        if watch:
            validate(trainer, say, *watch)
        ended = run(args, trainer, say, watch)
        if cooling and ended:
            args.checkpoint = str(Path(args.checkpoint).with_suffix('.cooled.pt'))
            trainer.begin_cooling(*cooling)
            run(args, trainer, say, watch)
    finally:
        trainer.close()
        if watch:
            watch[0].close()
    if trainer.world > 1:
        dist.destroy_process_group()
    return trainer


def main(argv=None):
    return train(parser().parse_args(argv))


def validate(trainer, say, log, held_out, shown):
    losses = held_out.losses(trainer.ema, trainer.device, trainer.bf16)
    log.write('validation', trainer.seen, losses)
    log.picture(trainer.seen, restorations(trainer.ema, shown, trainer.device, trainer.query))
    say(f'{trainer.seen:,} samples, held-out loss',
        ' '.join(f'{k} {v:.3f}' for k, v in losses.items()))


class Progress:
    """The bar, the lines of a log file in its place, and rows of training.csv. watch: see `run`."""

    def __init__(self, trainer, say, watch):
        self.trainer, self.say, self.log = trainer, say, watch and watch[0]
        self.bar = tqdm(total=100, initial=100 * trainer.budget.share,
                        disable=None if watch else True,
                        bar_format='{l_bar}{bar}| {elapsed}<{remaining}{postfix}')
        self.begun, self.first, self.running = time.monotonic(), trainer.seen, {}

    def saw(self, share, families, losses, learning_rate, norm):
        """Every tenth step; waits for the device."""
        trainer = self.trainer
        for family, value in zip(families, losses.tolist()):
            self.running[family] = .8 * self.running.get(family, value) + .2 * value
        mean = sum(self.running.values()) / len(self.running)
        line = (f'{(trainer.seen - self.first) / (time.monotonic() - self.begun):.0f}/s, '
                f'loss {mean:.3f}')
        self.bar.update(100 * share - self.bar.n)
        self.bar.set_postfix_str(f'{trainer.seen:,} samples, {line}')
        if trainer.steps % 50 == 0:
            if self.bar.disable:        # a log file gets lines instead of a bar
                self.say(f'{trainer.seen:,} samples, '
                         f'{f"{share:.1%} of the budget, " if share else ""}{line}')
            self.log.write('training', trainer.seen, dict(
                seconds=trainer.budget.seconds_used, learning_rate=learning_rate,
                gradient_norm=norm.item(), loss=mean))

    def close(self):
        self.bar.close()
        return (f'{self.trainer.seen - self.first:,} samples in '
                f'{(time.monotonic() - self.begun) / 60:.1f} minutes')


def run(args, trainer, say, watch):
    """The loop of one phase; returns whether its budget is used, rather than ended by SIGTERM.
    `watch`: log, held-out problems and images of process 0, None elsewhere."""
    progress, guard, snapshots = (Progress(trainer, say, watch), Guard(trainer, say),
                                  Snapshots(trainer, args.snapshots))
    (share, saved, stop), validated = trainer.progress(), time.monotonic()
    trainer.budget.start()
    with Terminated() as terminated:
        while share < 1 and not stop:
            families, losses, learning_rate, norm = trainer.step()
            guard.saw(families, losses, norm)
            # By process 0's clock: all take part, each with its own random streams.
            share, minutes, stop = trainer.progress(terminated.asked)
            saving, shooting = minutes - saved > args.save_every, snapshots.due(minutes)
            looking = saving or shooting or stop or share >= 1 or guard.due()
            if looking and not guard.check():
                share, *_ = trainer.progress()
                continue
            if watch and trainer.steps % 10 == 0:
                progress.saw(share, families, losses, learning_rate, norm)
            if saving:
                trainer.save(args.checkpoint)
                saved = minutes
            if shooting:
                snapshots.write(minutes)
            if watch and time.monotonic() - validated > 60 * args.validate_every and share < 1:
                validate(trainer, say, *watch)
                validated = time.monotonic()
                trainer.budget.start()      # validation is not training time
        trainer.save(args.checkpoint)
        if args.snapshots:
            snapshots.write(0)
    line = progress.close()
    if watch:
        if not stop:        # who sends SIGTERM does not wait for long
            validate(trainer, say, *watch)
        say(f'{line}; {args.checkpoint}')
    return not stop


if __name__ == '__main__':
    main()
