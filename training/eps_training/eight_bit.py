"""Released weights in eight bits, rounded for what the layers are shown:

    python -m eps_training.eight_bit WEIGHTS.safetensors OUT.safetensors --data DIR… [--val DIR]

--data: training images, on whose problems, of every family, the moments of the layers' inputs are
collected (`method/eight_bit.py`). With --val, prints how many dB the means of held-out crops lose,
for every family: the mean over crops of the difference, and its standard error.
"""
import argparse
from pathlib import Path
import numpy as np
import torch
from tqdm import tqdm
from .evaluation.held_out import FAMILIES, FixedProblems, named
from .evaluation.metrics import psnr
from .evaluation.report import mean_and_error
from .evaluation.runs import Denoiser
from .images import Crops, list_images
from .method.eight_bit import quantised
from .method.operators import randn
from .method.sampler import posterior_mean, refined_mean
from .method.weights import load_network, provenance, read, save_weights, sha256
from .release.moments import collect
from .training.problems import Problems

BANK = 64


def written(weights, out, images, batches):
    """Writes the weights in eight bits; returns the file's SHA-256."""
    net, rng = load_network(weights), np.random.default_rng(0)
    torch.manual_seed(0)
    crops = Crops(images, scales=(1, .5))
    sums = collect(net, Problems(net.prior, rng, 'cpu', BANK), crops, batches)
    state, description, _ = read(weights)
    about = {**provenance(weights), 'rounded_from': sha256(weights)}
    return save_weights(quantised(state, sums), out, description, **about)


@torch.no_grad()
def means(net, op, y, x, generator):
    """The mean by one evaluation and refined, in RGB."""
    prior, D = net.prior, Denoiser(net, op, y, x)
    draw = lambda: prior.to_axes(randn(x.shape, x, generator))
    mean = posterior_mean(D, x)
    return [prior.to_rgb(image) for image in (mean, refined_mean(D, mean, draw()))]


def losses(nets, problems, family):
    """[crops, 2]: the dB that the second network's means lose against the first's."""
    parts = []
    for x, op, y, generator in problems.of(family):
        seed, truth, found = generator.get_state(), nets[0].prior.to_rgb(x), []
        for net in nets:
            generator.set_state(seed)
            found.append(torch.stack([psnr(mean, truth)
                                      for mean in means(net, op, y, x, generator)], 1))
        parts.append(found[0] - found[1])
    return torch.cat(parts)


def table(nets, rgb, families):
    problems = FixedProblems(nets[0].prior, rgb)
    lines = ['| family | mean, dB lost | refined |', '| --- | --- | --- |']
    for family in tqdm(families, leave=False, disable=None):
        cells = ['{:.3f} ± {:.3f}'.format(*mean_and_error(column.tolist()))
                 for column in losses(nets, problems, family).T]
        lines.append(f'| {family} | {" | ".join(cells)} |')
    return '\n'.join(lines)


def parser():
    p = argparse.ArgumentParser(prog='eps_training.eight_bit', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights')
    p.add_argument('out')
    p.add_argument('--data', nargs='+', required=True, metavar='DIR')
    p.add_argument('--images', type=int, default=400, help='of --data, at random')
    p.add_argument('--batches', type=int, default=3, help='of 16 crops, for every family')
    p.add_argument('--val', nargs='+', metavar='DIR')
    p.add_argument('--crops', type=int, default=32, help='of --val, for every family')
    p.add_argument('--families', nargs='+', default=list(FAMILIES), metavar='SET|NAME',
                   help='of the table')
    p.add_argument('--threads', type=int)
    return p


def main(argv=None):
    args = parser().parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    families, paths = named(args.families), list_images(*args.data)
    chosen = np.random.default_rng(0).permutation(len(paths))[:args.images]
    digest = written(args.weights, args.out, [paths[i] for i in chosen], args.batches)
    print(f'{args.out}: {Path(args.out).stat().st_size} bytes, SHA-256 {digest}')
    if args.val:
        held_out = Crops(list_images(*args.val), scales=(1,))
        rgb = held_out.draw(args.crops, np.random.default_rng(0))
        nets = [load_network(path) for path in (args.weights, args.out)]
        print(f'\n{args.crops} crops a family\n\n{table(nets, rgb, families)}')


if __name__ == '__main__':
    main()
