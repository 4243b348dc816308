"""A release candidate of a stable phase:

    python -m eps_training.cool RUN.pt --out COOLED.pt [--share .15 | --minutes M | --samples N]

Goes on from the run's raw weights and optimiser for a share of the crops that it has seen, while
the rate falls to 0 as 1 - sqrt(share used) (`schedule.py`). The moving average of COOLED.pt is what
`eps_training.export` makes a release of. RUN.pt is read, never written: its stable phase goes on
from where it was. Data and all other settings are the run's; any option of eps_training.train may
follow to say otherwise, `--data parts/*` or `--device cpu`. Called again, it resumes COOLED.pt.
"""
import argparse
from pathlib import Path
import torch
from . import train

# What belongs to the stable run's own calls and is not taken over.
OWN = ('checkpoint', 'cool', 'init', 'minutes', 'samples', 'schedule')


def parser():
    p = argparse.ArgumentParser(prog='eps_training.cool', description=__doc__, allow_abbrev=False,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('run', help='checkpoint of a run with --schedule stable')
    p.add_argument('--out', required=True, help='checkpoint of the cool-down')
    p.add_argument('--share', type=float, default=.15, help='of the crops that the run has seen')
    p.add_argument('--minutes', type=float, help='in place of a share')
    p.add_argument('--samples', type=int, help='in place of a share')
    return p


def settings_of(path, options):
    """(the command line of the run with `options` in place of its own, crops seen)."""
    c = torch.load(path, map_location='cpu', weights_only=True)
    if c.get('schedule') != 'stable':
        raise SystemExit(f'{path} is no run of --schedule stable')
    taken = {name: value for name, value in c['settings'].items() if name not in OWN}
    p = train.parser(data_required=False)
    p.set_defaults(**taken)
    return p.parse_args(options), c['seen']


def main(argv=None):
    args, options = parser().parse_known_args(argv)
    if Path(args.out).resolve() == Path(args.run).resolve():
        raise SystemExit('--out must be another file than the run')
    settings, seen = settings_of(args.run, options)
    settings.schedule, settings.checkpoint = 'cool', args.out
    settings.minutes, settings.samples = args.minutes, args.samples
    if args.minutes is None and args.samples is None:
        settings.samples = max(1, round(args.share * seen))
    return train.train(settings, stable=args.run)


if __name__ == '__main__':
    main()
