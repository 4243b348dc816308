"""Learning curves as a picture:

    python -m eps_training.curves run.validation.csv… --out ../docs/learning-curves.svg

Held-out loss per operator family against crops seen; several runs share one picture, each with its
own style of line. SVG, so that drawing it needs no library and a change shows in a diff.
"""
import argparse
import csv
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 56, 150, 20, 44
COLOURS = ['#1b6ca8', '#d1495b', '#2e933c', '#8e5aa8', '#c77d0a', '#0a9396', '#7a6a58', '#111111']
DASHES = ['', '6 3', '2 3', '8 3 2 3']


def read(path):
    """(crops seen, {family: losses}) of a run.validation.csv."""
    with open(path, newline='') as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise SystemExit(f'{path} holds no validation yet')
    return [int(r['seen']) for r in rows], {k: [float(r[k]) for r in rows]
                                            for k in rows[0] if k != 'seen'}


def ticks(low, high, count=5):
    """Round numbers in [low, high]."""
    step = (high - low) / count or 1
    magnitude = (10 ** len(str(int(step))) / 10 if step >= 1 else
                 10 ** -next(d for d in range(1, 12) if step * 10 ** d >= 1))
    step = next(m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= step)
    first = -(-low // step)
    return [round((first + i) * step, 10) for i in range(int((high - first * step) // step) + 1)]


def draw(runs):
    """runs: {name: (seen, {family: losses})} -> SVG text."""
    every = [v for _, f in runs.values() for losses in f.values() for v in losses]
    most = max(max(seen) for seen, _ in runs.values()) or 1
    low, high = min(every), max(every)
    margin = .05 * (high - low) or .1
    low, high = low - margin, high + margin
    x = lambda s: LEFT + (WIDTH - LEFT - RIGHT) * s / most
    y = lambda v: TOP + (HEIGHT - TOP - BOTTOM) * (high - v) / (high - low)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for v in ticks(low, high):
        out.append(f'<path d="M{LEFT} {y(v):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:g}</text>')
    for s in ticks(0, most):
        out.append(f'<text x="{x(s):.1f}" y="{HEIGHT - BOTTOM + 18}" '
                   f'text-anchor="middle">{s:,.0f}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
               'crops seen; held-out loss, in units of the Gaussian posterior</text>')
    families = list(dict.fromkeys(k for _, f in runs.values() for k in f))
    for i, family in enumerate(families):
        colour = COLOURS[i % len(COLOURS)]
        for (seen, losses), dash in zip(runs.values(), DASHES):
            points = ' '.join(f'{x(s):.1f},{y(v):.1f}'
                              for s, v in zip(seen, losses.get(family, [])))
            out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" '
                       f'stroke-width="{2.5 if family == "mean" else 1.5}" '
                       f'stroke-dasharray="{dash}"/>')
        out.append(f'<text x="{WIDTH - RIGHT + 10}" y="{TOP + 16 * i + 12}" fill="{colour}">'
                   f'{family}</text>')
    for i, (name, dash) in enumerate(zip(runs, DASHES)):
        if len(runs) > 1:
            top = TOP + 16 * (len(families) + i) + 24
            out.append(f'<path d="M{WIDTH - RIGHT + 10} {top - 4}h24" stroke="#111" '
                       f'stroke-dasharray="{dash}"/>'
                       f'<text x="{WIDTH - RIGHT + 40}" y="{top}">{name}</text>')
    return '\n'.join([*out, '</svg>']) + '\n'


def names(paths):
    """A run's name: its file's, or its folder's where files are called the same."""
    stems = [Path(p).name.removesuffix('.validation.csv') for p in paths]
    return (stems if len(set(stems)) == len(stems) else
            [Path(p).resolve().parent.name for p in paths])


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.curves', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('runs', nargs='+', metavar='run.validation.csv')
    p.add_argument('--out', default='learning-curves.svg')
    args = p.parse_args(argv)
    if len(args.runs) > len(DASHES):
        raise SystemExit(f'at most {len(DASHES)} runs fit one picture')
    Path(args.out).write_text(draw({name: read(run)
                                    for name, run in zip(names(args.runs), args.runs)}))


if __name__ == '__main__':
    main()
