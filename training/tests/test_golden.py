"""Every quantity of the method, and the network, against the vectors to which the Rust crate is
held as well."""
import pytest
from safetensors.torch import load_file
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
