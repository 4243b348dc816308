"""The stable phase: it goes on exactly, from raw weights too, ends on request, survives numbers
that are lost, and is cooled down to a release without being touched."""
from functools import partial
import os
import signal
import numpy as np
import pytest
import torch
from eps_training import cool, export, train
from eps_training.images import Crops, list_images
from eps_training.method import weights
from eps_training.method.network import UNet
from eps_training.method.weights import load_network, read
from eps_training.training import rollback, trainer as trainer_module
from eps_training.training.ahead import Ahead
from eps_training.training.schedule import SCHEDULES, Budget
from eps_training.training.snapshots import is_raw, save_raw
from eps_training.validate import HeldOut


@pytest.fixture
def run(photos, tmp_path, monkeypatch):
    """run(checkpoint, *options): a stable run of batches of 4."""
    (tmp_path / 'val').mkdir()
    (photos / '0.png').rename(tmp_path / 'val' / '0.png')
    monkeypatch.setattr(train, 'validate', lambda *_: None)

    def call(checkpoint, *options):
        return train.main([
            '--data', str(photos), '--val', str(tmp_path / 'val'), '--checkpoint', str(checkpoint),
            '--schedule', 'stable', '--batch', '4', '--bank', '4', '--seed', '5', '--f32',
            '--device', 'cpu', '--families', 'first', '--val-crops', '16',
            '--optimiser', 'muon', '--no-tensorboard', *map(str, options)])
    return call


@pytest.fixture
def small(monkeypatch):
    """A network of a hundredth of the weights, of which the loop need not know."""
    for module in (trainer_module, weights):
        monkeypatch.setattr(module, 'UNet', partial(UNet, widths=(32, 32, 32)))


def equal(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values()))


def after(steps, monkeypatch, act):
    """act(trainer) is called when a run has made `steps` steps."""
    step = train.Trainer.step

    def acting(self):
        seen = step(self)
        if self.steps == steps:
            act(self)
        return seen
    monkeypatch.setattr(train.Trainer, 'step', acting)


def test_schedules():
    stable, cooling = SCHEDULES['stable'], SCHEDULES['cool']
    assert stable(0, 0) == pytest.approx(.01) and stable(.5, 100) == pytest.approx(.51)
    assert stable(0, 10 ** 6) == stable(.999, 300) == 1
    assert cooling(0, 0) == 1 and cooling(.25, 0) == .5 and cooling(1, 0) == 0
    endless = Budget(endless=True)
    endless.spend(10 ** 9)
    assert endless.share == 0


def test_a_stable_run_goes_on_exactly_whatever_its_limit(run, small, tmp_path):
    whole = run(tmp_path / 'whole.pt', '--samples', 12)
    run(tmp_path / 'parts.pt', '--samples', 4)
    parts = run(tmp_path / 'parts.pt', '--samples', 8)
    assert parts.seen == whole.seen == 12 and parts.budget_step == 3
    assert equal(parts.net, whole.net) and equal(parts.ema, whole.ema)


def test_sigterm_saves_and_ends_an_endless_run(run, small, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        after(2, patch, lambda _: os.kill(os.getpid(), signal.SIGTERM))
        _ends_on_request(run, tmp_path)
    assert cool.main([str(tmp_path / 'run.pt'), '--out', str(tmp_path / 'c.pt')]).seen == 12


def _ends_on_request(run, tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    ended = run(tmp_path / 'run.pt')
    assert ended.seen == 8 and signal.getsignal(signal.SIGTERM) is before
    saved = torch.load(tmp_path / 'run.pt', weights_only=True)
    assert saved['seen'] == 8 and not torch.equal(*(next(iter(saved[k].values()))
                                                    for k in ('net', 'ema')))


def test_a_cool_down_makes_a_release_and_leaves_the_run_as_it_is(run, small, tmp_path, monkeypatch):
    path, out = tmp_path / 'run.pt', tmp_path / 'cooled.pt'
    run(path, '--samples', 16)
    written, rates, step = path.read_bytes(), [], train.Trainer.step

    def noting(self):
        seen = step(self)
        rates.append(seen[2])
        return seen
    monkeypatch.setattr(train.Trainer, 'step', noting)
    cooled = cool.main([str(path), '--share', '.5', '--out', str(out), '--save-every', '1'])
    assert cooled.seen == 24 and path.read_bytes() == written
    assert rates == pytest.approx([8e-4, 8e-4 * (1 - .5 ** .5)])
    assert cooled.settings.save_every == 1 and cooled.settings.bank == 4
    assert read(out)[2] == 24 and load_network(out)
    with pytest.raises(SystemExit, match='has ended or has another budget'):
        cool.main([str(path), '--share', '.5', '--out', str(out)])
    with pytest.raises(SystemExit, match='no other phase goes on from'):
        run(out, '--samples', 4)
    with pytest.raises(SystemExit, match='no run of --schedule stable'):
        cool.main([str(out), '--out', str(tmp_path / 'again.pt')])
    with pytest.raises(SystemExit, match='another file'):
        cool.main([str(path), '--out', str(path)])


def test_a_run_can_end_with_its_cool_down(run, small, tmp_path):
    one, path = tmp_path / 'one.pt', tmp_path / 'run.pt'
    trainer = run(one, '--samples', 16, '--cool', '.25', '--snapshots', 1000)
    run(path, '--samples', 12)
    cooled = cool.main([str(path), '--samples', '4', '--out', str(tmp_path / 'cooled.pt')])
    assert trainer.seen == cooled.seen == 16
    stable = [torch.load(p, weights_only=True) for p in (one, path)]
    assert all(torch.equal(*pair) for pair in zip(*(c['net'].values() for c in stable)))
    assert load_network(tmp_path / 'one.cooled.pt')
    names = {p.name for p in tmp_path.glob('one*.safetensors')}
    assert names == {'one.raw.safetensors', 'one.average.safetensors',
                     'one.cooled.average.safetensors'}
    for options in (['--cool', '.25'], ['--cool', '1', '--samples', '8'],
                    ['--cool', '.25', '--samples', '8', '--schedule', 'cycle']):
        with pytest.raises(SystemExit, match='--cool is a share'):
            run(tmp_path / 'no.pt', *options)


def test_a_cool_down_that_was_cut_off_goes_on_exactly(run, small, tmp_path, monkeypatch):
    path = tmp_path / 'run.pt'
    run(path, '--samples', 4)
    whole = cool.main([str(path), '--samples', '8', '--out', str(tmp_path / 'whole.pt')])
    with monkeypatch.context() as patch:
        after(2, patch, lambda _: os.kill(os.getpid(), signal.SIGTERM))
        cool.main([str(path), '--samples', '8', '--out', str(tmp_path / 'parts.pt')])
    parts = cool.main([str(path), '--samples', '8', '--out', str(tmp_path / 'parts.pt')])
    assert parts.seen == whole.seen == 12 and equal(parts.net, whole.net)


def test_the_stable_phase_goes_on_from_raw_weights_alone(run, photos, tmp_path, models, capsys):
    path, release = tmp_path / 'run.pt', models / 'photo-v2.safetensors'
    first = run(path, '--samples', 8, '--init', release)
    export.main([str(path), str(tmp_path), '--raw'])
    raw = tmp_path / 'raw.safetensors'
    counted = first.seen + first.seen_before
    assert is_raw(raw) and not is_raw(release) and not is_raw(path)
    assert raw.stat().st_size < 15e6 and f'{counted:,} samples' in capsys.readouterr().out
    again = run(tmp_path / 'again.pt', '--samples', 8, '--init', raw)
    assert again.seen == counted + 8 and again.seen_before == 0 and again.budget_step == 2
    drawn = [t.rng.bit_generator.state['state'] for t in (first, again)]
    assert drawn[0] != drawn[1]
    held = HeldOut(Crops(list_images(photos)), count=16)
    held.asked = {family: held.asked[family] for family in ('mask', 'grey')}
    before, after = (held.losses(t.net)['mean'] for t in (first, again))
    assert abs(after - before) < .03 * before
    with pytest.raises(SystemExit, match='takes a checkpoint'):
        export.main([str(raw), str(tmp_path), '--raw'])


def test_raw_weights_that_f16_cannot_hold_are_refused(net, tmp_path):
    state = {**net.state_dict(), 'stem.weight': torch.tensor([1e6])}
    with pytest.raises(ValueError, match='stem.weight'):
        save_raw(state, tmp_path / 'raw.safetensors', None, 1)
    assert not list(tmp_path.iterdir())


def poisoned(monkeypatch, when):
    """The loss of the calls whose number `when` accepts is NaN. Returns the list of calls."""
    loss, calls = trainer_module.loss, []

    def poison(*asked):
        calls.append(None)
        return loss(*asked) * (float('nan') if when(len(calls)) else 1)
    monkeypatch.setattr(trainer_module, 'loss', poison)
    return calls


def test_a_run_goes_back_to_its_last_good_state(run, small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(rollback, 'CHECK_EVERY', 2)
    monkeypatch.setattr(rollback, 'KEEP_EVERY', 1)
    calls = poisoned(monkeypatch, lambda call: call == 4)
    ended = run(tmp_path / 'run.pt', '--samples', 24)
    # Checked and kept after steps 1 and 3; the fourth is lost, and the fifth with it.
    assert len(calls) == 8 and ended.seen == 24 and ended.steps == 6
    assert all(p.isfinite().all() for p in [*ended.net.parameters(), *ended.ema.parameters()])
    assert 'at 16 samples the loss of' in (printed := capsys.readouterr().out)
    assert 'back to 12' in printed


def test_what_comes_back_is_the_state_that_was_kept(run, small, tmp_path):
    t = run(tmp_path / 'run.pt', '--samples', 8)
    guard = rollback.Guard(t, print)
    kept = torch.cat([p.detach().flatten().clone() for p in t.net.parameters()])
    moment = next(iter(t.optimiser.state.values()))['momentum'].clone()
    for _ in range(2):      # twice: what comes back must not be changed by the steps that follow
        t.step()
        t.restore(rollback.deepcopy(guard.kept))
        assert torch.equal(kept, torch.cat([p.detach().flatten() for p in t.net.parameters()]))
        assert torch.equal(moment, next(iter(t.optimiser.state.values()))['momentum'])
        assert t.seen == 8 and t.steps == 2 and t.budget.samples_used == 8
    t.close()


def test_numbers_that_are_lost_again_and_again_end_the_run(run, small, tmp_path, monkeypatch):
    calls = poisoned(monkeypatch, lambda call: True)
    with pytest.raises(SystemExit, match='at 4 samples the loss of .* for the 5th time from 0'):
        run(tmp_path / 'run.pt')
    assert len(calls) == rollback.PATIENCE and not (tmp_path / 'run.pt').exists()


def test_snapshots_are_whole_files_of_raw_and_averaged_weights(run, small, tmp_path, monkeypatch):
    from eps_training.training import snapshots
    stops = []
    after(2, monkeypatch, lambda t: stops.append(sorted(p.name for p in tmp_path.glob('*.safe*'))))
    ended = run(tmp_path / 'run.pt', '--samples', 8, '--snapshots', 1e-6)
    names = ['run.average.safetensors', 'run.raw.safetensors']
    assert stops == [names] and not list(tmp_path.glob('*.new'))
    average, raw = (tmp_path / name for name in names)
    assert is_raw(raw) and not is_raw(average) and read(raw)[2] == read(average)[2] == 8
    for path, network in ((average, ended.ema), (raw, ended.net)):
        assert path.stat().st_size <= snapshots.LARGEST
        kept = read(path)[0]
        assert all(torch.equal(kept[k], v.half().float()) for k, v in network.state_dict().items())
    monkeypatch.setattr(snapshots, 'LARGEST', 1000)
    with pytest.raises(SystemExit, match='--snapshots are files of at most'):
        run(tmp_path / 'other.pt', '--samples', 8, '--snapshots', 90)


@pytest.mark.parametrize('threaded', [False, True])
def test_batches_drawn_ahead_are_the_same_and_resume_where_they_stopped(threaded):
    def make(state=None):
        rng = np.random.default_rng(3)
        if state:
            rng.bit_generator.state = state
        draw = lambda: ([], torch.tensor(rng.uniform(), dtype=torch.float64), [])
        return Ahead(draw, lambda: rng.bit_generator.state, torch.device('cpu'), threaded)
    rng = np.random.default_rng(3)
    truth = [rng.uniform() for _ in range(7)]
    ahead = make()
    assert [ahead.next()[1].item() for _ in range(4)] == truth[:4]
    state = ahead.streams()
    ahead.close()
    again = make(state)
    assert [again.next()[1].item() for _ in range(3)] == truth[4:]
    again.close()


def test_a_run_with_a_drawing_thread_is_the_same_run(run, small, tmp_path, monkeypatch):
    plain = run(tmp_path / 'plain.pt', '--samples', 16)
    monkeypatch.setattr(trainer_module, 'Ahead', partial(Ahead, threaded=True))
    run(tmp_path / 'ahead.pt', '--samples', 12)     # ends with a batch drawn that is not used
    ahead = run(tmp_path / 'ahead.pt', '--samples', 4)
    assert ahead.seen == plain.seen and equal(ahead.net, plain.net) and equal(ahead.ema, plain.ema)


def test_an_error_of_the_drawing_thread_is_the_runs_error():
    def draw():
        raise ValueError('no such operator')
    ahead = Ahead(draw, lambda: None, torch.device('cpu'), True)
    ahead.steps = 1
    ahead.pending = ahead.pool.submit(ahead._draw, None)
    with pytest.raises(ValueError, match='no such operator'):
        ahead.next()
    ahead.close()
