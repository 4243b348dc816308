"""Error and energy in bands: python -m eps_training.bands WEIGHTS|run.pt… --val DIR

For every family, on problems that are the same for every file: PSNR of the posterior mean by one
evaluation and refined (3), CRPS (0 to 255) and spread of two samples of 7, and in each band of each
opponent axis

* error/truth: energy of the mean's error over the photo's. Above 1 no mean should be;
* sample/truth: energy of the samples over the photo's. 1 is right.

Spread: the deviation between samples over the root mean square error of the mean. Standard errors
are over crops. Where an operator is a mask with holes, bands are those of the unknown pixels.
"""
import argparse
import json
import math
from pathlib import Path
import numpy as np
import torch
from tqdm import tqdm
from .device import add_options, begin, in_bf16
from .evaluation.bands import AXES, LEVEL, energies, ratio, unknown
from .evaluation.held_out import FixedProblems, named
from .evaluation.metrics import crps, psnr
from .evaluation.report import mean_and_error
from .evaluation.runs import Denoiser
from .images import Crops, list_images
from .method.gaussian import posterior_deviation
from .method.operators import randn
from .method.sampler import from_mean, posterior_mean, refined_mean
from .method.weights import load_network

RIGHT = (.7, 1.3)       # of sample/truth


@torch.no_grad()
def restorations(net, op, y, x, generator):
    """(mean by one evaluation, mean by three, two samples by seven) in RGB."""
    prior, D = net.prior, Denoiser(net, op, y, x)
    draw = lambda: prior.to_axes(randn(x.shape, x, generator))
    mean = posterior_mean(D, x)
    refined = refined_mean(D, mean, draw())
    centre = lambda: mean + posterior_deviation(prior, op, x, generator)
    first, second = (from_mean(D, centre(), draw()) for _ in range(2))
    return tuple(map(prior.to_rgb, (mean, refined, first, second)))


def figures(truth, region, mean, refined, first, second):
    """What is summed over images, one row an image; everything in RGB."""
    power = lambda t: (t ** 2).mean((1, 2, 3)).double()
    return dict(
        psnr=psnr(mean, truth), refined=psnr(refined, truth), crps=crps(first, second, truth),
        between=power(first - second) / 2, squared_error=power(mean - truth),
        error=energies(mean - truth, region), truth=energies(truth, region),
        sample=(energies(first, region) + energies(second, region)) / 2,
        pixels=region.double().sum((1, 2, 3)).expand(len(truth)))


def summary(rows):
    """Figures over all images -> what is reported of a family, as JSON has it. error, sample:
    [value, standard error]; truth: its energy a pixel."""
    pair = lambda name: list(mean_and_error(rows[name].tolist()))
    value = {name: pair(name) for name in ('psnr', 'refined', 'crps')}
    share, share_error = ratio(rows['between'], rows['squared_error'])
    value['spread'] = [share.sqrt().item(), (share_error / 2 / share.sqrt()).item()]
    pairs = {name: torch.stack(ratio(rows[name], rows['truth']), -1)
             for name in ('error', 'sample')}
    energy = rows['truth'].sum(0) / rows['pixels'].sum()
    value['bands'] = {
        axis: [dict(error=pairs['error'][a, k].tolist(), sample=pairs['sample'][a, k].tolist(),
                    truth=energy[a, k].item(), visible=energy[a, k].item() > LEVEL)
               for k in range(4)] for a, axis in enumerate(AXES)}
    return value


def judge(net, problems, family):
    """The summary of a family."""
    parts = []
    for x, op, y, generator in problems.of(family):
        restored = restorations(net, op, y, x, generator)
        parts.append(figures(net.prior.to_rgb(x), unknown(op, x), *restored))
    return summary({name: torch.cat([part[name].cpu() for part in parts]) for name in parts[0]})


def faults(families):
    """{'error' or 'sample': [(family, axis, band, [value, standard error], visible)]} of what is
    wrong: a mean's error above the truth's energy by two standard errors, a sample's energy out of
    RIGHT."""
    found = dict(error=[], sample=[])
    for family, value in families.items():
        for axis, bands in value['bands'].items():
            for k, band in enumerate(bands):
                (error, se), sample = band['error'], band['sample'][0]
                if error > 1 + 2 * se:
                    found['error'].append((family, axis, k, band['error'], band['visible']))
                if not RIGHT[0] <= sample <= RIGHT[1]:
                    found['sample'].append((family, axis, k, band['sample'], band['visible']))
    return found


def plus_minus(pair, digits=2):
    return f'{pair[0]:.{digits}f} ± {pair[1]:.{digits}f}'


def where_visible(text, visible):
    return text if visible else f'({text})'


def fault_line(title, found, count):
    """Counted where the truth has more energy than one level; listed everywhere."""
    shown = [where_visible(f'{family} {axis} {k}: {plus_minus(pair, 3)}', visible)
             for family, axis, k, pair, visible in found]
    visible = sum(fault[-1] for fault in found)
    return f'{title}: {visible} of {count}' + (f' – {"; ".join(shown)}' if shown else '')


def markdown(path, prior, families, crops):
    lines = [f'## {path}', '', f'Prior {prior.name}, {crops} crops a family.', '',
             '| family | mean, dB | refined, dB | CRPS | spread |', '|' + ' --- |' * 5]
    for family, value in families.items():
        cells = [plus_minus(value[name]) for name in ('psnr', 'refined', 'crps', 'spread')]
        lines.append(f'| {family} | {" | ".join(cells)} |')
    lines += ['', 'Bands from fine (0) to coarse (3); in brackets where the truth has no more '
              'energy than one level.', '']
    lines += ['| family | axis |' + ''.join(f' error/truth {k} |' for k in range(4))
              + ''.join(f' sample/truth {k} |' for k in range(4)), '|' + ' --- |' * 10]
    for family, value in families.items():
        for axis, bands in value['bands'].items():
            cells = [where_visible(plus_minus(band[name]), band['visible'])
                     for name in ('error', 'sample') for band in bands]
            lines.append(f'| {family} | {axis} | {" | ".join(cells)} |')
    found = faults(families)
    count = sum(band['visible'] for value in families.values()
                for bands in value['bands'].values() for band in bands)
    titles = dict(error='error/truth above 1 + 2 standard errors',
                  sample=f'sample/truth outside {RIGHT[0]} to {RIGHT[1]}')
    for name, title in titles.items():
        lines += ['', fault_line(title, found[name], count)]
    lines.append('')
    return '\n'.join(lines)


def finite(value):
    """As JSON has it: None where there is no number."""
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def parser():
    p = argparse.ArgumentParser(prog='eps_training.bands', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights', nargs='+')
    p.add_argument('--val', nargs='+', required=True, metavar='DIR')
    p.add_argument('--families', nargs='+', default=['all'], metavar='SET|NAME')
    p.add_argument('--crops', type=int, default=32, help='of 64×64, per family; 2 at least')
    p.add_argument('--out', metavar='FILE.json')
    add_options(p)
    return p


def main(argv=None):
    args = parser().parse_args(argv)
    if args.crops < 2:
        raise SystemExit('a standard error needs --crops 2 at least')
    names, device = named(args.families), begin(args)
    crops = Crops(list_images(*args.val), scales=(1,))
    rgb, results = crops.draw(args.crops, np.random.default_rng(0)).to(device), {}
    for path in args.weights:
        net = load_network(path, device)
        prior, problems = net.prior, FixedProblems(net.prior, rgb)
        net = in_bf16(net, device) if args.bf16 else net
        families = {family: judge(net, problems, family)
                    for family in tqdm(names, path, leave=False, disable=None)}
        results[path] = finite(dict(prior=prior.name, crops=args.crops, families=families,
                                    faults=faults(families)))
        print(markdown(path, prior, families, args.crops), flush=True)
        if args.out:
            Path(args.out).write_text(json.dumps(results, indent=1) + '\n')
    return results


if __name__ == '__main__':
    main()
