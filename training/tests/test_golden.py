"""Every quantity of the method, and the network, against the vectors to which the Rust crate is
held as well."""
import pytest
import torch
from safetensors.torch import load_file
from eps_training.method.weights import load_network
from eps_training.release import golden_v2
from eps_training.release.golden import cases, network_vectors, operator_results

SIZES = ('64x64', '48x32')
CASES = [f'{c}.{s}' for c in ('none', 'denoise', 'mask', 'block_mean_2', 'block_mean_4',
                              'block_mean_8', 'gaussian', 'motion', 'grey') for s in SIZES]


def relative(a, b):
    return ((a.expand_as(b) - b).norm() / (b.norm() + 1e-12)).item()


def test_cases_are_all_there(golden):
    assert cases(golden) == sorted(CASES)


@pytest.mark.parametrize('case', CASES)
def test_operator_results(golden, case):
    for name, value in operator_results(golden, case).items():
        assert relative(value, golden[f'{case}.{name}']) < 1e-4, name


def test_network_and_samplers(net, golden, models):
    expected = load_file(models / 'golden-network.safetensors')
    got = network_vectors(net, golden, inputs=expected)
    assert got.keys() == expected.keys()
    for name, value in got.items():
        assert relative(value, expected[name]) < 1e-4, name


@pytest.fixture(scope='module')
def second(models):
    return load_file(models / 'golden-operators-v2.safetensors')


def test_the_second_network(second, models):
    expected = load_file(models / 'golden-network-v2.safetensors')
    got = golden_v2.network_vectors(load_network(models / 'photo-v2.safetensors'), second)
    assert got.keys() == expected.keys()
    for name, value in got.items():
        assert relative(value, expected[name]) < 1e-4, name


@pytest.mark.parametrize('name', golden_v2.names())
def test_the_second_edition(second, name):
    """In f64 to its digits; in f32 to 1e-5, to the stated error where iterations end early."""
    loose = {'cropped_blur': 2e-2, 'gradients': 1e-4}.get(name.split('.')[0], 1e-5)
    for dtype, tolerance in ((torch.float64, 1e-8), (torch.float32, loose)):
        for quantity, value in golden_v2.results(second, name, dtype).items():
            wanted = second[f'{name}.{quantity}']
            assert relative(value.double(), wanted) < tolerance, (quantity, dtype)
