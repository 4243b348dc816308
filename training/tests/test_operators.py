"""The contract that every operator keeps, against dense matrices in f64."""
import pytest
import torch
from eps_training.method import gaussian
from eps_training.method.noise_geometry import band_filters
from eps_training.method.operators import (BT601, BlockMean, ChannelMask, ChannelMix,
                                           CircularConvolution, Decimation, Grey, Identity, Mask,
                                           Nothing, mask)
from eps_training.method.prior import V2
from eps_training.training.problems.blurs import gaussian as gaussian_blur

SIDE = 16
N = 3 * SIDE * SIDE
SHAPE = (1, 3, SIDE, SIDE)


def scalar(value):
    return torch.full((1, 1, 1, 1), float(value), dtype=torch.float64)


def spectra():
    """A deviation at each frequency of each axis."""
    u = torch.rand(1, 3, SIDE, SIDE, dtype=torch.float64)
    even = u + torch.roll(u.flip(2, 3), (1, 1), (2, 3))
    return .05 + .2 * even


def kernel():
    return gaussian_blur(torch.full((1, 1, 1, 1), 1.3), SIDE).to(torch.complex128)


def known(channels=1):
    return (torch.rand(1, channels, SIDE, SIDE, dtype=torch.float64) > .4).double()


def deviations(channels=1):
    return .05 + .2 * torch.rand(1, channels, SIDE, SIDE, dtype=torch.float64)


OPERATORS = {
    'identity': lambda: Identity(scalar(.2)),
    'coloured': lambda: Identity(spectra()),
    'mask': lambda: Mask(known(), scalar(.1)),
    'pixel noise': lambda: Mask(torch.ones(1, 1, SIDE, SIDE).double(), deviations()),
    'mosaic': lambda: ChannelMask(known(3), scalar(.1)),
    'channel noise': lambda: ChannelMask(known(3), deviations(3)),
    'block mean': lambda: BlockMean(4, scalar(.05)),
    'decimation': lambda: Decimation(kernel(), 2, scalar(.05)),
    'blur': lambda: CircularConvolution(kernel(), scalar(.05)),
    'uncertain blur': lambda: CircularConvolution(kernel(), spectra()),
    'grey': lambda: Grey(scalar(.05)),
    'luma': lambda: ChannelMix(BT601, scalar(.05)),
}
SPATIAL = {'mask', 'pixel noise', 'mosaic', 'channel noise'}
PER_AXIS = torch.tensor([.7, .2, .05], dtype=torch.float64).reshape(1, 3, 1, 1)


@pytest.fixture(params=OPERATORS)
def case(request):
    return request.param, V2, OPERATORS[request.param]()


def dense(op):
    """A [measurements, N]."""
    unit = torch.eye(N, dtype=torch.float64).reshape(N, *SHAPE[1:])
    return op.apply(unit).reshape(N, -1).T


def noise_covariance(op, rows):
    """R, from how the operator's own noise is shaped: F^-1 R(w) F where it has a spectrum."""
    s2 = op.s2
    if isinstance(op, (Mask, ChannelMask)) or s2.shape[-1] == 1:
        y = op.apply(torch.zeros(SHAPE, dtype=torch.float64))
        return torch.diag(s2.expand(y.shape).flatten())
    unit = torch.eye(N, dtype=torch.float64).reshape(N, *SHAPE[1:])
    return torch.fft.ifft2(s2 * torch.fft.fft2(unit)).real.reshape(N, N)


def covariances(op, prior):
    """(A, R, measured rows) without the rows of a mask that measure nothing."""
    A = dense(op)
    R = noise_covariance(op, len(A))
    rows = A.abs().sum(1) > 0
    return A[rows], R[rows][:, rows], rows


def precision(prior, spatial):
    """Q: circular borders for what works in the DFT, replicated ones for what works in space."""
    unit = torch.eye(N, dtype=torch.float64).reshape(N, *SHAPE[1:])
    if spatial:
        return prior.times(unit).reshape(N, N)
    Q = prior.spectrum(SIDE, SIDE, unit)
    return torch.fft.ifft2(Q * torch.fft.fft2(unit)).real.reshape(N, N)


def close(a, b, tolerance=1e-9):
    assert (a - b).norm() <= tolerance * b.norm(), ((a - b).norm() / b.norm()).item()


def test_adjoint(case):
    _, prior, op = case
    x = torch.randn(SHAPE, dtype=torch.float64)
    y = torch.randn_like(op.apply(x))
    close((op.apply(x) * y).sum(), (x * op.adjoint(y)).sum(), 1e-10)


@pytest.mark.parametrize('v', [scalar(.3), scalar(6400.), PER_AXIS], ids=['small', 'large', 'axes'])
def test_update(case, v):
    _, prior, op = case
    A, R, rows = covariances(op, prior)
    x, m = torch.randn(2, *SHAPE, dtype=torch.float64)
    y = op.measure(x)
    V = torch.diag(v.expand(SHAPE).flatten())
    gain = torch.linalg.solve(A @ V @ A.T + R, A @ V).T
    wanted = m.flatten() + gain @ (y.flatten()[rows] - A @ m.flatten())
    close(op.update(m, v, y).flatten(), wanted, 1e-8)


def posterior_covariance(op, prior, v):
    A, R, _ = covariances(op, prior)
    return torch.linalg.inv(torch.eye(N, dtype=torch.float64) / v + A.T @ torch.linalg.solve(R, A))


def test_pixel_variance(case):
    name, prior, op = case
    p = op.pixel_variance(scalar(.3), SHAPE)
    wanted = posterior_covariance(op, prior, .3).diagonal().reshape(SHAPE)
    if name not in SPATIAL:       # a mean over the image
        wanted = wanted.mean((2, 3), keepdim=True).expand(SHAPE)
    close(p, wanted)


def test_band_variances(case):
    """Circular filters for what is stationary; for masks, reflected borders around the centre pixel
    reach nothing beyond the 16 pixels."""
    name, prior, op = case
    S = posterior_covariance(op, prior, .3)
    unit = torch.eye(N, dtype=torch.float64).reshape(N, *SHAPE[1:])
    filters = band_filters().double()
    maps = op.band_variances(scalar(.3), SHAPE)
    at = 7 if name in SPATIAL else None
    loose = 5e-2 if name == 'block mean' else 1e-6      # its shares are those of an endless grid
    for k in range(4):
        f = torch.zeros(SIDE, SIDE, dtype=torch.float64)
        f[:15, :15] = filters[k]
        rolled = torch.roll(f, (-7, -7), (0, 1))
        filtered = torch.fft.ifft2(torch.fft.fft2(unit)
                                   * torch.fft.fft2(rolled)).real.reshape(N, 3, -1)
        variance = torch.einsum('nap,nm,map->ap', filtered, S, filtered) / (filters[k] ** 2).sum()
        luma, chroma = variance[0], variance[1:].mean(0)
        if name == 'block mean' and k == 3:
            continue    # 15 pixels on a torus of 16 are no endless grid
        if at is None:
            close(maps[0, k].mean(), luma.mean(), loose)
            close(maps[0, 4 + k].mean(), chroma.mean(), loose)
        elif k < 3:
            middle = at * SIDE + at
            close(maps[0, k, at, at], luma[middle], 1e-6)
            close(maps[0, 4 + k, at, at], chroma[middle], 1e-6)


@pytest.fixture
def to_convergence(monkeypatch):
    for count in ('W0_ITERATIONS', 'G_ITERATIONS', 'VARIANCE_SWEEPS'):
        monkeypatch.setattr(mask, count, 400)


def test_gaussian_posterior(case, to_convergence):
    name, prior, op = case
    A, R, rows = covariances(op, prior)
    Q, t2 = precision(prior, name in SPATIAL), scalar(.5)
    x, z = torch.randn(2, *SHAPE, dtype=torch.float64)
    y = op.measure(x)
    data, right = A.T @ torch.linalg.solve(R, A), A.T @ torch.linalg.solve(R, y.flatten()[rows])
    w0 = gaussian.linear_estimate(prior, op, y, z)
    close(w0.flatten(), torch.linalg.solve(Q + data, right), 1e-7)
    g, q = op.posterior(prior, z, y, t2, w0)
    P = Q + data + torch.eye(N) / .5
    close(g.flatten(), torch.linalg.solve(P, right + z.flatten() / .5), 1e-7)
    exact = torch.linalg.inv(P).diagonal().reshape(SHAPE)
    if name in SPATIAL:     # the sweeps leave out loops of the grid, and corners lose most by that
        ratio = q / exact
        assert ratio.max() < 1.03 and ratio.min() > .4 and ratio.mean() > .88
    else:
        close(q.mean((2, 3)), exact.mean((2, 3)), 1e-7)


def test_measurement_noise_has_its_covariance(case):
    _, prior, op = case
    A, R, rows = covariances(op, prior)
    x = torch.zeros(600, *SHAPE[1:], dtype=torch.float64)
    y = op.measure(x).reshape(600, -1)[:, rows]
    whitened = torch.linalg.solve_triangular(torch.linalg.cholesky(R), y.T, upper=False)
    assert abs((whitened ** 2).mean().item() - 1) < 5 * (2 / whitened.numel()) ** .5


def test_nothing_leaves_the_query_as_it_is():
    op, z, t2 = Nothing(), torch.randn(SHAPE, dtype=torch.float64), scalar(.5)
    assert op.update(z, t2, None) is z
    g, q = op.posterior(V2, z, None, t2, torch.zeros_like(z))
    P = precision(V2, False) + torch.eye(N) / .5
    close(g.flatten(), torch.linalg.solve(P, z.flatten() / .5), 1e-9)
    close(q.flatten(), torch.linalg.inv(P).diagonal(), 1e-9)


@pytest.mark.parametrize('name', OPERATORS)
def test_deviation_is_a_draw_of_the_posterior(name):
    """Matheron's rule: precision times the draws' second moments is the identity, on average."""
    prior, op = V2, OPERATORS[name]()
    A, R, _ = covariances(op, prior)
    if name in SPATIAL:
        return      # their prior has replicated borders, its draws circular ones
    like = torch.zeros(300, *SHAPE[1:], dtype=torch.float64)
    d = gaussian.posterior_deviation(prior, op, like).reshape(300, N)
    P = precision(prior, False) + A.T @ torch.linalg.solve(R, A)
    chi2 = torch.einsum('ni,ij,nj->n', d, P, d) / N
    assert abs(chi2.mean().item() - 1) < 5 * (2 / (300 * N)) ** .5


@pytest.mark.parametrize('sigma_y', [.01, .4])
def test_variances_keep_their_digits_in_f32(case, sigma_y):
    """At tau = 80 a measured direction keeps s2 of 6400: no difference of two numbers as large."""
    name, prior, op = case
    op.s2 = torch.full_like(op.s2, sigma_y ** 2)
    exact = [f(scalar(6400.), SHAPE) for f in (op.pixel_variance, op.band_variances)]
    t2 = scalar(6400.)
    q = op.posterior(prior, torch.zeros(SHAPE).double(), op.apply(torch.zeros(SHAPE).double()), t2,
                     torch.zeros(SHAPE).double())[1]
    for attribute, value in list(vars(op).items()):
        if torch.is_tensor(value):
            setattr(op, attribute,
                    value.to(torch.complex64 if value.is_complex() else torch.float32))
    small = [f(t2.float(), SHAPE) for f in (op.pixel_variance, op.band_variances)]
    zero = torch.zeros(SHAPE)
    small.append(op.posterior(prior, zero, op.apply(zero), t2.float(), zero)[1])
    for a, b in zip(small, [*exact, q]):
        assert ((a.double() - b).abs() <= 2e-3 * b).all(), ((a.double() - b).abs() / b).max()
