"""The model card's table: PSNR / SSIM of w0, the mean, the default sampler and the paper's Heun sampler on the five tasks.

The same protocol as the crate's examples/figures.rs and its browser tests hold the weights to: first files by name, 64 x 64 centre crops, sigma_y = 0.05.
"""
import torch
from .metrics import psnr, ssim
from .runs import CHUNK, generator, problem, restore
from .gaussian import linear_estimate
from .tasks import TASKS

COLUMNS = {'w0, no network': None, 'mean, 1 evaluation': 'eps_1', '7 evaluations': 'eps_7', '19 evaluations': 'eps_20'}


@torch.no_grad()
def table(net, truth):
    """Markdown rows. truth [N, 3, 64, 64]."""
    lines = ['| task | ' + ' | '.join(COLUMNS) + ' |', '| --- |' + ' --- |' * len(COLUMNS)]
    for task, name in TASKS.items():
        totals = torch.zeros(len(COLUMNS), 2)
        for part in range((len(truth) + CHUNK - 1) // CHUNK):
            x = truth[part * CHUNK:(part + 1) * CHUNK]
            op, y = problem(task, part, x)
            for i, method in enumerate(COLUMNS.values()):
                r = linear_estimate(op, y, x) if method is None else restore(method, net, op, y, x, generator('figures', method, task, part))[0]
                totals[i] += torch.stack([psnr(r, x).sum(), ssim(r, x).sum()]).cpu()
        lines.append(f'| {name} | ' + ' | '.join(f'{p:.2f} / {s:.3f}' for p, s in (totals / len(truth)).tolist()) + ' |')
    return '\n'.join(lines)
