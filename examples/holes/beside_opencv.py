"""Fills thirty holes of 30 to 240 pixels by this project and by OpenCV, and measures all fills:

    pip install numpy opencv-contrib-python-headless
    cargo build --release --example restore
    python examples/holes/beside_opencv.py --data DIR --json docs/holes.json \\
        --sheet docs/holes-beside-opencv.jpg

DIR holds the ten photos that docs/holes.md names, at their full size. Each photo gets three holes,
a box, a blob and the outline of a person, at random places; sizes take turns. Every method fills
the same cut of the photo, which has the hole in its middle. The measures are those of `figures.rs`
for any shape: the colour's distance from the ring's in the ring's deviations, the energy in three
bands over the ring's, and the mean steps across the rim over those beside it.
"""
import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
import cv2
import numpy as np

PHOTOS = ['kitten-on-lawn', 'dragonfly-on-lavender', 'solaris-grapes', 'orange-hallway',
          'high-trestle-trail', 'perched-osprey', 'oakland-zoo-otters', 'roman-colosseum',
          'lake-sherburne', 'tea-gardens']
SIZES = [30, 60, 120, 240]
RING = 32           # pixels around a hole that its fill is compared with
BANDS = [(1, 3), (3, 7), (7, 15)]
RUN = 15            # pixels along the rim over which a step is averaged
NEAR = 8            # steps up to this far from the rim are compared with those across it
SHOWN = 360         # pixels of the sides of a cut on the sheet
ROOT = Path(__file__).parents[2]


def box(size):
    return np.full((size, size), 255, np.uint8)


def blob(size, rng):
    """A smooth closed outline: a circle whose radius is a sum of a few waves."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    radius = 1 + sum(rng.normal(0, .25 / k) * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
                     for k in range(1, 5))
    return polygon(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), size)


def person(size, rng):
    """Head, trunk, arms and legs, standing."""
    mask = np.zeros((size, size), np.uint8)
    unit, lean = size / 20, rng.uniform(-1, 1)
    point = lambda x, y: (round(size / 2 + (x + lean * (.5 - y / 20)) * unit), round(y * unit))
    cv2.circle(mask, point(0, 2), round(2 * unit), 255, -1)
    cv2.ellipse(mask, point(0, 8), (round(2.6 * unit), round(4.5 * unit)), 0, 0, 360, 255, -1)
    limb = lambda a, b, width: cv2.line(mask, point(*a), point(*b), 255,
                                        max(1, round(width * unit)))
    for side in (-1, 1):
        limb((2 * side, 5), (4 * side, 11 + rng.uniform(-2, 2)), 1.6)
        limb((1.2 * side, 11), (rng.uniform(.8, 3) * side, 18.5), 2)
    return mask


def polygon(points, size):
    low, high = points.min(0), points.max(0)
    scaled = (points - low) / (high - low).max() * (size - 1)
    mask = np.zeros((size, size), np.uint8)
    cv2.fillPoly(mask, [scaled.round().astype(np.int32)], 255)
    return mask


def holes(folder):
    """Yields (name, shape, size, cut of the photo, mask of the cut)."""
    for index, name in enumerate(PHOTOS):
        photo = cv2.imread(str(folder / f'{name}.jpg'))
        if photo is None:
            raise SystemExit(f'{folder / name}.jpg is not there')
        rng = np.random.default_rng(index)
        for kind, draw in enumerate([lambda s, rng: box(s), blob, person]):
            size = SIZES[(3 * index + kind) % len(SIZES)]
            margin = max(2 * size, 256)
            height, width = photo.shape[:2]
            left = int(rng.integers(margin, width - margin - size))
            top = int(rng.integers(margin, height - margin - size))
            cut = photo[top - margin:top + size + margin, left - margin:left + size + margin]
            mask = np.zeros(cut.shape[:2], np.uint8)
            mask[margin:margin + size, margin:margin + size] = draw(size, rng)
            yield name, ['box', 'blob', 'person'][kind], size, cut.copy(), mask


def opencv(flag):
    return lambda cut, mask: cv2.inpaint(cut, mask, 3, flag)


def xphoto(flag):
    """OpenCV contrib's; it takes 0 for what is missing."""
    def fill(cut, mask):
        space = cv2.COLOR_BGR2Lab if flag == cv2.xphoto.INPAINT_SHIFTMAP else None
        source = cut if space is None else cv2.cvtColor(cut, space)
        out = np.zeros_like(source)
        cv2.xphoto.inpaint(source, 255 - mask, out, flag)
        return out if space is None else cv2.cvtColor(out, cv2.COLOR_Lab2BGR)
    return fill


def ours(program, *options):
    def fill(cut, mask):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ('cut.png', 'mask.png', 'out.png')]
            cv2.imwrite(str(paths[0]), cut)
            cv2.imwrite(str(paths[1]), mask)
            subprocess.run([program, paths[0], '--task', 'inpaint', '--mask', paths[1], '-o',
                            paths[2], *options], check=True, capture_output=True)
            return cv2.imread(str(paths[2]))
    return fill


def measures(image, mask):
    hole = mask > 0
    ring = (cv2.dilate(mask, np.ones((2 * RING + 1, 2 * RING + 1))) > 0) & ~hole
    pixels = image.astype(float)
    mean, deviation = pixels[ring].mean(0), pixels[ring].std(0)
    luma = pixels.mean(2)
    energy = []
    for fine, wide in BANDS:
        band = cv2.blur(luma, (fine, fine)) - cv2.blur(luma, (wide, wide))
        energy.append((band[hole] ** 2).mean() / (band[ring] ** 2).mean())
    shift = np.abs(pixels[hole].mean(0) - mean) / deviation
    return {'colour': round(float(shift.max()), 3), 'energy': [round(float(e), 3) for e in energy],
            'seam': round(seam(luma, mask), 3)}


def seam(luma, mask):
    """Steps between pixels of neighbouring depths, averaged over runs of the rim."""
    depth = (cv2.distanceTransform(mask, cv2.DIST_C, 3)
             - cv2.distanceTransform(255 - mask, cv2.DIST_C, 3)).astype(int)
    depth[mask == 0] += 1
    sums = {}
    for axis in (0, 1):
        step, inner = np.diff(luma, axis=axis), np.diff(depth, axis=axis)
        deeper = np.maximum(*(np.take(depth, range(a, depth.shape[axis] - 1 + a), axis)
                              for a in (0, 1)))
        for y, x in np.argwhere((inner != 0) & (np.abs(deeper - 1) <= NEAR)):
            run = (deeper[y, x] - 1, axis, inner[y, x], y // RUN, x // RUN)
            total, count = sums.get(run, (0., 0))
            sums[run] = total + step[y, x] * np.sign(inner[y, x]), count + 1
    square = {}
    for (level, *_), (total, count) in sums.items():
        square.setdefault(level, []).append((total / count) ** 2 * count)
    mean = {level: np.mean(values) for level, values in square.items()}
    beside = np.mean([value for level, value in mean.items() if level != 0])
    return float(np.sqrt(mean[0] / beside))


def middle(image):
    """What the sheet shows of a cut."""
    top, left = ((n - SHOWN) // 2 for n in image.shape[:2])
    return image[top:top + SHOWN, left:left + SHOWN]


def summary(rows, methods):
    """Lines of a Markdown table: medians by size."""
    yield '| size | method | colour | energy, largest factor | energy within 2 | seam | seconds |'
    yield '| --- | --- | --- | --- | --- | --- | --- |'
    for size in SIZES:
        for method in methods:
            found = [r for r in rows if r['size'] == size and r['method'] == method]
            factor = [max(max(e, 1 / max(e, 1e-9)) for e in r['energy']) for r in found]
            colour, seam, seconds = (np.median([r[name] for r in found])
                                     for name in ('colour', 'seam', 'seconds'))
            within = f'{sum(f < 2 for f in factor)} of {len(factor)}'
            yield (f'| {size} | {method} | {colour:.2f} | {np.median(factor):.1f} | {within} '
                   f'| {seam:.2f} | {seconds:.2f} |')


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--restore', type=Path,
                        default=ROOT / 'target' / 'release' / 'examples' / 'restore')
    parser.add_argument('--json', type=Path, required=True)
    parser.add_argument('--sheet', type=Path, help='the fills of the largest holes, a JPEG')
    parser.add_argument('--network', action='store_true', help='the network too, which is slow')
    options = parser.parse_args()
    program = str(options.restore)
    methods = {'photo': ours(program, '--fill', 'photo'),
               'Telea': opencv(cv2.INPAINT_TELEA), 'Navier-Stokes': opencv(cv2.INPAINT_NS),
               'shift-map': xphoto(cv2.xphoto.INPAINT_SHIFTMAP),
               'FSR': xphoto(cv2.xphoto.INPAINT_FSR_FAST)}
    if options.network:
        methods['network'] = ours(program)
    rows, shown = [], []
    for name, shape, size, cut, mask in holes(options.data):
        damaged = cut.copy()
        damaged[mask > 0] = 128
        fills = [damaged]
        for method, fill in methods.items():
            begin = time.perf_counter()
            image = fill(damaged, mask)
            seconds = time.perf_counter() - begin
            rows.append({'photo': name, 'shape': shape, 'size': size, 'method': method,
                         'seconds': round(seconds, 3), **measures(image, mask)})
            fills.append(image)
        if size == max(SIZES):
            shown.append(np.hstack([middle(fill) for fill in fills]))
        print(f'{name} {shape} {size}', flush=True)
    options.json.write_text('[\n' + ',\n'.join(map(json.dumps, rows)) + '\n]\n')
    if options.sheet:
        quality = [cv2.IMWRITE_JPEG_QUALITY, 82]
        cv2.imwrite(str(options.sheet), np.vstack(shown), quality)
    print('\n'.join(summary(rows, methods)))


if __name__ == '__main__':
    main()
