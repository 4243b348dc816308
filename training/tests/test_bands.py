"""The commands that weights are judged by: energies in bands, ratios and their errors, problems
that stay the same, and each command from end to end."""
from dataclasses import replace
import json
import math
import numpy as np
from PIL import Image
import pytest
import torch
from torch.nn.functional import conv2d, pad
from eps_training import bands, evaluate, jpeg_table
from eps_training.evaluation.bands import AXES, energies, ratio, responses, unknown
from eps_training.evaluation.held_out import FAMILIES, FixedProblems, named
from eps_training.method.fourier import fft, ifft
from eps_training.method.network import UNet
from eps_training.method.noise_geometry import band_filters, band_weights
from eps_training.method.operators import BlockMean, Identity, Mask
from eps_training.method.prior import OPPONENT, V2
from eps_training.method.sampler import from_mean
from eps_training.method.weights import describe

EVERYWHERE = torch.ones(1, 1, 64, 64)
SIGMA_START = 5     # of from_mean


def level(v):
    return torch.full((1, 1, 1, 1), v, dtype=torch.float64)


def test_responses_are_those_of_the_band_filters():
    x, f = torch.rand(2, 3, 20, 24, dtype=torch.float64), band_filters().double()
    planes = pad(x.reshape(6, 1, 20, 24), (7,) * 4, mode='reflect')
    expected = conv2d(planes, f[:, None]).reshape(2, 3, 4, 20, 24)
    assert (responses(x) - expected).abs().max() < 1e-7        # the filters are made in f32


@pytest.mark.parametrize('axis', range(3))
def test_a_wave_on_one_axis_has_the_filters_gain_as_its_energy(axis):
    w, inside = 2 * math.pi * 8 / 64, torch.zeros(1, 1, 78, 78)
    inside[..., 7:-7, 7:-7] = 1         # whole periods, out of the border's reach
    wave = .3 * torch.cos(w * torch.arange(78, dtype=torch.float64)).expand(78, 78)
    rgb = torch.tensor(OPPONENT[axis], dtype=torch.float64)[None, :, None, None] * wave
    gain = (band_filters().double() * torch.cos(w * torch.arange(-7, 8).double())).sum((1, 2))
    found = energies(rgb, inside)[0] / 64 ** 2
    expected = torch.zeros(3, 4, dtype=torch.float64)
    expected[axis] = .3 ** 2 / 2 * gain ** 2
    assert (found - expected).abs().max() < 1e-8


def summary(truth, mean, first, second, region=EVERYWHERE):
    return bands.summary(bands.figures(truth, region, mean, mean, first, second))


def values(told, name):
    return torch.tensor([[band[name] for band in told['bands'][axis]] for axis in AXES])


def test_a_mean_of_nothing_errs_by_the_truth_and_the_truth_is_a_right_sample():
    x = torch.rand(4, 3, 64, 64) * 2 - 1
    told = summary(x, torch.zeros_like(x), x, x)
    for name in ('error', 'sample'):
        assert (values(told, name) == torch.tensor([1., 0.])).all()
    assert told['crps'] == [0, 0] and told['spread'][0] == 0
    half = summary(x, x / 2, x + .1, x - .1)
    assert torch.allclose(values(half, 'error')[..., 0], torch.tensor(.25))
    error = (x / 2).pow(2).mean().sqrt().item()
    assert half['spread'][0] == pytest.approx(.1 * 2 ** .5 / error, rel=1e-5)


def test_holes_are_judged_by_themselves():
    x, known = torch.rand(2, 3, 64, 64), torch.ones(2, 1, 64, 64)
    known[:, :, 20:40, 20:40] = 0
    region = unknown(Mask(known, level(.1)), x)
    assert torch.equal(region, 1 - known)
    for op in (Mask(torch.ones_like(known), level(.1)), BlockMean(4, level(.1))):
        assert torch.equal(unknown(op, x), torch.ones_like(known))
    everything = energies(x, EVERYWHERE)
    assert torch.allclose(energies(x, region) + energies(x, known), everything)


def test_the_jackknifes_error():
    torch.manual_seed(1)
    above, ones = torch.randn(30, 2).double() + 3, torch.ones(30, 2).double()
    value, error = ratio(above, ones)
    assert torch.allclose(value, above.mean(0)) and torch.allclose(error, above.std(0) / 30 ** .5)
    assert torch.allclose(ratio(.7 * above, above)[1], torch.zeros(2).double(), atol=1e-12)
    below = torch.rand(40, 4000).double() + .5          # 4000 sets of 40 images
    value, error = ratio(.8 * below + .1 * torch.randn(40, 4000).double(), below)
    claimed = (error ** 2).mean().sqrt()
    assert claimed / value.std() == pytest.approx(1, abs=4 / 8000 ** .5)


class Gaussian:
    """F = 0: D is the Gaussian posterior's mean."""
    prior, multiple = V2, 8

    def __call__(self, w, g, m, coarse):
        return torch.zeros_like(g)


def test_bands_of_a_gaussian_world_are_as_they_must_be():
    """x is drawn from the prior itself and D is exact: the error's spectrum is E s2/(E + s2)."""
    n, size, s = 24, 48, .2
    white = torch.randn(n, 3, size, size, dtype=torch.float64)
    E = 1 / V2.spectrum(size, size, white)
    x, op = ifft(fft(white) * E.sqrt()), Identity(level(s))
    region = torch.zeros(1, 1, size, size)
    region[..., 7:-7, 7:-7] = 1         # the filters reflect at borders, the world is circular
    g = torch.Generator().manual_seed(0)
    restored = bands.restorations(Gaussian(), op, op.measure(x), x, g)
    told = bands.summary(bands.figures(V2.to_rgb(x), region, *restored))
    filters = band_weights(size, size, white.device)
    energy = lambda spectrum: torch.einsum('bahw,khw->ak', spectrum, filters)
    left = E * s ** 2 / (E + s ** 2)
    # Six points of the solver keep only a part of small variances: its gain on the posterior alone.
    gain = from_mean(lambda z, tau: left / (left + tau ** 2) * z, torch.ones_like(E), 0.)
    kept = gain ** 2 * (left + SIGMA_START ** 2)
    for name, expected in (('error', left), ('sample', E - left + kept)):
        value, error = values(told, name).unbind(-1)
        assert ((value - energy(expected) / energy(E)).abs() < 4 * error).all()
    spread, error = told['spread']
    assert abs(spread - (kept.mean() / left.mean()).sqrt()) < 4 * error


def test_problems_stay_the_same_whatever_else_is_asked_and_whichever_prior():
    rgb = torch.rand(6, 3, 64, 64) * 2 - 1
    before = torch.get_rng_state()
    stiffer = replace(V2, precision=(10., 80., 300.))
    one, other = FixedProblems(stiffer, rgb), FixedProblems(V2, rgb)
    list(other.of('gaussian'))
    for (x, op, y, _), (x2, op2, y2, _) in zip(one.of('mask'), other.of('mask'), strict=True):
        assert torch.equal(op.m, op2.m) and torch.equal(op.s2, op2.s2)
        assert torch.equal(x, x2)
    again = [y for _, _, y, _ in FixedProblems(V2, rgb).of('mask')]
    assert [len(y) for y in again] == [4, 2] and torch.equal(again[-1], y2)
    assert torch.equal(before, torch.get_rng_state())


def test_families_by_name():
    assert named(['first', 'mask', 'grey']) == named(['first'])
    assert set(named(['all', 'first'])) == set(FAMILIES)
    with pytest.raises(SystemExit, match='mosaics'):
        named(['mosaics'])


def test_what_counts_as_a_fault():
    band = lambda error, sample, visible: dict(error=error, sample=sample, visible=visible)
    right, wrong = band([1.09, .05], [1.2, .1], True), band([1.11, .05], [1.4, .1], True)
    dim = band([2., .1], [.6, .1], False)
    families = {'grey': dict(bands={'luma': [right, wrong, right, dim]})}
    found = bands.faults(families)
    assert [fault[:3] for fault in found['error']] == [('grey', 'luma', 1), ('grey', 'luma', 3)]
    assert [fault[2] for fault in found['sample']] == [1, 3]
    line = bands.fault_line('wrong', found['error'], 3)
    assert line == 'wrong: 1 of 3 – grey luma 1: 1.110 ± 0.050; (grey luma 3: 2.000 ± 0.100)'


def numbers(value):
    if isinstance(value, dict):
        return [n for v in value.values() for n in numbers(v)]
    if isinstance(value, list):
        return [n for v in value for n in numbers(v)]
    return [value] if isinstance(value, float) else []


@pytest.fixture
def checkpoint(tmp_path):
    """A run's checkpoint with prior v2, not trained: F = 0."""
    state, path = UNet(V2).state_dict(), tmp_path / 'run.pt'
    torch.save(dict(net=state, ema=state, seen=32, network=describe(V2, 0)), path)
    return str(path)


def test_the_bands_of_a_file(models, photos, tmp_path, capsys):
    path, out = str(models / 'photo-v2.safetensors'), tmp_path / 'bands.json'
    bands.main([path, '--val', str(photos), '--families', 'mask', 'jpeg_420', '--crops', '2',
                '--out', str(out)])
    told = json.loads(out.read_text())[path]
    assert told['prior'] == 'v2' and list(told['families']) == ['mask', 'jpeg_420']
    found = numbers(told['families'])
    assert len(found) == 2 * (4 * 2 + 12 * 5) and all(map(math.isfinite, found))
    text = capsys.readouterr().out
    assert '| jpeg_420 | green-magenta |' in text and 'error/truth above' in text


def test_the_jpeg_table_of_a_checkpoint(checkpoint, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(jpeg_table, 'LEVELS', (2, 4))
    for i in range(2):
        small = np.random.default_rng(i).integers(0, 256, (16, 18, 3), dtype=np.uint8)
        Image.fromarray(small).resize((150, 130), Image.BICUBIC).save(tmp_path / f'{i}.png')
    told = jpeg_table.main([checkpoint, '--val', str(tmp_path), '--crops', '2', '--quality', '75'])
    row = told[checkpoint]['rows'][75]
    assert all(map(math.isfinite, numbers(row))) and row['level'] in (2, 4)
    # Not trained, the exact pivot's mean is the Gaussian posterior's.
    assert row['exact'][0] == pytest.approx(row['Gaussian posterior'][0], abs=.05)
    assert 25 < row['decoded'][0] < 60 and '| 75 |' in capsys.readouterr().out


def test_the_five_tasks_take_a_checkpoint_of_prior_v2(checkpoint, photos, tmp_path):
    pytest.importorskip('piq')
    methods = ['eps_1', 'eps_3', 'eps_7']
    results = evaluate.main([checkpoint, '--data', str(photos), '--methods', *methods,
                             '--tasks', 'block_mean_4', '--images', '1', '--images-search', '1',
                             '--work', str(tmp_path / 'work'), '--out', str(tmp_path)])
    row = results['block_mean_4']
    assert all(0 < row[method]['crps'][0] < 60 for method in methods)
    assert json.loads((tmp_path / 'results.json').read_text())['samples_seen'] == 32
