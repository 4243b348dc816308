"""Whether samples are distributed as the posterior:

    python -m eps_training.calibrate WEIGHTS.safetensors --data DIR [--images 16] [--samples 32]
    [--photos DIR]

Per task, over `images` 64 x 64 crops and the default sampler (7 evaluations): the PSNR of the mean
of the samples, of the one-evaluation mean, and of that mean refined by two more evaluations; the
coverage of pixel-wise 80 % intervals; the correlation of the samples' deviation with the error of
their mean; CRPS. With --photos: one-evaluation means of 256 x 256 photos, whole and in 64-pixel
tiles, per operator family: to a fully convolutional network it should make no difference.
"""
import argparse
import torch
from tqdm import tqdm
from .device import choose
from .method.gaussian import posterior_deviation
from .images import centre_crops, list_images
from .evaluation.metrics import psnr
from .method.operators import BlockMean, Grey, Identity, Mask, randn
from .evaluation.runs import CHUNK, Denoiser, generator, problem
from .method.sampler import from_mean, posterior_mean, refined_mean
from .evaluation.tasks import TASKS
from .method.weights import load_network

LOW = .1        # below the interval, and above it


def coverage(samples, truth):
    """Share of pixels of truth [...] inside the samples' [S, ...] central 80 % interval.

    If the truth and the S draws are exchangeable, the interval between order statistics i and
    S + 1 - i holds the truth with probability (S + 1 - 2 i)/(S + 1). Where no i gives 80 %, the
    shares of the two intervals around it are mixed, so that 80 % is expected for any S.
    """
    S = len(samples)
    position = LOW * (S + 1)
    if position < 1:
        raise ValueError(f'an 80 % interval needs at least 9 samples, not {S}')
    ordered, i = samples.sort(0).values, int(position + 1e-9)
    inside = lambda i: ((truth >= ordered[i - 1]) & (truth <= ordered[S - i])).float().mean().item()
    f = max(0., position - i)
    return (1 - f) * inside(i) + f * inside(i + 1)


def correlation(a, b):
    a, b = a.flatten() - a.mean(), b.flatten() - b.mean()
    return (a @ b / (a.norm() * b.norm())).item()


def crps_of_many(samples, truth):
    """CRPS of S samples on 0-255, unbiased."""
    S = len(samples)
    ordered = samples.clamp(-1, 1).sort(0).values
    rank = torch.arange(1, S + 1, device=samples.device).reshape(-1, *[1] * (samples.ndim - 1))
    # Half the mean |x_i - x_j| over pairs.
    spread = ((2 * rank - S - 1) * ordered).sum(0) / (S * (S - 1))
    return 127.5 * ((samples.clamp(-1, 1) - truth).abs().mean(0) - spread).mean().item()


@torch.no_grad()
def calibration(net, truth, task, count):
    """One row of the table: truth [N, 3, 64, 64]."""
    rows = []
    for part in range((len(truth) + CHUNK - 1) // CHUNK):
        x = truth[part * CHUNK:(part + 1) * CHUNK]
        op, y = problem(task, part, x)
        prior, g = net.prior, generator('calibrate', task, part)
        D, draw = (Denoiser(net, op, prior.to_axes(y), x),
                   lambda: prior.to_axes(randn(x.shape, x, g)))
        mean = posterior_mean(D, x)
        centres = lambda: mean + posterior_deviation(prior, op, x, g)
        samples = torch.stack([prior.to_rgb(from_mean(D, centres(), draw())) for _ in range(count)])
        average = samples.mean(0)
        refined = prior.to_rgb(refined_mean(D, mean, draw()))
        mean = prior.to_rgb(mean)
        rows.append((len(x), *(psnr(m, x).mean().item() for m in (average, mean, refined)),
                     coverage(samples, x),
                     correlation(samples.std(0).mean(1), (average - x).abs().mean(1)),
                     crps_of_many(samples, x)))
    weight = sum(n for n, *_ in rows)
    return [sum(r[0] * r[i] for r in rows) / weight for i in range(1, 7)]


def cut(t, n):
    """[B, C, H, W] -> tiles [B H/n W/n, C, n, n]."""
    return t.unfold(2, n, n).unfold(3, n, n).permute(0, 2, 3, 1, 4, 5).reshape(-1, t.shape[1], n, n)


def join(t, side):
    """cut's inverse for square images of `side` pixels."""
    n = t.shape[-1]
    return t.reshape(-1, side // n, side // n, t.shape[1], n, n).permute(0, 3, 1, 4, 2, 5).reshape(
        -1, t.shape[1], side, side)


def whole_operators(side, device):
    """An operator per family for any image size, and how to cut it into tiles."""
    s = torch.full((1, 1, 1, 1), .05, device=device)
    known = (torch.rand(1, 1, side, side, generator=generator('tiles')) > .7).float().to(device)
    same = {'denoise': Identity(4 * s), 'block mean 4': BlockMean(4, s), 'grey': Grey(s)}
    return {'mask': (Mask(known, s), Mask(cut(known, 64), s)),
            **{name: (op, op) for name, op in same.items()}}


@torch.no_grad()
def tiles(net, photos):
    """{family: (PSNR whole, PSNR in 64-pixel tiles)} of one-evaluation means; photos
    [N, 3, 256, 256]. Only for local families, where the measurement of a tile is that tile of the
    measurement: circular blurs are not among them."""
    out = {}
    side = photos.shape[-1]
    for name, (whole, part) in whole_operators(side, photos.device).items():
        values = []
        for i, x in enumerate(net.prior.to_axes(photos)[:, None]):
            g = generator('tiles', name, i)
            y, parts = whole.measure(x, g), cut(x, 64)
            values.append([psnr(net.prior.to_rgb(r), photos[i:i + 1]).item() for r in (
                posterior_mean(Denoiser(net, whole, y, x), x),
                join(posterior_mean(Denoiser(net, part, cut(y, y.shape[-1] * 64 // side), parts),
                                    parts), side))])
        out[name] = [sum(v) / len(v) for v in zip(*values)]
    return out


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.calibrate', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights')
    p.add_argument('--data', nargs='+', metavar='DIR', default=[])
    p.add_argument('--images', type=int, default=16)
    p.add_argument('--samples', type=int, default=32)
    p.add_argument('--tasks', nargs='+', choices=list(TASKS), default=list(TASKS))
    p.add_argument('--photos', metavar='DIR',
                   help='the first --images photos of at least 256×256 pixels; '
                   'smaller ones are passed over')
    p.add_argument('--threads', type=int)
    p.add_argument('--device')
    args = p.parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    device, _, _ = choose(args.device, f32=True)
    net = load_network(args.weights, device)
    if args.data:
        truth = centre_crops(list_images(*args.data), count=args.images).to(device)
        print(f'{len(truth)} images, {args.samples} samples of 7 evaluations\n')
        print('| task | PSNR of their mean | of the one-evaluation mean | of that refined | '
              '80 % coverage | deviation ~ error | CRPS |\n'
              '| --- | --- | --- | --- | --- | --- | --- |')
        for task in tqdm(args.tasks, disable=None, leave=False):
            a, b, d, c, r, e = calibration(net, truth, task, args.samples)
            print(f'| {TASKS[task]} | {a:.2f} | {b:.2f} | {d:.2f} | {c:.1%} | {r:.2f} | {e:.2f} |',
                  flush=True)
    if args.photos:
        photos = centre_crops(list_images(args.photos), 256, 256, args.images).to(device)
        print(f'\n{len(photos)} photos of 256×256, one evaluation\n\n'
              '| family | PSNR whole | in 64-pixel tiles |\n| --- | --- | --- |')
        for name, (whole, part) in tiles(net, photos).items():
            print(f'| {name} | {whole:.2f} | {part:.2f} |')


if __name__ == '__main__':
    main()
