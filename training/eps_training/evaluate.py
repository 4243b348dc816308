"""The paper's protocol: python -m eps_training.evaluate WEIGHTS.safetensors --data DIR [--tasks …] [--methods …] [--images 128] [--images-gradient 32]

Five tasks at 64 x 64, sigma_y = 0.05 on [-1, 1]; EPS at 1, 20 and 100 evaluations on the paper's grid, at 3 (the mean refined) and at 7 and 11 warm-started, against DDNM, DPS,
DAPS, PiGDM and MPGD on the same network queried isotropically. Guidance scales are searched on images that are not evaluated on, by CRPS,
in steps of 2 from a quarter to four times the published one and on until the best is not at an edge.

All work is kept part by part in --work; a later call goes on where an earlier one stopped: run it in pieces (--stop-after MINUTES, --tasks, --methods).
The tables in --out gain what each call adds; those of other weights or images, or in another precision, are replaced.
"""
import argparse
import json
import os
from pathlib import Path
import time
import torch
from tqdm import tqdm
from .evaluation.baselines import METHODS
from .device import add_options, begin, in_bf16
from .images import centre_crops, list_images
from .evaluation.report import write
from .evaluation.runs import CHUNK, EVALUATIONS, run_part
from .evaluation.tasks import TASKS
from .method.weights import load_network, samples_seen, sha256

SCALES = (.25, .5, 1., 2., 4.)
WIDEST = 2 ** 10        # a scale this far from the published one is at the edge for good, and is reported so
FEW = ('dps', 'daps', 'pigdm', 'mpgd', 'palette')   # methods evaluated on --images-gradient


class OutOfTime(Exception):
    pass


class Store:
    """Results on disk, one JSON file per (method, task, scale, set of images), parts by number; first samples beside it as uint8 tensors."""

    def __init__(self, folder, identity):
        self.folder, self.chunk = Path(folder), identity['chunk']
        self.folder.mkdir(parents=True, exist_ok=True)
        mark = self.folder / 'identity.json'
        if not mark.exists():       # whole or not at all: another process may be reading it
            new = self.folder / f'identity.{os.getpid()}.new'
            new.write_text(json.dumps(identity))
            new.replace(mark)
        if json.loads(mark.read_text()) != identity:
            raise SystemExit(f'{folder} holds the evaluation of other weights or images: name another --work')

    def path(self, method, task, scale, images):
        return self.folder / f'{images}-{task}-{method}-{scale:g}.json'

    def parts(self, *key):
        path = self.path(*key)
        return json.loads(path.read_text()) if path.exists() else {}

    def add(self, part, result, *key):
        path, samples = self.path(*key), result.pop('sample')
        torch.save(samples, path.with_suffix(f'.{part}.pt'))
        parts = {**self.parts(*key), str(part): result}
        new = path.with_suffix('.new')
        new.write_text(json.dumps(parts))
        new.replace(path)

    def samples(self, count, *key):
        """First samples of the first `count` images, [count, 3, 64, 64] in [-1, 1]."""
        files = [self.path(*key).with_suffix(f'.{i}.pt') for i in range(-(-count // self.chunk))]
        return torch.cat([torch.load(f, weights_only=True) for f in files])[:count].float() / 127.5 - 1


class Evaluation:
    def __init__(self, store, nets, truth, search, deadline=float('inf')):
        self.store, self.nets, self.sets, self.deadline = store, nets, {'test': truth, 'search': search}, deadline

    def run(self, method, task, scale, images, count):
        """All parts of the first `count` images that are not there yet; returns {metric: list over images} and others."""
        truth, key, chunk = self.sets[images][:count], (method, task, scale, images), self.store.chunk
        for part in range(-(-len(truth) // chunk)):
            x, done = truth[part * chunk:(part + 1) * chunk], self.store.parts(*key).get(str(part))
            if done is None or len(done['psnr']) < len(x):
                if time.monotonic() > self.deadline:
                    raise OutOfTime
                self.store.add(part, run_part(method, self.nets['palette' if method == 'palette' else 'eps'], task, part, x, scale), *key)
        return collect(self.store.parts(*key), len(truth))

    def search(self, method, task):
        """{scale: CRPS} over at least five scales, its best not at an edge, or as far as WIDEST."""
        if METHODS[method].scaled is None:
            return {1.: None}
        found = {}
        scales = list(SCALES)
        while scales:
            for s in scales:
                crps = self.run(method, task, s, 'search', len(self.sets['search']))['crps']
                found[s] = sum(crps) / len(crps)
            best = min(found, key=found.get)
            lowest, highest = min(found), max(found)
            scales = [lowest / 2] if best == lowest and lowest > 1 / WIDEST else [highest * 2] if best == highest and highest < WIDEST else []
        return found


def collect(parts, count):
    """Lists over the first `count` images, in order."""
    ordered = [parts[key] for key in sorted(parts, key=int)]
    lists = {k: [v for p in ordered for v in p[k]][:count] for k in ('psnr', 'ssim', 'crps', 'haarpsi')}
    images = sum(len(p['psnr']) for p in ordered)
    return {**lists, 'evaluations': ordered[0]['evaluations'], 'seconds_per_image': sum(p['seconds'] for p in ordered) / images / 2}


def parser():
    p = argparse.ArgumentParser(prog='eps_training.evaluate', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights')
    p.add_argument('--data', nargs='+', required=True, metavar='DIR')
    p.add_argument('--palette', help='checkpoint or weights of train --objective palette')
    p.add_argument('--tasks', nargs='+', choices=list(TASKS), default=list(TASKS))
    p.add_argument('--methods', nargs='+', choices=list(EVALUATIONS), default=[m for m in EVALUATIONS if m != 'palette'])
    p.add_argument('--images', type=int, default=128, help='for EPS and DDNM')
    p.add_argument('--images-gradient', type=int, default=32, help='for the other methods, and for comparing all')
    p.add_argument('--images-search', type=int, default=4, help='taken after the first --images; never evaluated on')
    p.add_argument('--no-search', action='store_true', help='published scales as they are: for a quick look, not for a comparison')
    p.add_argument('--cbsd68', metavar='DIR', help='folder of CBSD68: denoising at sigma 25 of 255')
    p.add_argument('--work', default='runs/evaluation')
    p.add_argument('--out', default='.', help='folder of results.json and results.md')
    p.add_argument('--stop-after', type=float, metavar='MINUTES', help='at the end of the part then running')
    p.add_argument('--chunk', type=int, default=CHUNK, help='images of a part; on a GPU, which is hardly busy with two samples of 8: all, 128')
    add_options(p)
    return p


def main(argv=None):
    args = parser().parse_args(argv)
    device = begin(args)
    paths = list_images(*args.data)
    crops = centre_crops(paths, count=args.images + args.images_search).to(device)
    if len(crops) < args.images + args.images_search:
        raise SystemExit(f'{args.images} + {args.images_search} images are asked for; the folder has {len(crops)} of at least 64×64 pixels')
    backbone = load_network(args.weights, device)
    nets = {'eps': backbone}
    if 'palette' in args.methods:
        if not args.palette:
            raise SystemExit('--methods palette needs --palette WEIGHTS')
        nets['palette'] = load_network(args.palette, device)
    if args.bf16:
        nets = {k: in_bf16(net, device) for k, net in nets.items()}
    identity = dict(weights=sha256(args.weights), palette=sha256(args.palette) if args.palette else None, images=args.images, first=str(paths[0].name), last=str(paths[args.images - 1].name), precision='bf16' if args.bf16 else 'f32',
                    chunk=args.chunk, device=device.type)
    store = Store(args.work, identity)
    deadline = time.monotonic() + 60 * args.stop_after if args.stop_after else float('inf')
    e = Evaluation(store, nets, crops[:args.images], crops[args.images:], deadline)
    results, complete = {task: {} for task in args.tasks}, True
    bar = tqdm([(t, m) for m in args.methods for t in args.tasks], disable=None)
    for task, method in bar:
        bar.set_description(f'{method} {task}')
        try:
            scales = e.search(method, task) if method in METHODS and not args.no_search else {1.: None}
            scale = min(scales, key=lambda s: scales[s] if scales[s] is not None else 0)
            count = args.images_gradient if method in FEW else args.images
            results[task][method] = dict(scale=scale, search=scales, count=min(count, args.images), **e.run(method, task, scale, 'test', count))
        except OutOfTime:
            complete = False
            break
    cbsd = None
    if args.cbsd68 and complete:
        from .evaluation.denoising import sigma25
        cbsd = sigma25(backbone, args.cbsd68, device)
    write(args.out, results, store, e.sets['test'].cpu(), args.images_gradient, samples_seen(args.weights), cbsd, identity)
    print(f'{args.out}/results.md and results.json', '' if complete else '(not complete: call again to go on)')
    return results


if __name__ == '__main__':
    main()
