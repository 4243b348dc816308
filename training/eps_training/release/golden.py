"""Golden vectors: inputs and results that the Rust crate must reproduce.

golden-operators.safetensors (computed in f64, the same for every set of weights):
case.size.{x, z, tau, y, sigma_y, mask or kernel} and what the method makes of them.
golden-network.safetensors: the outputs of one set of weights, in f32, from the f16 weights.
"""
import torch
from ..method.fourier import fft
from ..method.gaussian import linear_estimate
from ..method.prior import V1
from ..method.query import denoise, query
from ..method.operators import BlockMean, CircularConvolution, Grey, Identity, Mask, Nothing
from ..method.sampler import from_mean, grid, heun

RUN = 'mask.48x32'      # the case that the two whole sampler runs are made on


def cases(golden):
    """Names of the cases, as 'mask.48x32'."""
    return sorted({k.rsplit('.', 1)[0] for k in golden})


def problem(golden, case):
    """(operator, y or None, z, tau [B, 1, 1, 1]) of a case."""
    of = lambda k: golden[f'{case}.{k}']
    name, z, tau = case.split('.')[0], of('z'), of('tau').reshape(-1, 1, 1, 1)
    if name == 'none':
        return Nothing(), None, z, tau
    sigma_y = of('sigma_y').reshape(-1, 1, 1, 1)
    if name.startswith('block_mean'):
        op = BlockMean(int(name.split('_')[-1]), sigma_y)
    elif name == 'denoise':
        op = Identity(sigma_y)
    elif name == 'grey':
        op = Grey(sigma_y)
    elif name == 'mask':
        op = Mask(of('mask'), sigma_y)
    else:
        op = CircularConvolution(fft(of('kernel')), sigma_y)
    return op, of('y'), z, tau


def operator_results(golden, case):
    """w0, mu, w, g, v, p and q of a case."""
    op, y, z, tau = problem(golden, case)
    w0 = linear_estimate(V1, op, y, z)
    return dict(zip(('mu', 'w', 'g', 'v', 'p', 'q'), query(V1, op, z, y, tau ** 2, w0)), w0=w0)


@torch.no_grad()
def network_vectors(net, golden, inputs=None):
    """The outputs of the weights: each case's denoised image, and both samplers' runs. `inputs`:
    earlier network vectors, whose starting points are reused."""
    out = {}
    for case in cases(golden):
        r = operator_results(golden, case)
        out[case] = denoise(net, *(r[k] for k in ('mu', 'w', 'g', 'v', 'p', 'q')))
    op, y, like, _ = problem(golden, RUN)
    w0 = linear_estimate(V1, op, y, like)
    D = lambda z, t: denoise(net, *query(V1, op, z, y, torch.full((1, 1, 1, 1), t * t), w0))
    if inputs is None:
        seed = torch.Generator().manual_seed(7)
        draw = lambda: torch.randn(like.shape, generator=seed)
        inputs = {'heun.start': 80 * draw(), 'from_mean.noise': draw(),
                  'from_mean.deviation': .1 * draw()}
    tau_min = .02       # of the run that the vectors hold, whatever from_mean's default
    start, noise, deviation = (inputs[k] for k in (
        'heun.start', 'from_mean.noise', 'from_mean.deviation'))
    mean = D(start, 80.)
    out.update({'heun.start': start, 'heun.tau': grid(10).float(),
                'heun.result': heun(D, start, 10), 'from_mean.mean': mean,
                'from_mean.noise': noise, 'from_mean.deviation': deviation,
                'from_mean.tau': grid(6, tau_min, 5.).float(),
                'from_mean.result': from_mean(D, mean + deviation, noise, 6, tau_min)})
    return {k: v.contiguous().clone() for k, v in out.items()}
