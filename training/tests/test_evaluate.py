"""The evaluation machinery with instant methods: resuming, the search for a scale, the files it
writes."""
import json
from PIL import Image
import pytest
import torch
from eps_training import evaluate
from eps_training.evaluation import report, runs
from eps_training.evaluate import Evaluation, OutOfTime, Store
from eps_training.evaluation.tasks import TASKS


@pytest.fixture
def instant(monkeypatch):
    """Methods that return the truth plus an error that grows with the distance between log2(scale)
    and -4."""
    calls = []

    def run_part(method, net, task, part, truth, scale=1.):
        calls.append((method, task, part, scale))
        error = .01 * (1 + abs(torch.log2(torch.tensor(scale)).item() + 4))
        n = len(truth)
        return dict(psnr=[20.] * n, ssim=[.5] * n, crps=[error] * n, haarpsi=[.9] * n, seconds=1.,
                    evaluations=7, sample=((truth + 1) * 127.5).round().byte())
    monkeypatch.setattr(evaluate, 'run_part', run_part)
    return calls


def evaluation(folder, **more):
    torch.manual_seed(3)
    return Evaluation(Store(folder, {'weights': 'a', 'chunk': 8}), {'eps': None, 'palette': None},
                      torch.rand(20, 3, 64, 64) * 2 - 1, torch.rand(8, 3, 64, 64), **more)


def test_the_search_goes_on_until_the_best_is_inside(instant, tmp_path):
    found = evaluation(tmp_path).search('dps', 'box')
    best = min(found, key=found.get)
    assert best == 2 ** -4 and len(found) >= 5 and min(found) < best < max(found)


def test_work_that_is_done_is_not_done_again(instant, tmp_path):
    a = evaluation(tmp_path).run('eps_7', 'box', 1., 'test', 20)
    assert [c[2] for c in instant] == [0, 1, 2] and len(a['psnr']) == 20
    assert evaluation(tmp_path).run('eps_7', 'box', 1., 'test', 20) == a and len(instant) == 3
    with pytest.raises(OutOfTime):
        evaluation(tmp_path, deadline=0).run('eps_1', 'box', 1., 'test', 20)
    with pytest.raises(SystemExit, match='other weights'):
        Store(tmp_path, {'weights': 'b', 'chunk': 8})
    mark = tmp_path / 'identity.json'
    written = mark.stat().st_mtime_ns
    Store(tmp_path, {'weights': 'a', 'chunk': 8})
    assert mark.stat().st_mtime_ns == written       # processes side by side read it at any moment


def identity(weights, last='z.jpg'):
    return dict(weights=weights, precision='f32', device='cpu', chunk=8, images=20, first='a.jpg',
                last=last)


def test_results_have_the_form_that_others_read(instant, tmp_path):
    e = evaluation(tmp_path / 'work')
    results = {'box': {m: dict(scale=s, search={1.: None}, count=n, **e.run(m, 'box', s, 'test', n))
                       for m, n, s in (('eps_7', 20, 1.), ('mpgd', 8, .5))}}
    results['box']['mpgd']['search'] = {.25: 2., .5: 1., 1.: 3.}
    report.write(tmp_path, results, e.store, e.sets['test'], 8, 123, 30.5, identity('a'))
    data = json.loads((tmp_path / 'results.json').read_text())
    assert data['samples_seen'] == 123 and data['cbsd68_sigma25_psnr'] == 30.5
    assert {'evaluations', 'psnr', 'ssim', 'crps', 'mmd'} <= data['box']['eps_7'].keys()
    assert (data['box']['eps_7']['images'] == 20
            and data['box']['eps_7']['compared']['images'] == 8
            and data['box']['mpgd']['at_edge'] is False)
    assert (data['box']['mpgd']['crps_behind'] == pytest.approx(.04 - .05)
            and 'crps_behind' not in data['box']['eps_7'])
    text = (tmp_path / 'results.md').read_text()
    assert '| eps_7 | 7 | 8 |' in text and 'step × 0.5 of 0.25 → 2.0' in text


def test_tables_gain_what_a_later_call_adds_unless_of_other_weights_or_images(instant, tmp_path):
    e = evaluation(tmp_path / 'work')

    def written(method, task, cbsd, weights, last='z.jpg'):
        results = {task: {method: dict(scale=1., search={1.: None}, count=8,
                                       **e.run(method, task, 1., 'test', 8))}}
        report.write(tmp_path, results, e.store, e.sets['test'], 8, 123, cbsd,
                     identity(weights, last))
        data = json.loads((tmp_path / 'results.json').read_text())
        return {task: list(rows) for task, rows in data.items()
                if isinstance(rows, dict) and rows}, data['cbsd68_sigma25_psnr']
    assert written('mpgd', 'box', 30.5, 'a') == ({'box': ['mpgd']}, 30.5)
    assert written('eps_7', 'box', None, 'a') == ({'box': ['eps_7', 'mpgd']}, 30.5)
    assert written('eps_7', 'random', None, 'a') == (
        {'random': ['eps_7'], 'box': ['eps_7', 'mpgd']}, 30.5)
    assert '| mpgd | 7 | 8 |' in (tmp_path / 'results.md').read_text()
    assert written('eps_7', 'box', None, 'b') == ({'box': ['eps_7']}, None)
    assert written('mpgd', 'box', None, 'b', 'other.jpg') == ({'box': ['mpgd']}, None)


def test_images_that_are_too_small_do_not_count(instant, tmp_path, models):
    for i in range(5):
        Image.new('RGB', (32 if i < 2 else 64, 64), (i, i, i)).save(tmp_path / f'{i}.png')
    command = [str(models / 'photo-v2.safetensors'), '--data', str(tmp_path),
               '--work', str(tmp_path / 'work'), '--out', str(tmp_path), '--methods', 'eps_7',
               '--tasks', 'box', '--images-search', '1']
    evaluate.main([*command, '--images', '2'])
    assert json.loads((tmp_path / 'results.json').read_text())['box']['eps_7']['images'] == 2
    with pytest.raises(SystemExit, match=r'3 \+ 1 images are asked for; the folder has 3'):
        evaluate.main([*command, '--images', '3'])


def test_measurements_are_the_same_for_every_method(net):
    x = torch.rand(2, 3, 64, 64) * 2 - 1
    (a, ya), (b, yb) = (runs.problem('random', 0, x) for _ in range(2))
    assert torch.equal(ya, yb) and torch.equal(a.m, b.m)
    assert not torch.equal(ya, runs.problem('random', 1, x)[1])


def test_a_part_is_run_with_the_real_network(net):
    pytest.importorskip('piq')
    x = torch.rand(1, 3, 64, 64).mul(.2)
    r = runs.run_part('eps_7', net, 'block_mean_4', 0, x)
    assert r['evaluations'] == 7 and r['sample'].shape == x.shape and r['psnr'][0] > 15
    assert r['crps'] == runs.run_part('eps_7', net, 'block_mean_4', 0, x)['crps']


@pytest.mark.parametrize('task', list(TASKS))
def test_both_samples_of_an_image_answer_the_same_measurement(task):
    truth = torch.rand(3, 3, 64, 64) * 2 - 1
    op, y = runs.problem(task, 0, truth)
    both, doubled = runs.twice(op, y)
    a, b = both.apply(truth.repeat(2, 1, 1, 1)).chunk(2)
    assert (torch.equal(a, b) and torch.allclose(a, op.apply(truth), atol=1e-6)
            and torch.equal(doubled, torch.cat([y, y])))
