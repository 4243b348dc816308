"""The paper's five tasks at 64 x 64 pixels, sigma_y = 0.05 on [-1, 1]; one measurement per image,
the same for every method."""
import math
import torch
from ..method.fourier import fft
from ..images import SIZE
from ..method.operators import BlockMean, CircularConvolution, Mask

SIGMA_Y = .05
TASKS = {'random': 'random mask, 70 % missing', 'box': 'centre box, 32×32',
         'block_mean_4': 'block mean 4', 'gaussian': 'Gaussian blur, sigma 1.5',
         'motion': 'motion blur, 9 px'}


def operator(task, count, generator, device='cpu'):
    """The operator of a task for `count` images; the random mask is drawn from the CPU
    generator."""
    s = torch.full((1, 1, 1, 1), SIGMA_Y, device=device)
    if task == 'random':
        return Mask((torch.rand(count, 1, SIZE, SIZE, generator=generator) > .7).float().to(device),
                    s)
    if task == 'box':
        known = torch.ones(count, 1, SIZE, SIZE, device=device)
        known[:, :, 16:48, 16:48] = 0
        return Mask(known, s)
    if task == 'block_mean_4':
        return BlockMean(4, s)
    if task == 'gaussian':
        f = torch.fft.fftfreq(SIZE, device=device)
        return CircularConvolution(
            torch.exp(-2 * math.pi ** 2 * 1.5 ** 2 * (f[:, None] ** 2 + f[None] ** 2))
            [None, None].to(torch.complex64), s)
    if task == 'motion':
        line = torch.zeros(1, 1, SIZE, SIZE, device=device)
        line[0, 0, 0, :9] = 1 / 9
        return CircularConvolution(fft(torch.roll(line, -4, 3)), s)
    raise ValueError(f'unknown task {task!r}')
