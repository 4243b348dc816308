"""Writes the evaluation's figures as results.json and results.md: mean and standard error over
images, per task and method."""
import json
import math
from pathlib import Path
import textwrap
from .baselines import METHODS
from .metrics import mmd
from .runs import EVALUATIONS, PER_IMAGE
from .tasks import TASKS

DEFAULT = 'eps_7'       # the sampler that the others are compared with
DIGITS = dict(psnr=2, ssim=4, crps=2, haarpsi=4, mmd=5)


def mean_and_error(values):
    n = len(values)
    mean = sum(values) / n
    return mean, (sum((v - mean) ** 2 for v in values) / (n - 1) / n) ** .5 if n > 1 else math.nan


def rounded(values):
    """The figures as the files keep them: with five digits, and None where there is no number."""
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
    """Mean and standard error of the differences in CRPS from `other` on the same images. They show
    more than the means do: images differ far more than methods."""
    mean, error = mean_and_error([a - b for a, b in zip(run['crps'][:few], other['crps'][:few])])
    return rounded(dict(crps_behind=mean, crps_behind_error=error))


def search_of(method, run):
    """The published setting of a baseline and the search for its scale, as results.json has it."""
    out = dict(published=METHODS[method].published)
    if METHODS[method].scaled and len(run['search']) > 1:
        edges = min(run['search']), max(run['search'])
        out.update(scaled=METHODS[method].scaled, scale=run['scale'],
                   at_edge=run['scale'] in edges,
                   search={f'{s:g}': round(c, 3) for s, c in sorted(run['search'].items())})
    return out


def summarise(results, store, truth, few):
    """The figures of results[task][method] over all its images and, as 'compared', over the first
    `few`."""
    out = {}
    for task, by_method in results.items():
        out[task] = {}
        for method, run in by_method.items():
            n = run['count']
            samples = store.samples(n, method, task, run['scale'], 'test')
            row = dict(evaluations=run['evaluations'], images=n,
                       **figures(run, samples, truth[:n]),
                       seconds_per_image=round(run['seconds_per_image'], 3), compared=None)
            if n > few:
                row['compared'] = dict(images=few, **figures(run, samples[:few], truth[:few]))
            if method != DEFAULT and DEFAULT in by_method:
                row.update(behind(run, by_method[DEFAULT], few))
            if method in METHODS:
                row.update(search_of(method, run))
            out[task][method] = row
    return out


def difference(row):
    if 'crps_behind' not in row:
        return '–'
    return plus_minus(row['crps_behind'], row['crps_behind_error'], DIGITS['crps'], '+')


def cell(row, key, factor=1, digits=None):
    if row[key] is None:
        return '–'
    error = row[f'{key}_error']
    return plus_minus(factor * row[key], None if error is None else factor * error,
                      DIGITS[key] if digits is None else digits)


def line(cells):
    return '| ' + ' | '.join(map(str, cells)) + ' |'


def table(rows, compared):
    """One row per method; where `compared`, on the same images, with the difference in CRPS."""
    head = ['method', 'evaluations', 'images', 'PSNR', 'SSIM', 'CRPS', 'MMD² × 1000', 'HaarPSI']
    head += [f'CRPS − {DEFAULT}’s'] if compared else []
    lines = [line(head), line(['---'] * len(head))]
    for method, row in rows.items():
        shown = row['compared'] or row if compared else row
        cells = [method, row['evaluations'], shown['images'], cell(shown, 'psnr'),
                 cell(shown, 'ssim'), cell(shown, 'crps'), cell(shown, 'mmd', 1000, 2),
                 cell(shown, 'haarpsi')]
        lines.append(line(cells + ([difference(row)] if compared else [])))
    return '\n'.join(lines)


def wrap(paragraph):
    """A paragraph in lines of at most 100 columns."""
    return textwrap.fill(paragraph, 100, break_long_words=False, break_on_hyphens=False)


def introduction(few, precision):
    return wrap('Mean ± standard error over images; 64×64, sigma_y = 0.05 on [-1, 1]; the network '
                f'in {precision} for every method. CRPS of two samples on 0-255, PSNR, SSIM (on '
                '[0, 1]), HaarPSI and MMD of one. `eps_1` is the posterior mean, `eps_3` the same '
                'refined by two evaluations more. First the comparison on the same images (at most '
                f'{few}; the last column: the mean of the differences in CRPS, image by image, and '
                'its standard error), then every method on all its images.')


def searches(rows):
    """The searches for a scale, as one paragraph; empty where there are none."""
    found = []
    for method, row in rows.items():
        if row.get('search'):
            edge = ' (at the edge)' if row['at_edge'] else ''
            tried = ', '.join(f'{s} → {c}' for s, c in row['search'].items())
            found.append(f"{method}: {row['scaled']} × {row['scale']:g}{edge} of {tried}")
    return wrap('Search of the scale (CRPS): ' + '; '.join(found) + '.') if found else ''


def markdown(summary, seen, cbsd, few, precision):
    """results.md. Prose is wrapped; rows of tables are not."""
    parts = ['# Evaluation', f'Samples seen in training: {seen:,}.' if seen is not None else '',
             f'CBSD68, sigma 25: {cbsd:.2f} dB.' if cbsd is not None else '',
             introduction(few, precision)]
    for task, rows in summary.items():
        if rows:
            parts += [f'## {task}: {TASKS[task]}', table(rows, True)]
            on_all = {m: r for m, r in rows.items() if r['compared']}
            if on_all:
                parts += ['All images:', table(on_all, False)]
            parts.append(searches(rows))
    return '\n\n'.join(p for p in parts if p) + '\n'


def evaluated(identity):
    """What the rows of one table have in common: the weights, the precision, the conditions of the
    random numbers, and the number of images with the first and the last."""
    return dict(weights_sha256=identity['weights'], precision=identity['precision'],
                device=identity['device'], images_a_part=identity['chunk'],
                images=[identity[k] for k in ('images', 'first', 'last')])


def earlier(path, common):
    """The results of earlier calls of which `common` is true, or nothing."""
    data = json.loads(path.read_text()) if path.exists() else {}
    return data if all(data.get(k) == v for k, v in common.items()) else {}


def write(folder, results, store, truth, few, seen, cbsd, identity):
    """Writes the tables of these results and of earlier ones in the folder that they do not
    replace."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    common = evaluated(identity)
    before, new = earlier(folder / 'results.json', common), summarise(results, store, truth, few)
    rows = {task: {**before.get(task, {}), **new.get(task, {})} for task in TASKS}
    summary = {task: {m: by_method[m] for m in EVALUATIONS if m in by_method}
               for task, by_method in rows.items()}
    cbsd = before.get('cbsd68_sigma25_psnr') if cbsd is None else round(cbsd, 3)
    data = dict(samples_seen=seen, cbsd68_sigma25_psnr=cbsd, **common, **summary)
    (folder / 'results.json').write_text(json.dumps(data, indent=1, ensure_ascii=False) + '\n')
    (folder / 'results.md').write_text(markdown(summary, seen, cbsd, few, identity['precision']))
