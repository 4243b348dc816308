"""The update about a photo that was made smaller by a filter and then saved with halved chroma, at
pivots of every noise level against dense matrices; and sides that no JPEG of whole blocks has."""
import pytest
import torch
from eps_training.method.fourier import fft, ifft
from eps_training.method.jpeg import Coefficients, DecimatedJpeg, jpeg
from eps_training.method.jpeg.tables import libjpeg
from eps_training.method.operators import Decimation, bicubic_spectrum

SIDE, F = 32, 2
SMALL = SIDE // F
N = 3 * SMALL * SMALL
PER_AXIS = torch.tensor([.7, .2, .05], dtype=torch.float64).reshape(1, 3, 1, 1)


def scalar(value):
    return torch.full((1, 1, 1, 1), float(value), dtype=torch.float64)


def operator(sampling, quality, grain=None, dtype=torch.float64):
    tables = tuple(torch.tensor(t) for t in libjpeg([quality]))
    reduce = Decimation(bicubic_spectrum(F, SIDE, SIDE, 'cpu', dtype), F, scalar(1.).to(dtype))
    return DecimatedJpeg(reduce, jpeg(tables, sampling, grain))


def flat(y):
    return torch.cat([y.luma.flatten(1), y.chroma.flatten(1)], 1)


def dense_step(op, m, v, y):
    """E D^T A^T (A (E_b + s²) A^T + R)^-1 (y - A D m), by a dense solve on the small grid."""
    unit = torch.eye(N, dtype=torch.float64).reshape(N, 3, SMALL, SMALL)
    A = flat(op.jpeg.apply(unit)).T
    E = v.expand(-1, 3, SIDE, SIDE)
    grain = 0. if op.jpeg.grain2 is None else op.jpeg.grain2
    noisy = ifft(fft(unit) * (op._small(E) + grain)).reshape(N, N)
    residual = (flat(y) - flat(op.apply(m)))[0]
    r = torch.linalg.solve(A @ noisy @ A.T + torch.diag(flat(op.jpeg._r(y))[0]), residual)
    back = fft((A.T @ r).reshape(1, 3, SMALL, SMALL)).repeat(1, 1, F, F)
    return ifft(E * op.decimation.k.conj() * back)


def pivot(op, t2):
    x = .4 * torch.tanh(torch.randn(1, 3, SIDE, SIDE, dtype=torch.float64))
    return x + t2 ** .5 * torch.randn_like(x), op.measure(x)


@pytest.mark.parametrize('sampling', ['4:2:2', '4:2:0'])
@pytest.mark.parametrize('quality', [15, 75, 95])
@pytest.mark.parametrize('grain', [None, .1])
def test_update_at_every_noise_level(sampling, quality, grain):
    op = operator(sampling, quality, None if grain is None else scalar(grain))
    for v in (scalar(.01), scalar(.25), scalar(25.), scalar(6400.), PER_AXIS):
        m, y = pivot(op, v.mean().item())
        wanted = dense_step(op, m, v, y)
        assert (op.update(m, v, y) - m - wanted).norm() <= 1e-4 * wanted.norm()


def test_update_in_f32_keeps_its_digits():
    op, single = operator('4:2:0', 95), operator('4:2:0', 95, dtype=torch.float32)
    m, y = pivot(op, 6400.)
    small = Coefficients(y.luma.float(), y.chroma.float())
    got = single.update(m.float(), scalar(6400.).float(), small)
    wanted = m + dense_step(op, m, scalar(6400.), y)
    assert (got - wanted).norm() <= 1e-4 * m.norm()


@pytest.mark.parametrize('sampling, size', [('grey', (16, 12)), ('4:4:4', (20, 16)),
                                            ('4:2:2', (16, 24)), ('4:2:0', (24, 16))])
def test_sides_that_end_within_a_block_are_refused(sampling, size):
    tables = tuple(torch.tensor(t) for t in libjpeg([75]))
    with pytest.raises(ValueError, match='multiples of 8'):
        jpeg(tables, sampling).apply(torch.zeros(1, 3, *size))
