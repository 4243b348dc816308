"""The evaluation's figures as results.json and results.md: mean and standard error over images, per task and method."""
import json
import math
from pathlib import Path
from .baselines import METHODS
from .metrics import mmd
from .runs import EVALUATIONS, PER_IMAGE
from .tasks import TASKS

DEFAULT = 'eps_7'       # the sampler that the others are held against
DIGITS = dict(psnr=2, ssim=4, crps=2, haarpsi=4, mmd=5)


def mean_and_error(values):
    n = len(values)
    mean = sum(values) / n
    return mean, (sum((v - mean) ** 2 for v in values) / (n - 1) / n) ** .5 if n > 1 else math.nan


def rounded(values):
    """As they are kept: five digits, None where there is no number."""
    return {k: None if math.isnan(v) else round(v, 5) for k, v in values.items()}


def plus_minus(value, error, digits, sign=''):
    return f'{value:{sign}.{digits}f}' + ('' if error is None else f' ± {error:.{digits}f}')


def figures(run, samples, truth):
    """{metric: mean, metric_error: standard error} of one method on one task."""
    out = {}
    for k in PER_IMAGE:
        out[k], out[f'{k}_error'] = mean_and_error(run[k][:len(truth)])
    out['mmd'], out['mmd_error'] = mmd(samples, truth)
    return rounded(out)


def behind(run, other, few):
    """By how much more CRPS than `other` on the same images, mean and standard error of the differences: images differ far more than methods do."""
    mean, error = mean_and_error([a - b for a, b in zip(run['crps'][:few], other['crps'][:few])])
    return rounded(dict(crps_behind=mean, crps_behind_error=error))


def summarise(results, store, truth, few):
    """results[task][method]: per-image lists (evaluate.py) -> the same with figures over all its images and, as 'compared', over the first `few`."""
    out = {}
    for task, by_method in results.items():
        out[task] = {}
        for method, run in by_method.items():
            n = run['count']
            samples = store.samples(n, method, task, run['scale'], 'test')
            row = dict(evaluations=run['evaluations'], images=n, **figures(run, samples, truth[:n]), seconds_per_image=round(run['seconds_per_image'], 3))
            row['compared'] = dict(images=min(few, n), **figures(run, samples[:few], truth[:n][:few])) if n > few else None
            if method != DEFAULT and DEFAULT in by_method:
                row.update(behind(run, by_method[DEFAULT], few))
            if method in METHODS:
                row['published'] = METHODS[method].published
                if METHODS[method].scaled and len(run['search']) > 1:
                    edges = min(run['search']), max(run['search'])
                    row.update(scaled=METHODS[method].scaled, scale=run['scale'], at_edge=run['scale'] in edges,
                               search={f'{s:g}': round(c, 3) for s, c in sorted(run['search'].items())})
            out[task][method] = row
    return out


def difference(row):
    return plus_minus(row['crps_behind'], row['crps_behind_error'], DIGITS['crps'], '+') if 'crps_behind' in row else '–'


def table(rows, compared):
    lines = ['| method | evaluations | images | PSNR | SSIM | CRPS | MMD² × 1000 | HaarPSI |' + compared * f' CRPS − {DEFAULT}’s |', '| --- ' * (8 + compared) + '|']
    for method, row in rows.items():
        shown = row['compared'] or row if compared else row

        def cell(k, factor=1, digits=None):
            if shown[k] is None:
                return '–'
            error = shown[f'{k}_error']
            return plus_minus(factor * shown[k], None if error is None else factor * error, DIGITS[k] if digits is None else digits)
        lines.append(f"| {method} | {row['evaluations']} | {shown['images']} | {cell('psnr')} | {cell('ssim')} | {cell('crps')} | {cell('mmd', 1000, 2)} | {cell('haarpsi')} |" + compared * f' {difference(row)} |')
    return '\n'.join(lines)


def markdown(summary, seen, cbsd, few, precision):
    parts = ['# Evaluation', f'Samples seen in training: {seen:,}.' if seen is not None else '',
             f'CBSD68, sigma 25: {cbsd:.2f} dB.' if cbsd is not None else '',
             f'Mean ± standard error over images; 64×64, sigma_y = 0.05 on [-1, 1]; the network in {precision} for every method. CRPS of two samples on 0-255, PSNR, SSIM (on [0, 1]), HaarPSI and MMD of one. `eps_1` is the posterior '
             f'mean, `eps_3` the same refined by two evaluations more. First the comparison on the same images (at most {few}; the last column: the mean of the differences in CRPS, image by image, and its standard error), then every method on all its images.']
    for task, rows in summary.items():
        if rows:
            parts += [f'## {task}: {TASKS[task]}', table(rows, True)]
            if any(r['compared'] for r in rows.values()):
                parts += ['All images:', table({m: r for m, r in rows.items() if r['compared']}, False)]
            searched = [f"{m}: {r['scaled']} × {r['scale']:g}" + (' (at the edge)' if r['at_edge'] else '') + ' of ' + ', '.join(f'{s} → {c}' for s, c in r['search'].items())
                        for m, r in rows.items() if r.get('search')]
            if searched:
                parts.append('Search of the scale (CRPS): ' + '; '.join(searched) + '.')
    return '\n\n'.join(p for p in parts if p) + '\n'


def evaluated(identity):
    """What rows of one table have in common: the weights, the precision, what the random numbers depend on, and how many images from the first to the last."""
    return dict(weights_sha256=identity['weights'], precision=identity['precision'], device=identity['device'], images_a_part=identity['chunk'],
                images=[identity[k] for k in ('images', 'first', 'last')])


def earlier(path, common):
    """What an earlier call has written of the same, or nothing."""
    data = json.loads(path.read_text()) if path.exists() else {}
    return data if all(data.get(k) == v for k, v in common.items()) else {}


def write(folder, results, store, truth, few, seen, cbsd, identity):
    """The tables of these results and, where they are not among them, of those that the folder's files already hold."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    common = evaluated(identity)
    before, new = earlier(folder / 'results.json', common), summarise(results, store, truth, few)
    rows = {task: {**before.get(task, {}), **new.get(task, {})} for task in TASKS}
    summary = {task: {m: by_method[m] for m in EVALUATIONS if m in by_method} for task, by_method in rows.items()}
    cbsd = before.get('cbsd68_sigma25_psnr') if cbsd is None else round(cbsd, 3)
    data = dict(samples_seen=seen, cbsd68_sigma25_psnr=cbsd, **common, **summary)
    (folder / 'results.json').write_text(json.dumps(data, indent=1, ensure_ascii=False) + '\n')
    (folder / 'results.md').write_text(markdown(summary, seen, cbsd, few, identity['precision']))
