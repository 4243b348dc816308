"""What JPEG as a measurement gains: python -m eps_training.jpeg_table WEIGHTS|run.pt… --val DIR

PSNR in dB of 128×128 crops compressed by libjpeg's tables: of the decoded photo, of the Gaussian
posterior w0 alone, and of the posterior mean, by one evaluation and refined (3), asked in two ways:

* about the decoded photo under white noise, of that level of LEVELS that turns out best for the
  quality: an oracle, more than any estimate of a level could reach;
* about the file's coefficients, through the exact pivot.

The last columns are the exact pivot's gain over the white level, image by image, with its standard
error. All files of weights see the same crops and noise.
"""
import argparse
import json
from pathlib import Path
import torch
from PIL import Image
from tqdm import tqdm
from .device import add_options, begin, in_bf16
from .evaluation.metrics import psnr
from .evaluation.report import mean_and_error
from .evaluation.runs import Denoiser, generator
from .images import list_images, read_image, to_tensor
from .method.jpeg import SAMPLINGS, decode, jpeg, quantise
from .method.jpeg.quantise import pixels
from .method.jpeg.tables import libjpeg
from .method.operators import Identity, randn
from .method.sampler import posterior_mean, refined_mean
from .method.weights import load_network

SIDE, REDUCED = 128, .6
LEVELS = (1, 2, 3, 4, 6, 8, 12, 16)     # of 255
COLUMNS = ('decoded', 'Gaussian posterior', 'white', 'white, refined', 'exact', 'exact, refined')


def middles(paths, count):
    """Middles of photos taken evenly from the list, at 0.6 of their size where that leaves SIDE
    pixels, since photos have the blocks of a JPEG of their own: [N, 3, SIDE, SIDE]."""
    crops = []
    for path in paths[::max(1, len(paths) // count)]:
        image = read_image(path)
        if image is None or min(image.size) < SIDE or len(crops) == count:
            continue
        scale = max(SIDE / min(image.size), REDUCED)
        image = image.resize([max(SIDE, round(s * scale)) for s in image.size], Image.LANCZOS)
        left, top = ((s - SIDE) // 2 for s in image.size)
        crops.append(to_tensor(image.crop((left, top, left + SIDE, top + SIDE))))
    if len(crops) < 2:
        raise SystemExit(f'{len(crops)} photos of at least {SIDE}×{SIDE} pixels: 2 are needed')
    return torch.stack(crops)


class Question:
    """A measurement asked of a network, with the same noise whoever asks."""

    def __init__(self, net, op, y, x, key):
        self.prior, self.D = net.prior, Denoiser(net, op, y, x)
        seeded = generator('jpeg', key)
        self.noise = self.prior.to_axes(randn(x.shape, x, seeded))

    def mean(self):
        """On the prior's axes."""
        return posterior_mean(self.D, self.noise)

    def refined(self, mean):
        return refined_mean(self.D, mean, self.noise)


@torch.no_grad()
def row(net, rgb, quality, sampling):
    """(PSNR of each of COLUMNS, [N] tensors, the best white level, {level: mean PSNR})."""
    prior, x = net.prior, net.prior.to_axes(rgb)
    dB = lambda t: psnr(prior.to_rgb(t), rgb).cpu()
    tables = tuple(torch.tensor(table, device=rgb.device) for table in libjpeg(quality))
    op = jpeg(tables, sampling)
    y = quantise(op, x, prior.to_axes, prior.to_rgb)
    decoded = prior.to_axes(pixels(decode(op, y)))

    white = {}
    for level in LEVELS:
        sigma = torch.full((1, 1, 1, 1), level / 127.5, device=rgb.device)
        asked = Question(net, Identity(sigma), decoded, x, quality)
        white[level] = asked, asked.mean()
    levels = {level: dB(mean).mean().item() for level, (_, mean) in white.items()}
    best = max(levels, key=levels.get)
    asked, mean = white[best]

    exact = Question(net, op, y, x, quality)
    exact_mean = exact.mean()
    shown = (decoded, exact.D.w0, mean, asked.refined(mean), exact_mean, exact.refined(exact_mean))
    return dict(zip(COLUMNS, map(dB, shown))), best, levels


def summary(values, best, levels):
    """As JSON has it: [mean, standard error] over images."""
    pair = lambda t: list(mean_and_error(t.tolist()))
    gains = {f'gain{what}': pair(values[f'exact{what}'] - values[f'white{what}'])
             for what in ('', ', refined')}
    return dict({name: pair(v) for name, v in values.items()}, **gains, level=best, levels=levels)


def markdown(path, sampling, count, rows):
    names = [*COLUMNS, 'gain', 'gain, refined']
    lines = [f'## {path}', '', f'{sampling}, {count} crops of {SIDE}×{SIDE}; dB.', '',
             f'| quality | best level | {" | ".join(names)} |', '|' + ' --- |' * (len(names) + 2)]
    for quality, measured in rows.items():
        cells = [f'{measured[name][0]:.2f}' for name in COLUMNS]
        cells += [f'{measured[name][0]:+.2f} ± {measured[name][1]:.2f}' for name in names[-2:]]
        lines.append(f'| {quality} | {measured["level"]} | {" | ".join(cells)} |')
    ahead = [q for q, measured in rows.items() if measured['gain'][0] > 0]
    lines += ['', 'By one evaluation the exact pivot is ahead of the best white level at '
              f'{len(ahead)} of {len(rows)} qualities.', '']
    return '\n'.join(lines)


def parser():
    p = argparse.ArgumentParser(prog='eps_training.jpeg_table', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights', nargs='+')
    p.add_argument('--val', nargs='+', required=True, metavar='DIR')
    p.add_argument('--crops', type=int, default=16, help='2 at least')
    p.add_argument('--quality', nargs='+', type=int, default=[30, 50, 75, 90])
    p.add_argument('--sampling', choices=list(SAMPLINGS), default='4:2:0')
    p.add_argument('--out', metavar='FILE.json')
    add_options(p)
    return p


def main(argv=None):
    args = parser().parse_args(argv)
    device = begin(args)
    rgb, results = middles(list_images(*args.val), args.crops).to(device), {}
    for path in args.weights:
        net = load_network(path, device)
        net = in_bf16(net, device) if args.bf16 else net
        rows = {quality: summary(*row(net, rgb, quality, args.sampling))
                for quality in tqdm(args.quality, path, leave=False, disable=None)}
        results[path] = dict(prior=net.prior.name, sampling=args.sampling, crops=len(rgb),
                             rows=rows)
        print(markdown(path, args.sampling, len(rgb), rows), flush=True)
        if args.out:
            Path(args.out).write_text(json.dumps(results, indent=1) + '\n')
    return results


if __name__ == '__main__':
    main()
