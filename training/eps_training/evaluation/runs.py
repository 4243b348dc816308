"""One method on one part of one task: two samples per image and their metrics. evaluate.py resumes
by these units of work.

Images come in parts. The random numbers of a part follow from (task, part) for the problem and from
(task, part, method) for the method, so that results do not depend on the order of work or on
interruptions. They do depend on the size of the parts and on the kind of device.
"""
import copy
import time
import zlib
import torch
from ..training import conditional
from . import metrics
from .baselines import METHODS
from ..method.gaussian import linear_estimate, posterior_deviation
from ..method.query import denoise, query
from ..method.operators import Mask, Nothing, randn
from ..method.sampler import from_mean, heun, posterior_mean, refined_mean
from .tasks import operator

CHUNK = 8       # images of a part by default: an interruption loses the work on one part
NOTHING = Nothing()
EPS = {'eps_1': 1, 'eps_3': 3, 'eps_7': 7, 'eps_11': 11, 'eps_20': 20, 'eps_100': 100}
EVALUATIONS = {'eps_1': 1, 'eps_3': 3, 'eps_7': 7, 'eps_11': 11, 'eps_20': 19, 'eps_100': 99,
               'palette': 99, **{k: m.evaluations for k, m in METHODS.items()}}
PER_IMAGE = ('psnr', 'ssim', 'crps', 'haarpsi')


def generator(*names, device='cpu'):
    return torch.Generator(device).manual_seed(zlib.crc32('/'.join(map(str, names)).encode()))


def problem(task, part, truth):
    """(operator, y in RGB) of a part: the same for every method."""
    g = generator('problem', task, part)
    op = operator(task, len(truth), g, truth.device)
    return op, op.measure(truth, g)


def twice(op, y):
    """The problem of every image twice, [2 B, ...], for two samples in one batch."""
    op = copy.copy(op)
    if isinstance(op, Mask):        # the only operator that differs between images
        op.m = op.m.repeat(2, 1, 1, 1)
    return op, y.repeat(2, 1, 1, 1)


class Denoiser:
    """D(z, tau) of a network for a measurement, with a count of its evaluations; z, y and D are on
    the axes of the network's prior. Where y is None, the backbone is queried isotropically."""

    def __init__(self, net, op, y, like, query=query):
        self.net, self.op, self.y, self.query, self.evaluations = net, op, y, query, 0
        self.w0 = linear_estimate(net.prior, op, y, like)

    def __call__(self, z, tau):
        self.evaluations += 1
        t2 = torch.full((1, 1, 1, 1), float(tau) ** 2, device=z.device, dtype=z.dtype)
        return denoise(self.net, *self.query(self.net.prior, self.op, z, self.y, t2, self.w0))


def restore(method, net, op, y, like, g, scale=1.):
    """(one sample of x | y in RGB, the evaluations it took) for y in RGB. op acts on all channels
    alike; like has the images' shape, device and type. Noise is drawn in RGB too, so that a seed
    means the same noise to networks of different priors."""
    prior = net.prior
    y, draw = prior.to_axes(y), lambda: prior.to_axes(randn(like.shape, like, g))
    if method in METHODS:
        D = Denoiser(net, NOTHING, None, like)
        sample = METHODS[method].run(D, op, y, like.shape, draw, scale=scale).detach()
        return prior.to_rgb(sample), D.evaluations
    D = Denoiser(net, op, y, like, conditional.query if method == 'palette' else query)
    with torch.no_grad():
        if method == 'eps_1':
            sample = posterior_mean(D, like)
        elif method == 'eps_3':
            sample = refined_mean(D, posterior_mean(D, like), draw())
        elif method in ('eps_7', 'eps_11'):
            mean = posterior_mean(D, like)
            start = mean + posterior_deviation(prior, op, like, g)
            sample = from_mean(D, start, draw(), points=EPS[method] - 1)
        elif method in ('eps_20', 'eps_100', 'palette'):
            sample = heun(D, 80 * draw(), 10 if method == 'eps_20' else 50)
        else:
            raise ValueError(f'unknown method {method!r}')
    return prior.to_rgb(sample), D.evaluations


def run_part(method, net, task, part, truth, scale=1.):
    """One part's results: lists over images of psnr, ssim and haarpsi of the first sample and crps
    of both; seconds of processor time; evaluations per sample; the first samples as uint8."""
    op, y = twice(*problem(task, part, truth))
    g = generator(method, task, part, device=truth.device)
    begun = time.process_time()
    samples, used = restore(method, net, op, y, truth.repeat(2, 1, 1, 1), g, scale)
    seconds = time.process_time() - begun
    first, second = samples.chunk(2)
    broken = ~(first.isfinite() & second.isfinite())
    if broken.any():        # a diverged baseline counts as a grey image, which is a bad result
        first, second = (torch.where(broken, 0., s) for s in (first, second))
    return dict(psnr=metrics.psnr(first, truth).tolist(), ssim=metrics.ssim(first, truth).tolist(),
                crps=metrics.crps(first, second, truth).tolist(),
                haarpsi=metrics.haarpsi(first, truth).tolist(), seconds=seconds, evaluations=used,
                sample=((first.clamp(-1, 1) + 1) * 127.5).round().byte().cpu())
