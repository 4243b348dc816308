"""The paper's protocol:

    python -m eps_training.evaluate WEIGHTS.safetensors --data DIR [--tasks …] [--methods …]
    [--images 128] [--images-gradient 32]

Five tasks at 64 x 64, sigma_y = 0.05 on [-1, 1]. EPS at 1, 20 and 100 evaluations on the paper's
grid, at 3 (the refined mean), and at 7 and 11 from the mean, against DDNM, DPS, DAPS, PiGDM and
MPGD on the same network queried isotropically. The search for a guidance scale uses CRPS on other
images than the evaluation. It tries a quarter to four times the published scale in steps of 2, and
continues until the best scale is not at an edge.

--work keeps all results part by part, and a later call continues where an earlier one stopped. So
the evaluation can run in pieces (--stop-after MINUTES, --tasks, --methods). Each call adds its
results to the tables in --out, and replaces tables of other weights, images or precision.
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
from .evaluation.runs import CHUNK, EVALUATIONS, PER_IMAGE, run_part
from .evaluation.tasks import TASKS
from .method.weights import load_network, samples_seen, sha256

SCALES = (.25, .5, 1., 2., 4.)
WIDEST = 2 ** 10        # the search ends this far from the published scale, and reports an edge
FEW = ('dps', 'daps', 'pigdm', 'mpgd', 'palette')   # methods evaluated on --images-gradient


class OutOfTime(Exception):
    pass


class Store:
    """Results on disk: a JSON file for each (method, task, scale, set of images) with its parts by
    number, and beside it their first samples as uint8 tensors."""

    def __init__(self, folder, identity):
        self.folder, self.chunk = Path(folder), identity['chunk']
        self.folder.mkdir(parents=True, exist_ok=True)
        mark = self.folder / 'identity.json'
        if not mark.exists():       # atomically: another process may read it
            new = self.folder / f'identity.{os.getpid()}.new'
            new.write_text(json.dumps(identity))
            new.replace(mark)
        if json.loads(mark.read_text()) != identity:
            raise SystemExit(f'{folder} holds the evaluation of other weights or images: '
                             'choose another --work')

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
        samples = torch.cat([torch.load(f, weights_only=True) for f in files])[:count]
        return samples.float() / 127.5 - 1


class Evaluation:
    def __init__(self, store, nets, truth, search, deadline=float('inf')):
        self.store, self.nets, self.deadline = store, nets, deadline
        self.sets = {'test': truth, 'search': search}

    def run(self, method, task, scale, images, count):
        """Runs the missing parts of the first `count` images. Returns {metric: list over images}
        with the evaluations and the seconds."""
        truth, key = self.sets[images][:count], (method, task, scale, images)
        net = self.nets['palette' if method == 'palette' else 'eps']
        chunk = self.store.chunk
        for part in range(-(-len(truth) // chunk)):
            x, done = truth[part * chunk:(part + 1) * chunk], self.store.parts(*key).get(str(part))
            if done is None or len(done['psnr']) < len(x):
                if time.monotonic() > self.deadline:
                    raise OutOfTime
                self.store.add(part, run_part(method, net, task, part, x, scale), *key)
        return collect(self.store.parts(*key), len(truth))

    def search(self, method, task):
        """{scale: CRPS} over at least five scales, until the best is not at an edge or the edge is
        at WIDEST."""
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
            if best == lowest and lowest > 1 / WIDEST:
                scales = [lowest / 2]
            elif best == highest and highest < WIDEST:
                scales = [highest * 2]
            else:
                scales = []
        return found


def collect(parts, count):
    """Lists over the first `count` images, in order."""
    ordered = [parts[key] for key in sorted(parts, key=int)]
    lists = {k: [v for p in ordered for v in p[k]][:count] for k in PER_IMAGE}
    samples = 2 * sum(len(p['psnr']) for p in ordered)
    return {**lists, 'evaluations': ordered[0]['evaluations'],
            'seconds_per_image': sum(p['seconds'] for p in ordered) / samples}


def parser():
    p = argparse.ArgumentParser(prog='eps_training.evaluate', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('weights')
    p.add_argument('--data', nargs='+', required=True, metavar='DIR')
    p.add_argument('--palette', help='checkpoint or weights of train --objective palette')
    p.add_argument('--tasks', nargs='+', choices=list(TASKS), default=list(TASKS))
    p.add_argument('--methods', nargs='+', choices=list(EVALUATIONS),
                   default=[m for m in EVALUATIONS if m != 'palette'])
    p.add_argument('--images', type=int, default=128, help='for EPS and DDNM')
    p.add_argument('--images-gradient', type=int, default=32,
                   help='for the other methods, and for the comparison of all methods')
    p.add_argument('--images-search', type=int, default=4,
                   help='for the search: images after the first --images')
    p.add_argument('--no-search', action='store_true',
                   help='use the published scales: for a quick look, not for a comparison')
    p.add_argument('--cbsd68', metavar='DIR',
                   help='folder of CBSD68, to denoise at sigma 25 of 255')
    p.add_argument('--work', default='runs/evaluation')
    p.add_argument('--out', default='.', help='folder of results.json and results.md')
    p.add_argument('--stop-after', type=float, metavar='MINUTES',
                   help='stop after this time, at the end of a part')
    p.add_argument('--chunk', type=int, default=CHUNK,
                   help='images of a part; a GPU needs large parts, such as all 128')
    add_options(p)
    return p


def networks(args, device):
    """The networks by name, in f32."""
    nets = {'eps': load_network(args.weights, device)}
    if 'palette' in args.methods:
        if not args.palette:
            raise SystemExit('--methods palette needs --palette WEIGHTS')
        nets['palette'] = load_network(args.palette, device)
    return nets


def identity_of(args, paths, device):
    """What all results in one folder have in common."""
    return dict(weights=sha256(args.weights),
                palette=sha256(args.palette) if args.palette else None, images=args.images,
                first=str(paths[0].name), last=str(paths[args.images - 1].name),
                precision='bf16' if args.bf16 else 'f32', chunk=args.chunk, device=device.type)


def run_all(evaluation, args):
    """(results[task][method], whether they are complete) within the deadline."""
    results = {task: {} for task in args.tasks}
    bar = tqdm([(t, m) for m in args.methods for t in args.tasks], disable=None)
    for task, method in bar:
        bar.set_description(f'{method} {task}')
        try:
            searched = method in METHODS and not args.no_search
            scales = evaluation.search(method, task) if searched else {1.: None}
            scale = min(scales, key=lambda s: scales[s] if scales[s] is not None else 0)
            count = args.images_gradient if method in FEW else args.images
            run = evaluation.run(method, task, scale, 'test', count)
        except OutOfTime:
            return results, False
        results[task][method] = dict(scale=scale, search=scales, count=min(count, args.images),
                                     **run)
    return results, True


def main(argv=None):
    args = parser().parse_args(argv)
    device = begin(args)
    paths = list_images(*args.data)
    wanted = args.images + args.images_search
    crops = centre_crops(paths, count=wanted).to(device)
    if len(crops) < wanted:
        raise SystemExit(f'{args.images} + {args.images_search} images are asked for; the folder '
                         f'has {len(crops)} of at least 64×64 pixels')
    nets = networks(args, device)
    backbone = nets['eps']
    if args.bf16:
        nets = {k: in_bf16(net, device) for k, net in nets.items()}
    identity = identity_of(args, paths, device)
    deadline = time.monotonic() + 60 * args.stop_after if args.stop_after else float('inf')
    truth, search = crops[:args.images], crops[args.images:]
    evaluation = Evaluation(Store(args.work, identity), nets, truth, search, deadline)
    results, complete = run_all(evaluation, args)
    cbsd = None
    if args.cbsd68 and complete:
        from .evaluation.denoising import sigma25
        cbsd = sigma25(backbone, args.cbsd68, device)
    write(args.out, results, evaluation.store, truth.cpu(), args.images_gradient,
          samples_seen(args.weights), cbsd, identity)
    print(f'{args.out}/results.md and results.json',
          '' if complete else '(not complete: call again to continue)')
    return results


if __name__ == '__main__':
    main()
