"""One thread and fixed seeds: the same digits on every run, and no competition with other work on
the machine."""
from pathlib import Path
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

torch.set_num_threads(1)
MODELS = Path(__file__).parents[2] / 'models'


@pytest.fixture(autouse=True)
def seeds():
    torch.manual_seed(0)


@pytest.fixture(scope='session')
def models():
    return MODELS


@pytest.fixture(scope='session')
def vectors():
    return load_file(MODELS / 'golden-operators-v2.safetensors')


@pytest.fixture(scope='session')
def net():
    from eps_training.method.weights import load_network
    return load_network(MODELS / 'photo-v2.safetensors')


@pytest.fixture
def photos(tmp_path):
    """A folder of four smooth images of 80 x 72 pixels."""
    rng, folder = np.random.default_rng(0), tmp_path / 'photos'
    folder.mkdir()
    for i in range(4):
        small = Image.fromarray(rng.integers(0, 256, (9, 10, 3), dtype=np.uint8))
        small.resize((80, 72), Image.BICUBIC).save(folder / f'{i}.png')
    return folder
