"""Held-out loss per operator family:

    python -m eps_training.validate WEIGHTS.safetensors|run.pt… --val DIR [--crops 128]

The same crops, operators, noise levels and noise for every file named, so that two of them can be
compared to a fraction of a per cent. The loss is mean (D - x)^2 / q: 1 is what the Gaussian
posterior alone would have if the prior were exact.
"""
import argparse
import numpy as np
import torch
from tqdm import tqdm
from .training import conditional
from .device import autocast, choose
from .images import Crops, list_images
from .method.query import denoise, loss, query
from .training.problems import FAMILY_SETS, Problems
from .method.prior import V2
from .method.weights import load_network

PART = 16       # crops per problem


class HeldOut:
    """A fixed set of problems per family, made once from seed 0, whatever the caller's random
    state, which is left as it was."""

    def __init__(self, crops, prior=V2, families='first', count=128, device=torch.device('cpu'),
                 query=query):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            rng = np.random.default_rng(0)
            problems, self.asked, self.prior = (
                Problems(prior, rng, 'cpu', 64, families=families), {}, prior)
            for family in problems.names:
                self.asked[family] = []
                for _ in range(max(1, count // PART)):
                    x = prior.to_axes(crops.draw(PART, rng))
                    asked = problems.ask(family, x, problems.draws.noise_levels(PART), query)
                    self.asked[family].append([t.to(device) for t in (x, *asked)])

    @torch.no_grad()
    def losses(self, net, device=torch.device('cpu'), bf16=False):
        """{family: loss}, then 'mean' over families."""
        out = {}
        for family, parts in self.asked.items():
            total = 0.
            for x, *asked in parts:
                with autocast(device, bf16):
                    D = denoise(net, *asked)
                total += loss(self.prior, D, x, asked[-1]).mean().item()
            out[family] = total / len(parts)
        return {**out, 'mean': float(np.mean(list(out.values())))}


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.validate', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights', nargs='+')
    p.add_argument('--val', nargs='+', required=True, metavar='DIR')
    p.add_argument('--crops', type=int, default=128, help='per family')
    p.add_argument('--objective', choices=['eps', 'palette'], default='eps')
    p.add_argument('--families', choices=list(FAMILY_SETS), default='first')
    p.add_argument('--device')
    args = p.parse_args(argv)
    device, _, line = choose(args.device, f32=True)
    paths = list_images(*args.val)
    crops, asked = (Crops(tqdm(paths, 'reading', leave=False, disable=None), scales=(1,)),
                    conditional.query if args.objective == 'palette' else query)
    rows, held_out = {}, {}
    for path in tqdm(args.weights, leave=False, disable=None):
        net = load_network(path, device)
        # Losses under different priors are not comparable: their weights of the axes differ.
        if net.prior not in held_out:
            held_out[net.prior] = HeldOut(crops, net.prior, args.families, args.crops, device,
                                          asked)
        rows[path] = held_out[net.prior].losses(net, device)
    names = list(next(iter(rows.values())))
    print('| weights |', ' | '.join(names), '|\n|' + ' --- |' * (len(names) + 1))
    for path, row in rows.items():
        print(f'| {path} |', ' | '.join(f'{v:.4f}' for v in row.values()), '|')


if __name__ == '__main__':
    main()
