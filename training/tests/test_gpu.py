"""What a GPU machine is asked before its hours are spent: are the families finite, and which
learning rate works."""
from functools import partial
import pytest
from eps_training import finite, rates
from eps_training.method import weights
from eps_training.method.network import UNet
from eps_training.training import trainer as trainer_module
from eps_training.training.problems import FAMILY_SETS


@pytest.fixture
def options(photos, monkeypatch):
    for module in (trainer_module, weights):
        monkeypatch.setattr(module, 'UNet', partial(UNet, widths=(32, 32, 32)))
    return ['--data', str(photos), '--batch', '4', '--bank', '4', '--seed', '5', '--f32',
            '--device', 'cpu', '--families', 'first', '--optimiser', 'muon']


def test_every_family_is_asked(options, capsys):
    finite.main(['--batches', '2', *options])
    lines = [line for line in capsys.readouterr().out.splitlines() if ' f32: loss ' in line]
    assert [line.split()[0] for line in lines] == list(FAMILY_SETS['first'])


def test_families_that_are_not_finite_are_named(options, monkeypatch):
    part = trainer_module.Trainer.part

    def broken(self, family, n, side=64):
        tensors = part(self, family, n, side)
        return [t * float('inf') for t in tensors] if family in ('mask', 'grey') else tensors
    monkeypatch.setattr(trainer_module.Trainer, 'part', broken)
    with pytest.raises(SystemExit, match='not finite on cpu: mask 64×64 f32, grey 64×64 f32'):
        finite.main(['--batches', '1', *options])


def test_a_rate_that_works_is_chosen_from_equal_starts(options, capsys):
    assert rates.main(['--rates', '1e30', '8e-4', '--seconds', '.1', *options]) == 8e-4
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == '0.0008' and 'learning rate 1e+30: loss inf' in printed
    rates.main(['--rates', '1e-12', '2e-12', '--seconds', '.1', *options])
    first, second = (line.split()[-1] for line in capsys.readouterr().out.splitlines()
                     if line.startswith('learning rate'))
    assert first == second      # the same weights and problems: rates of nothing change nothing
    with pytest.raises(SystemExit, match='no learning rate'):
        rates.main(['--rates', '1e30', '--seconds', '.1', *options])
