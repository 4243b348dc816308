"""The finder of scratches: what is drawn and labelled, a run that continues, and its release."""
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from eps_training.scratches import damage, export, train

SIDE = 64


@pytest.fixture
def grey():
    return np.full((SIDE, SIDE, 3), 128, np.float32)


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(3):
        pixels = rng.integers(60, 200, (9, 9, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((160, 160), Image.BICUBIC)
        image.save(tmp_path / f'{i}.png')
    return tmp_path


def test_damage_changes_only_what_it_covers(grey):
    shares = []
    for seed in range(40):
        y, covered = damage.damaged(np.random.default_rng(seed), grey)
        assert (y[covered == 0] == 128).all()
        shares.append(covered.mean())
    assert .1 < np.mean(np.array(shares) == 0) < .5
    assert max(shares) < .6


def test_labels_are_of_visible_damage_and_clear_pixels_of_none(grey):
    labelled = 0
    for seed in range(40):
        crop, label, weight = damage.problem(np.random.default_rng(seed), grey)
        assert crop.shape == grey.shape and label.shape == weight.shape == (SIDE, SIDE)
        assert not (label & ~weight).any(), 'what is damage counts'
        labelled += label.sum()
    assert labelled > 0


def test_the_same_seed_draws_the_same(grey):
    first, second = (damage.problem(np.random.default_rng(5), grey) for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second))


def test_a_turn_takes_photo_and_label_along():
    photo = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    for quarters in range(4):
        for mirrored in (0, 1):
            turned = train.turned(photo, quarters, mirrored)
            label = train.turned(photo[:, 0], quarters, mirrored)
            assert (turned[:, 0] == label).all()


def test_a_run_learns_continues_and_is_released(photos, tmp_path, monkeypatch):
    monkeypatch.setattr(torch, 'compile', lambda f, **_: f)
    torch.manual_seed(0)
    crops = train.Crops(train.list_images(photos), scales=(1,))
    batch = train.draw(crops, np.random.default_rng(0))
    path = tmp_path / 'run.pt'
    run = train.Run(path, 1)
    losses = [run.step(*batch) for _ in range(6)]
    assert losses[-1] < losses[0]
    run.save()
    again = train.Run(path, 1)
    assert again.steps == 6
    assert all((a == b).all() for a, b in zip(run.net.parameters(), again.net.parameters()))
    released = tmp_path / 'scratches.safetensors'
    export.main([str(path), str(released), '--data', str(photos)])
    with safe_open(released, 'pt') as file:
        assert file.metadata()['architecture'] == 'scratches-v1'
        assert file.get_tensor('encoder.2.0.conv1.weight').dtype == torch.int8
