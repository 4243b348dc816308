"""Every quantity of the method, and the network, against the vectors to which the Rust crate is
held as well."""
import pytest
import torch
from safetensors.torch import load_file
from eps_training.release import golden


def relative(a, b):
    return ((a.expand_as(b) - b).norm() / (b.norm() + 1e-12)).item()


def test_cases_are_all_there(vectors):
    assert {k.removesuffix('.z') for k in vectors if k.endswith('.z')} == set(golden.names())


@pytest.mark.parametrize('name', golden.names())
def test_operator_results(vectors, name):
    """In f64 to the digits of the file's f32; in f32 to 1e-5, to the stated error where iterations
    end early."""
    loose = {'cropped_blur': 2e-2, 'gradients': 1e-4}.get(name.split('.')[0], 1e-5)
    for dtype, tolerance in ((torch.float64, 1e-7), (torch.float32, loose)):
        for quantity, value in golden.results(vectors, name, dtype).items():
            wanted = vectors[f'{name}.{quantity}'].double()
            assert relative(value.double(), wanted) < tolerance, (quantity, dtype)


def test_network_and_samplers(net, vectors, models):
    expected = load_file(models / 'golden-network-v2.safetensors')
    got = golden.network_vectors(net, vectors, inputs=expected)
    assert got.keys() == expected.keys()
    for name, value in got.items():
        assert relative(value, expected[name]) < 1e-4, name
