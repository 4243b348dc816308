"""The training loop on tiny batches: resuming, broken images, budgets, shares, the file that the
Rust crate loads."""
import struct
import json
import numpy as np
import pytest
import torch
from eps_training import train
from eps_training.device import cpu_has_bf16
from eps_training.images import Crops, list_images, printed
from eps_training.training.schedule import Budget, cycle
from eps_training.method.weights import describe, load_network, read, samples_seen, save_weights


def arguments(photos, checkpoint, samples, *more):
    return ['--data', str(photos), '--val', str(photos.parent / 'val'), '--samples', str(samples),
            '--checkpoint', str(checkpoint), '--batch', '4', '--bank', '4', '--seed', '5',
            '--f32', '--device', 'cpu', '--families', 'first',
            '--val-crops', '16', '--no-tensorboard', *more]


@pytest.fixture
def folders(photos, monkeypatch):
    (photos.parent / 'val').mkdir()
    (photos / '0.png').rename(photos.parent / 'val' / '0.png')
    # It has its own test below, and takes minutes on a busy machine.
    monkeypatch.setattr(train, 'validate', lambda *_: None)
    return photos


def test_resuming_equals_an_uninterrupted_run(folders, tmp_path, monkeypatch):
    whole = train.main(arguments(folders, tmp_path / 'whole.pt', 16))
    step = train.Trainer.step

    class Killed(Exception):
        pass

    def interrupted(self):
        if self.steps == 2:
            self.save(tmp_path / 'parts.pt')
            raise Killed
        return step(self)
    monkeypatch.setattr(train.Trainer, 'step', interrupted)
    with pytest.raises(Killed):
        train.main(arguments(folders, tmp_path / 'parts.pt', 16))
    monkeypatch.setattr(train.Trainer, 'step', step)
    torch.manual_seed(99)
    parts = train.main(arguments(folders, tmp_path / 'parts.pt', 16))
    assert parts.seen == whole.seen == 16 and parts.steps == 4
    for (name, a), b in zip(whole.net.state_dict().items(), parts.net.state_dict().values()):
        assert torch.equal(a, b), name
    for a, b in zip(whole.ema.parameters(), parts.ema.parameters()):
        assert torch.equal(a, b)


def test_a_run_whose_loss_is_lost_ends_and_keeps_its_checkpoint(folders, tmp_path, monkeypatch):
    from eps_training.training import trainer
    checkpoint, loss = tmp_path / 'run.pt', trainer.loss
    train.main(arguments(folders, checkpoint, 8))
    written = checkpoint.read_bytes()
    monkeypatch.setattr(trainer, 'loss', lambda *asked: loss(*asked) * float('nan'))
    with pytest.raises(SystemExit, match='at 12 samples the loss of .* is not finite, '
                                         'for the 5th time from 8 samples on'):
        train.main(arguments(folders, checkpoint, 20))
    assert checkpoint.read_bytes() == written


def test_a_finished_run_starts_a_new_budget_and_init_counts_samples(folders, tmp_path, models):
    checkpoint = tmp_path / 'run.pt'
    t = train.main(arguments(folders, checkpoint, 4,
                             '--init', str(models / 'photo-v2.safetensors')))
    before = samples_seen(models / 'photo-v2.safetensors')
    assert t.seen_before == before and samples_seen(checkpoint) == before + 4
    again = train.main(arguments(folders, checkpoint, 4))
    assert again.seen == 8 and again.budget.samples_used == 4


def test_broken_images_are_skipped_with_a_warning_and_counted(photos):
    (photos / 'broken.jpg').write_bytes(b'\xff\xd8\xff\xe0 not an image')
    whole = (photos / '1.png').read_bytes()
    (photos / 'truncated.png').write_bytes(whole[:len(whole) // 2])
    with pytest.warns(UserWarning, match='skipped'):
        crops = Crops(list_images(photos))
    assert len(crops) == 4 and crops.skipped == 2 and crops.small == 0


def test_large_crops_come_from_scales_that_hold_them(photos):
    from PIL import Image
    rng = np.random.default_rng(1)
    for path in sorted(photos.iterdir())[1:3]:
        Image.open(path).resize((200, 160)).save(path)
    crops = Crops(list_images(photos))
    assert len(crops) == 4 and len(crops.fitting(128)) == 2 and len(crops.fitting(64)) == 4
    assert all(min(crops.size[i]) >= 128 for levels in crops.fitting(128) for i in levels)
    assert (crops.draw(5, rng, 128).shape == (5, 3, 128, 128)
            and crops.draw(5, rng).shape == (5, 3, 64, 64))
    with pytest.raises(SystemExit, match='256×256'):
        crops.draw(1, rng, 256)


def test_prints_are_a_share_of_the_images_without_colour_of_their_own():
    x = torch.rand(400, 3, 8, 8) * 2 - 1
    y = printed(x, .25)
    changed = [i for i in range(len(x)) if not torch.equal(x[i], y[i])]
    assert 60 < len(changed) < 140 and y.abs().max() <= 1
    inside = [y[i] for i in changed if y[i].abs().max() < 1]
    # The channels differ only by the tint of the paper.
    assert inside and all((p - p.mean((1, 2), keepdim=True)).std(0).max() < 1e-6 for p in inside)


def test_steps_of_large_crops_and_prints(folders, tmp_path):
    from PIL import Image
    for path in folders.iterdir():
        Image.open(path).resize((150, 140)).save(path)
    t = train.main([*arguments(folders, tmp_path / 'run.pt', 32, '--large', '1', '--prints', '.5'),
                    '--batch', '16'])
    assert t.seen == 32 and t.steps == 2 and all(p.isfinite().all() for p in t.net.parameters())
    with pytest.raises(SystemExit, match='16'):
        train.main(arguments(folders, tmp_path / 'other.pt', 32, '--large', '1'))


def test_validation_leaves_files_to_look_at(photos, tmp_path, net):
    from eps_training.training.logs import Log
    crops = Crops(list_images(photos), scales=(1,))
    state = torch.get_rng_state()
    held_out = train.HeldOut(crops, count=16)
    a = held_out.losses(net)
    assert torch.equal(state, torch.get_rng_state())
    assert a == train.HeldOut(crops, count=16).losses(net)
    assert set(a) == {'nothing', 'mask', 'block_mean', 'gaussian', 'motion', 'grey', 'identity',
                      'mean'} and all(0 < v < 20 for v in a.values())
    log = Log(tmp_path / 'run.pt', tensorboard=False)
    for step in (0, 8):
        log.write('validation', step, a)
    log.picture(8, train.restorations(net, crops.draw(1, np.random.default_rng(0)),
                                      torch.device('cpu')))
    assert len((tmp_path / 'run.validation.csv').read_text().splitlines()) == 3
    assert (tmp_path / 'run.pictures' / '000000008.png').stat().st_size > 1000


def test_budgets_and_learning_rate():
    b = Budget(samples=100)
    b.spend(50)
    assert b.share == .5 and b.seconds_used == 0
    assert (cycle(0, 0) == pytest.approx(.01) and cycle(.49, 1000) == 1
            and cycle(1, 1000) == pytest.approx(.02))
    for bad in ({}, dict(minutes=1, samples=1), dict(minutes=-1)):
        with pytest.raises(SystemExit):
            Budget(**bad)


def test_shares_of_folders():
    assert train.shares({'a': (30, None), 'b': (10, None)}) == {'a': .75, 'b': .25}
    assert train.shares({'a': (30, None), 'b': (10, .35)}) == {'a': .65, 'b': .35}
    with pytest.raises(SystemExit):
        train.shares({'a': (1, .8), 'b': (1, .8)})


def test_held_out_images_are_not_trained_on(photos):
    folders, held = train.read_folders([photos], None)
    assert (len(held) == 1 and len(folders[str(photos)][0]) == 3
            and held[0] not in folders[str(photos)][0])


def test_weights_survive_the_file_and_name_their_architecture(net, tmp_path):
    path = tmp_path / 'new.safetensors'
    description = describe(net.prior, 0)
    digest = save_weights(net.state_dict(), path, description, samples_seen=7)
    raw = path.read_bytes()
    header = json.loads(raw[8:8 + struct.unpack('<Q', raw[:8])[0]])
    assert (header['__metadata__']['architecture'] == 'photo-v2' and samples_seen(path) == 7
            and len(digest) == 64)
    for a, b in zip(net.state_dict().values(), load_network(path).state_dict().values()):
        assert torch.equal(a, b)        # released weights are f16 already
    with pytest.raises(ValueError):
        save_weights({'stem.weight': torch.tensor([1e6])}, path, description)


def test_another_architecture_is_refused(tmp_path):
    from safetensors.torch import save_file
    save_file({'a': torch.zeros(1)}, tmp_path / 'x.safetensors', metadata={'architecture': 'other'})
    with pytest.raises(SystemExit, match='other'):
        read(tmp_path / 'x.safetensors')


def test_bf16_only_where_the_processor_has_it(tmp_path):
    old, new = tmp_path / 'old', tmp_path / 'new'
    old.write_text('flags: avx2 avx512f'), new.write_text('flags: avx2 avx512_bf16')
    assert not cpu_has_bf16(old) and cpu_has_bf16(new) and not cpu_has_bf16(tmp_path / 'none')


def test_learning_curves(tmp_path):
    import xml.etree.ElementTree as ET
    from eps_training import curves
    for name in 'ab':
        (tmp_path / f'{name}.validation.csv').write_text(
            'seen,mask,mean\n0,0.7,0.9\n24000,0.65,0.8\n')
    curves.main([str(tmp_path / 'a.validation.csv'), str(tmp_path / 'b.validation.csv'),
                 '--out', str(tmp_path / 'c.svg')])
    lines = [e for e in ET.parse(tmp_path / 'c.svg').iter() if e.tag.endswith('polyline')]
    assert curves.names(['x/run.validation.csv', 'y/run.validation.csv']) == ['x', 'y']
    assert len(lines) == 4 and all(len(e.get('points').split()) == 2 for e in lines)
    assert (curves.ticks(0, 24000) == [0, 5000, 10000, 15000, 20000]
            and curves.ticks(.6, .95) == [.6, .7, .8, .9])


def test_muon_orthogonalises_and_descends():
    from eps_training.training.muon import Muon, orthogonalised
    for shape in ((32, 96), (96, 32)):
        s = torch.linalg.svdvals(orthogonalised(torch.randn(3, *shape)))
        assert .5 < s.min() and s.max() < 1.3
    target, layer = torch.randn(8, 4, 3, 3), torch.nn.Conv2d(4, 8, 3)
    optimiser = Muon([('encoder.weight', layer.weight), ('encoder.bias', layer.bias)], lr=.05)
    loss = lambda: ((layer.weight - target) ** 2).mean() + (layer.bias - 1).pow(2).mean()
    before = loss().item()
    for _ in range(100):
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()
    assert loss().item() < .1 * before


def test_palette_and_muon_share_the_loop(folders, tmp_path):
    checkpoint = tmp_path / 'palette.pt'
    t = train.main(arguments(folders, checkpoint, 4, '--objective', 'palette',
                             '--optimiser', 'muon'))
    assert t.seen == 4 and all(p.isfinite().all() for p in t.net.parameters())
    with pytest.raises(SystemExit, match='palette'):
        train.main(arguments(folders, checkpoint, 4))


def test_palette_answers_with_its_own_preconditioning(net):
    from eps_training.training import conditional
    from eps_training.method.prior import V2
    from eps_training.method.query import denoise
    z, t2, w0 = torch.randn(2, 3, 64, 64), torch.full((2, 1, 1, 1), 4.), torch.zeros(2, 3, 64, 64)
    asked = conditional.query(V2, None, z, None, t2, w0)
    assert [t.shape[1] for t in asked] == [3, 3, 3, 8, 3, 3]
    zero = lambda *a: torch.zeros_like(z)
    zero.prior, zero.multiple = V2, 8
    assert torch.allclose(denoise(zero, *asked), .25 * z / 4.25)
