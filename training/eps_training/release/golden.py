"""Golden vectors: inputs and results that the Rust crate must reproduce.

golden-operators-v2.safetensors, the same for every set of weights: case.size.{z, tau, the
operator's parameters, y} in f64 and {w0, mu, w, g, v, p, q}, computed in f64 and stored in f32, all
on the colour axes; parameters and y as the operators take them (method/operators/, method/jpeg/):
masks, kernels and tables as they are, spectra as the DFT of what is stored. Two images a case, at
tau 0.3 and 20.
golden-network-v2.safetensors: the outputs of one set of weights, in f32, from the f16 weights.
"""
import sys
import torch
from safetensors.torch import save_file
from ..method.fourier import fft
from ..method.gaussian import linear_estimate
from ..method.jpeg import Coefficients, DecimatedJpeg, jpeg
from ..method.jpeg.tables import libjpeg
from ..method.operators import (BT601, BlockMean, ChannelMask, ChannelMix, CircularConvolution,
                                CroppedConvolution, Decimation, GradientMask, Grey, Hadamard,
                                Identity, Mask, Nothing, bicubic_spectrum)
from ..method.prior import V2
from ..method.query import denoise, query
from ..method.sampler import from_mean, grid, heun
from ..training.problems.blurs import gaussian

SIZES = ((32, 32), (16, 32))
LARGER = ('mask.48x32', 'blur.48x32')       # of sides that are no powers of two
RUN = 'mask.48x32'      # the case that the two whole sampler runs are made on
TAU = (.3, 20.)
RESULTS = ('mu', 'w', 'g', 'v', 'p', 'q')


class Drawn:
    """Random parameters of a case, in f64."""

    def __init__(self, seed, size):
        self.g, self.size, self.n = torch.Generator().manual_seed(seed), size, len(TAU)

    def uniform(self, low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=self.g, dtype=torch.float64)

    def normal(self, *shape):
        return torch.randn(*shape, generator=self.g, dtype=torch.float64)

    def sigma(self):
        return self.uniform(.03, .2, self.n, 1, 1, 1)

    def sigma_pixels(self, channels=1):
        return self.uniform(.03, .2, self.n, channels, *self.size)

    def sigma_spectrum(self):
        """A deviation at each frequency of each axis, even, as a real covariance's is."""
        u = self.uniform(.03, .2, self.n, 3, *self.size)
        return (u + torch.roll(u.flip(2, 3), (1, 1), (2, 3))) / 2

    def known(self, channels=1):
        m = (self.uniform(0, 1, self.n, channels, *self.size) > .5).double()
        m[:, :, 8:20, 6:20] = 0
        return m

    def kernel(self):
        """A blur of 5×7 pixels around [0, 0], not symmetric."""
        k = torch.zeros(self.n, 1, *self.size, dtype=torch.float64)
        k[:, :, :5, :7] = self.uniform(0, 1, self.n, 1, 5, 7)
        k = torch.roll(k, (-2, -3), (2, 3))
        return k / k.sum((2, 3), keepdim=True)

    def signs(self):
        return (self.uniform(0, 1, self.n, 3, *self.size) > .5).double() * 2 - 1

    def rows(self):
        """A quarter of the rows in each channel."""
        order = self.uniform(0, 1, self.n, 3, self.size[0] * self.size[1]).argsort(2)
        return (order < order.shape[2] // 4).double().reshape(self.n, 3, *self.size)

    def tables(self):
        return dict(zip(('luma', 'chroma'), map(torch.tensor, libjpeg((40, 85)))))


def jpeg_of(sampling):
    def build(p):
        return jpeg((p['luma'], p['chroma']), sampling, p.get('grain'))
    return build


def small(reduce, sampling):
    """A reduced photo, then a JPEG; the reduction's own noise is not used."""
    def build(p, size):
        return DecimatedJpeg(reduce(size), jpeg_of(sampling)(p))
    return build


FRAME = ((2, 3), (3, 4))
ONE = torch.ones(1, 1, 1, 1, dtype=torch.float64)
bicubic = lambda f: lambda size: bicubic_spectrum(f, *size, 'cpu', torch.float64)
# {case: (its parameters, the operator from them and the size)}.
CASES = {
    'none': (lambda d: {}, lambda p, size: Nothing()),
    'denoise': (lambda d: dict(sigma_y=d.sigma()), lambda p, size: Identity(p['sigma_y'])),
    'coloured': (lambda d: dict(sigma_y=d.sigma_spectrum()),
                 lambda p, size: Identity(p['sigma_y'])),
    'mask': (lambda d: dict(mask=d.known(), sigma_y=d.sigma()),
             lambda p, size: Mask(p['mask'], p['sigma_y'])),
    'pixel_noise': (lambda d: dict(mask=d.known(), sigma_y=d.sigma_pixels()),
                    lambda p, size: Mask(p['mask'], p['sigma_y'])),
    'mosaic': (lambda d: dict(mask=d.known(3), sigma_y=d.sigma()),
               lambda p, size: ChannelMask(p['mask'], p['sigma_y'])),
    'channel_noise': (lambda d: dict(mask=d.known(3), sigma_y=d.sigma_pixels(3)),
                      lambda p, size: ChannelMask(p['mask'], p['sigma_y'])),
    'block_mean_4': (lambda d: dict(sigma_y=d.sigma()), lambda p, size: BlockMean(4, p['sigma_y'])),
    'bicubic_2': (lambda d: dict(sigma_y=d.sigma()),
                  lambda p, size: Decimation(bicubic(2)(size), 2, p['sigma_y'])),
    'blur': (lambda d: dict(kernel=d.kernel(), sigma_y=d.sigma()),
             lambda p, size: CircularConvolution(fft(p['kernel']), p['sigma_y'])),
    'uncertain_blur': (lambda d: dict(kernel=d.kernel(), sigma_y=d.sigma_spectrum()),
                       lambda p, size: CircularConvolution(fft(p['kernel']), p['sigma_y'])),
    'cropped_blur': (lambda d: dict(kernel=d.kernel(), sigma_y=d.sigma()),
                     lambda p, size: CroppedConvolution(fft(p['kernel']), FRAME, p['sigma_y'])),
    'gradients': (lambda d: dict(mask=d.known(), sigma_y=d.sigma(), right=d.sigma_pixels(),
                                 below=d.sigma_pixels()),
                  lambda p, size: GradientMask(p['mask'], p['sigma_y'], p['right'], p['below'])),
    'hadamard': (lambda d: dict(signs=d.signs(), rows=d.rows(), sigma_y=d.sigma()),
                 lambda p, size: Hadamard(p['signs'], p['rows'], .25, p['sigma_y'])),
    'grey': (lambda d: dict(sigma_y=d.sigma()), lambda p, size: Grey(p['sigma_y'])),
    'luma': (lambda d: dict(sigma_y=d.sigma()),
             lambda p, size: ChannelMix(BT601, p['sigma_y'])),
    **{f'jpeg_{name}': (lambda d: d.tables(), lambda p, size, s=sampling: jpeg_of(s)(p))
       for name, sampling in (
           ('grey', 'grey'), ('444', '4:4:4'), ('422', '4:2:2'), ('420', '4:2:0'))},
    **{f'jpeg_{name}_grain': (lambda d: dict(d.tables(), grain=d.sigma()),
                              lambda p, size, s=sampling: jpeg_of(s)(p))
       for name, sampling in (('444', '4:4:4'), ('420', '4:2:0'))},
    'block_mean_2_jpeg_444': (lambda d: d.tables(), small(lambda size: BlockMean(2, ONE), '4:4:4')),
    'bicubic_2_jpeg_444': (lambda d: d.tables(),
                           small(lambda size: Decimation(bicubic(2)(size), 2, ONE), '4:4:4')),
    **{f'block_mean_{f}': (lambda d: dict(sigma_y=d.sigma()),
                           lambda p, size, f=f: BlockMean(f, p['sigma_y'])) for f in (2, 8)},
}


def fits(case, size):
    """A reduced photo must have whole blocks as well."""
    return 'jpeg_444' not in case or not case.startswith(('block', 'bicubic')) or all(
        side % 16 == 0 for side in size)


def names():
    return [f'{case}.{h}x{w}' for case in CASES for h, w in SIZES if fits(case, (h, w))] + [*LARGER]


def measurement(golden, name):
    if f'{name}.y.luma' in golden:
        return Coefficients(golden[f'{name}.y.luma'], golden[f'{name}.y.chroma'])
    return golden.get(f'{name}.y')


def problem(golden, name, dtype=torch.float64):
    """(operator, y or None, z, tau [2, 1, 1, 1]) of a case, in a precision."""
    case, size = name.split('.')[0], tuple(map(int, name.split('.')[1].split('x')))
    of = lambda k: golden[f'{name}.{k}'].to(dtype)
    parameters, build = CASES[case]
    p = {k.removeprefix(f'{name}.'): v.to(dtype) for k, v in golden.items()
         if k.startswith(f'{name}.')}
    y = measurement(golden, name)
    return (build(p, size), None if y is None else y.to(dtype), of('z'),
            of('tau').reshape(-1, 1, 1, 1))


def results(golden, name, dtype=torch.float64):
    op, y, z, tau = problem(golden, name, dtype)
    w0 = linear_estimate(V2, op, y, z)
    return dict(zip(RESULTS, query(V2, op, z, y, tau ** 2, w0)), w0=w0)


@torch.no_grad()
def network_vectors(net, golden, inputs=None):
    """The outputs of the weights, in f32: each case's denoised images, and both samplers' runs.
    `inputs`: earlier network vectors, whose starting points are reused."""
    denoised = lambda name: denoise(net, *(golden[f'{name}.{k}'].float() for k in RESULTS))
    out = {name: denoised(name) for name in names()} | sampler_runs(net, golden, inputs)
    return {k: v.contiguous().clone() for k, v in out.items()}


def sampler_runs(net, golden, inputs):
    op, y, like, _ = problem(golden, RUN, torch.float32)
    w0 = linear_estimate(V2, op, y, like)
    D = lambda z, t: denoise(net, *query(V2, op, z, y, torch.full((1, 1, 1, 1), t * t), w0))
    if inputs is None:
        seed = torch.Generator().manual_seed(7)
        draw = lambda: torch.randn(like.shape, generator=seed)
        inputs = {'heun.start': 80 * draw(), 'from_mean.noise': draw(),
                  'from_mean.deviation': .1 * draw()}
    tau_min = .02       # of the run that the vectors hold, whatever from_mean's default
    start, noise, deviation = (inputs[k] for k in (
        'heun.start', 'from_mean.noise', 'from_mean.deviation'))
    mean = D(start, 80.)
    return {'heun.start': start, 'heun.tau': grid(10).float(),
            'heun.result': heun(D, start, 10), 'from_mean.mean': mean,
            'from_mean.noise': noise, 'from_mean.deviation': deviation,
            'from_mean.tau': grid(6, tau_min, 5.).float(),
            'from_mean.result': from_mean(D, mean + deviation, noise, 6, tau_min)}


def made():
    """All of the operators' vectors: {name.quantity: tensor}."""
    golden = {}
    for seed, name in enumerate(names()):
        case, size = name.split('.')[0], tuple(map(int, name.split('.')[1].split('x')))
        d = Drawn(seed, size)
        parameters, build = CASES[case]
        golden.update({f'{name}.{k}': v for k, v in parameters(d).items()})
        side = max(size)
        blur = gaussian(torch.full((1, 1, 1, 1), 1.5, dtype=torch.float64), side)
        smooth = torch.fft.ifft2(torch.fft.fft2(d.normal(d.n, 3, side, side)) * blur).real
        x = 2 * smooth[:, :, :size[0], :size[1]]
        tau = torch.tensor(TAU, dtype=torch.float64)
        op = build({k.removeprefix(f'{name}.'): v for k, v in golden.items()
                    if k.startswith(f'{name}.')}, size)
        y = op.measure(x, d.g)
        if isinstance(y, Coefficients):
            golden.update({f'{name}.y.luma': y.luma, f'{name}.y.chroma': y.chroma})
        elif y is not None:
            golden[f'{name}.y'] = y
        golden[f'{name}.tau'] = tau
        golden[f'{name}.z'] = x + tau.reshape(-1, 1, 1, 1) * d.normal(*x.shape)
        found = results(golden, name)
        golden.update({f'{name}.{k}': v.expand(d.n, *v.shape[1:]).float()
                       for k, v in found.items()})
    return {k: v.contiguous().clone() for k, v in golden.items()}


def main(argv=None):
    """python -m eps_training.release.golden FILE writes the operators'."""
    path, = argv or sys.argv[1:]
    save_file(made(), path)
    print(f'{path}: {len(names())} cases')


if __name__ == '__main__':
    main()
