"""Weights in eight bits: what is stored, and that rounding for a layer's inputs loses less at its
output than rounding each value by itself."""
import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from eps_training import eight_bit
from eps_training.images import Crops, list_images
from eps_training.method.eight_bit import LEVELS, quantised, rounded, scales
from eps_training.method.network import UNet
from eps_training.method.prior import V2
from eps_training.method.weights import provenance, read, sha256
from eps_training.release import moments
from eps_training.release.moments import Moments, collect, under_kernel
from eps_training.training.problems import Problems

OUTPUTS, INPUTS = 24, 200


def correlated(count):
    """Inputs whose neighbours are alike, with a mean, and the constant 1 after them."""
    white = torch.randn(count, INPUTS + 4)
    smooth = sum(white[:, i:INPUTS + i] for i in range(5)) + 1
    return torch.cat([smooth, torch.ones(count, 1)], 1).double()


def lost(weight, bias, x, n, scale, new_bias):
    """The mean squared error of the layer's output."""
    full = torch.cat([weight, bias[:, None]], 1).double()
    short = torch.cat([n * scale[:, None], new_bias[:, None]], 1).double()
    return (x @ (full - short).T).square().mean().item()


def by_itself(weight, bias):
    """(n, scale, bias) of each value rounded by itself."""
    scale = scales(weight.double())
    n = (weight / scale[:, None]).round().clamp(-LEVELS, LEVELS)
    return n, scale, bias


def test_rounding_for_the_inputs_loses_less_than_half_at_the_output():
    weight, bias = torch.randn(OUTPUTS, INPUTS), torch.randn(OUTPUTS)
    x, others = correlated(4000), correlated(4000)
    plain = lost(weight, bias, others, *by_itself(weight, bias))
    assert lost(weight, bias, others, *rounded(weight, bias, x.T @ x)) < plain / 2


def test_inputs_that_have_nothing_to_do_with_each_other_leave_plain_rounding():
    weight, bias = torch.randn(OUTPUTS, INPUTS), torch.randn(OUTPUTS)
    n, scale, same = rounded(weight.view(OUTPUTS, -1, 2, 2), bias, torch.eye(INPUTS + 1))
    expected, expected_scale, _ = by_itself(weight, bias)
    assert n.dtype == torch.int8 and n.shape == (OUTPUTS, INPUTS // 4, 2, 2)
    assert torch.equal(n.flatten(1).float(), expected.float())
    assert torch.equal(scale.double(), expected_scale) and torch.equal(same, bias)


def test_the_bias_takes_the_mean_of_what_the_last_column_loses():
    weight, bias = torch.tensor([[100., .3]]), torch.zeros(1)
    x = torch.tensor([[0., 2., 1.], [0., 2., 1.]]).double()
    n, scale, moved = rounded(weight, bias, x.T @ x)
    error = 2 * (weight[0, 1] - n[0, 1] * scale[0])
    assert error.abs() > .1 and moved.item() == pytest.approx(error.item(), rel=1e-4)


def test_the_scale_is_that_of_the_least_error():
    rows = torch.randn(50, 400).double()
    scale = scales(rows)
    error = lambda s: ((rows / s[:, None]).round().clamp(-LEVELS, LEVELS) * s[:, None]
                       - rows).square().sum(1)
    largest = rows.abs().amax(1)
    assert (error(scale) <= error((largest / LEVELS).half().double())).all()
    assert (scale >= .69 * largest / LEVELS).all() and (scale < 1.01 * largest / LEVELS).all()
    assert (scales(torch.zeros(2, 5).double()) > 0).all()


def test_a_convolution_s_inputs_are_those_that_its_weights_multiply():
    for layer in (torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.Conv2d(3, 4, 2, stride=2),
                  torch.nn.Conv2d(3, 4, 1)):
        x = torch.randn(2, 3, 8, 12)
        out = layer(x).detach()
        row, column = (torch.randint(n, (2, 7)) for n in out.shape[2:])
        rows = under_kernel(layer, x, row, column)
        got = rows @ layer.weight.detach().flatten(1).T + layer.bias.detach()
        expected = torch.stack([out[b, :, row[b], column[b]].T for b in range(2)])
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-5)


def test_moments_are_those_of_the_inputs_by_their_weight():
    layer = torch.nn.Conv2d(64, 64, 1)
    seen, x = Moments(torch.nn.Sequential(layer)), torch.randn(2, 64, 4, 4)
    layer(x)
    image = torch.rand(2, 1, 8, 8)
    seen.add(image)
    flat = torch.cat([x, torch.ones(2, 1, 4, 4)], 1).transpose(0, 1).flatten(1).double()
    weight = torch.nn.functional.avg_pool2d(image, 2).flatten().double()
    torch.testing.assert_close(seen.sums['0'], flat * weight @ flat.T, rtol=1e-4, atol=1e-4)


def test_collected_moments_are_of_every_large_layer(photos):
    net = UNet(V2, widths=(16, 32, 32)).requires_grad_(False)
    problems = Problems(V2, np.random.default_rng(0), 'cpu', 4, families='first')
    crops = Crops(list_images(photos), scales=(1,))
    sums = collect(net, problems, crops, 1)
    quantised(net.state_dict(), sums)
    assert all((H.diagonal() >= 0).all() and H[-1, -1] > 0 for H in sums.values())
    sums.popitem()
    with pytest.raises(ValueError, match='no moments of the inputs of'):
        quantised(net.state_dict(), sums)


def test_the_command_writes_half_the_bytes_and_the_losses(photos, models, tmp_path, capsys,
                                                          monkeypatch):
    monkeypatch.setattr(moments, 'CROPS', 2)
    monkeypatch.setattr(moments, 'QUERIED', (80.,))
    weights, out = models / 'photo-v2.safetensors', tmp_path / 'eight.safetensors'
    eight_bit.main([str(weights), str(out), '--data', str(photos), '--batches', '1', '--val',
                    str(photos), '--crops', '2', '--families', 'identity', 'mask'])
    printed = capsys.readouterr().out
    assert '| identity |' in printed and '| mask |' in printed and 'SHA-256' in printed
    assert out.stat().st_size < .51 * weights.stat().st_size
    (state, description, seen), (back, *same) = read(weights), read(out)
    assert same == [description, seen] and provenance(out)['rounded_from'] == sha256(weights)
    stored = load_file(out)
    assert back.keys() == state.keys()
    for name, values in state.items():
        scale = stored.get(f'{name}.scale')
        assert stored[name].dtype == (torch.float16 if scale is None else torch.int8)
        assert scale is not None or values.dim() < 2 or values.numel() < 4096
        # No channel is further from its values than a few steps in the root mean square.
        if scale is not None:
            error = (back[name] - values).flatten(1).square().mean(1).sqrt()
            assert (error < 3 * scale.float()).all()
