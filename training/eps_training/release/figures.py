"""The model card's table: PSNR / SSIM of w0, the mean, the refined mean, the default sampler and
the paper's Heun sampler on the five tasks.

The protocol is the one to which the crate's examples/figures.rs and its browser tests hold the
weights: first files by name, 64 x 64 centre crops, sigma_y = 0.05.
"""
import torch
from ..evaluation.metrics import psnr, ssim
from ..evaluation.runs import CHUNK, generator, problem, restore
from ..method.gaussian import linear_estimate
from ..evaluation.tasks import TASKS

COLUMNS = {'w0, no network': None, 'mean, 1 evaluation': 'eps_1', 'mean, 3 evaluations': 'eps_3',
           '7 evaluations': 'eps_7', '19 evaluations': 'eps_20'}


def w0(prior, op, y):
    """The linear estimate in RGB of a measurement in RGB."""
    like = op.adjoint(y)
    return prior.to_rgb(linear_estimate(prior, op, prior.to_axes(y), like))


def restorations(net, task, x, *names):
    """(the images restored, x) by each of COLUMNS; `names` name the draw of masks and noise."""
    op, y = problem(task, '/'.join(map(str, names)), x)
    return [w0(net.prior, op, y) if method is None else
            restore(method, net, op, y, x, generator('figures', method, task, *names))[0]
            for method in COLUMNS.values()]


@torch.no_grad()
def table(net, truth):
    """Markdown rows. truth [N, 3, 64, 64]."""
    lines = ['| task | ' + ' | '.join(COLUMNS) + ' |', '| --- |' + ' --- |' * len(COLUMNS)]
    for task, name in TASKS.items():
        totals = torch.zeros(len(COLUMNS), 2)
        for part in range((len(truth) + CHUNK - 1) // CHUNK):
            x = truth[part * CHUNK:(part + 1) * CHUNK]
            totals += torch.stack([torch.stack([psnr(r, x).sum(), ssim(r, x).sum()]).cpu()
                                   for r in restorations(net, task, x, part)])
        lines.append(f'| {name} | ' + ' | '.join(
            f'{p:.2f} / {s:.3f}' for p, s in (totals / len(truth)).tolist()) + ' |')
    return '\n'.join(lines)


@torch.no_grad()
def reference(net, truth, draws=12):
    """The figures to which tests/figures.rs holds the crate: {task: PSNR by each of COLUMNS, mean
    over images and draws, and its standard error over draws}."""
    out = dict(about="The PyTorch reference's mean PSNR in dB (peak 2) on these crops, of w0, "
               'of the mean by one evaluation and by three, and of one sample by 7 and by 19, '
               f'over {draws} draws of masks and noise, and its standard error', draws=draws)
    for task in TASKS:
        values = torch.stack([
            torch.stack([psnr(r, truth).mean() for r in restorations(net, task, truth, 'draw', i)])
            for i in range(draws)])
        rounded = lambda t: [round(v, 3) for v in t.tolist()]
        out[task] = dict(psnr=rounded(values.mean(0)),
                         standard_error=rounded(values.std(0) / draws ** .5))
    return out
