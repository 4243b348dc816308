"""Training images into few files, for machines that only small files reach:

    python -m eps_training.pack --data DIR[=SHARE]… [--val DIR…] --out FOLDER

Writes parts (`parts.py`) of at most 30 MB. `train --data FOLDER/*` needs no other file: the parts
hold the shares of their sets, and the images of --val as a set to validate on.

An image is kept as its file's own bytes, or as AVIF 4:4:4 where that is smaller and its error is
below --limit, 1 level of 255 by default, at every scale that is trained on:

    error = max over s of RMS over pixels and channels of (L_s x' - L_s x),

x the file's pixels, x' the re-encoded ones, L_s the reduction by Lanczos to each s of
`images.SCALES` that leaves 64 pixels. The lowest of QUALITIES that keeps the limit is taken, image
by image. WebP is no choice: lossy, it is 4:2:0 (3.3 levels at quality 97); without loss it is twice
the size. For JPEGs of quality 93 and 4:4:4, as this project's photos are, AVIF hardly pays: most of
them are kept as they are. Of the bytes of 40 drawn at random, 98 % are left at a limit of 1 level,
81 % at 1.5 and 67 % at 2, which is as much as their own block noise.
"""
import argparse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
import io
from itertools import zip_longest
import math
from pathlib import Path
import numpy as np
from PIL import Image, features
from tqdm import tqdm
from .images import SCALES, list_images, read_image, reduced
from .parts import write_parts
from .sets import named_sets, shares, without

QUALITIES = (70, 80, 86, 90, 93, 95, 97, 99)
LIMIT = 1.      # levels of 255


@dataclass
class Encoded:
    """An image as it goes into a part. `squared`: mean squared error at each of SCALES that leaves
    64 pixels; `quality` of AVIF, None for the file's own bytes."""
    name: str
    data: bytes
    original: int
    squared: np.ndarray
    quality: int | None = None


def encode(image, quality):
    """An RGB image as AVIF 4:4:4. Colour profile and orientation stay behind: training reads the
    stored pixels."""
    file = io.BytesIO()
    Image.fromarray(np.array(image)).save(file, 'AVIF', quality=quality, subsampling='4:4:4')
    return file.getvalue()


def squared_errors(kept, data, limit=math.inf):
    """Mean squared error, in levels², of the encoded image at each scale of `kept`, the image's own
    arrays; at the first alone where that exceeds the limit, in levels, already."""
    with Image.open(io.BytesIO(data)) as decoded:
        decoded = decoded.convert('RGB')
    error = lambda a, b: np.square(a.astype(np.float32) - b).mean()
    first = error(kept[0], np.array(decoded))
    if first >= limit ** 2:
        return np.array([first])
    rest = reduced(decoded, SCALES[1:])
    return np.array([first, *map(error, kept[1:], rest)])


def smallest(image, kept, original, limit):
    """(bytes, squared errors, quality) of the lowest quality that keeps the limit; None where no
    quality does in fewer bytes than `original`."""
    low, high, best = 0, len(QUALITIES), None
    while low < high:
        middle = (low + high) // 2
        data = encode(image, QUALITIES[middle])
        squared = squared_errors(kept, data, limit)
        if squared.max() < limit ** 2:
            high = middle
            if len(data) < original:
                best = data, squared, QUALITIES[middle]
        elif len(data) >= original:     # a higher quality takes more bytes still
            break
        else:
            low = middle + 1
    return best


def pack_image(path, name, limit):
    """An image of at least 64 pixels, Encoded; else None."""
    image, data = read_image(path), path.read_bytes()
    if image is None:
        return None
    kept = reduced(image, SCALES)
    if not kept:
        return None
    found = smallest(image, kept, len(data), limit) if limit else None
    if not found:
        return Encoded(name, data, len(data), np.zeros(len(kept)))
    return Encoded(f'{name}.avif', found[0], len(data), *found[1:])


class Tally:
    """What packing has done, over all sets."""

    def __init__(self):
        self.images, self.left_out, self.original, self.bytes = 0, 0, 0, 0
        self.qualities, self.squared = Counter(), []

    def add(self, image):
        if image is None:
            self.left_out += 1
            return
        self.images += 1
        self.original, self.bytes = self.original + image.original, self.bytes + len(image.data)
        self.qualities[image.quality] += 1
        self.squared.append(image.squared)

    def lines(self):
        counts = ', '.join(f'{n:,} at quality {q}' for q, n in sorted(
            (q, n) for q, n in self.qualities.items() if q))
        yield (f'{self.images:,} images, {self.original / 1e6:.1f} MB as files, '
               f'{self.bytes / 1e6:.1f} MB packed; {self.left_out} broken or too small left out')
        yield f'{self.qualities[None]:,} as they are; as AVIF {counts or "none"}'
        yield 'error, levels of 255:  scale  over all images  worst image'
        for scale, errors in zip(SCALES, zip_longest(*self.squared)):
            known = [error for error in errors if error is not None]
            yield f'{scale:28.2f}  {np.mean(known) ** .5:15.3f}  {max(known) ** .5:11.3f}'


def packed(folder, paths, limit, tally):
    """The members (name, bytes) of a set, image after image."""
    encoded = lambda path: pack_image(path, path.relative_to(folder).as_posix(), limit)
    with ThreadPoolExecutor() as pool:      # Pillow encodes without Python's lock
        for image in tqdm(pool.map(encoded, paths), folder, len(paths), leave=False, disable=None):
            tally.add(image)
            if image:
                yield image.name, image.data


def parser():
    p = argparse.ArgumentParser(prog='eps_training.pack', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--data', nargs='+', required=True, metavar='DIR[=SHARE]')
    p.add_argument('--val', nargs='+', default=[], metavar='DIR', help='images to validate on')
    p.add_argument('--out', required=True, metavar='FOLDER', help='of the parts')
    p.add_argument('--limit', type=float, default=LIMIT, metavar='LEVELS',
                   help='of the error; 0 keeps every file as it is')
    return p


def main(argv=None):
    args = parser().parse_args(argv)
    for argument in (*args.data, *args.val):
        if Path(argument).is_file():
            raise SystemExit(f'{argument} is a file: pack reads folders')
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.glob('*.zip')):
        raise SystemExit(f'{out} holds parts already')
    if args.limit and not features.check('avif'):
        print('this Pillow has no AVIF: every file is packed as it is')
        args.limit = 0
    sets, _ = named_sets(args.data)
    shares({name: (len(images), share) for name, (images, share) in sets.items()})
    held = {folder: list_images(folder) for folder in args.val}
    sets = without(sets, [image for images in held.values() for image in images])
    todo = [(name, *of, 'training') for name, of in sets.items()]
    todo += [(name, images, None, 'validation') for name, images in held.items()]
    names = [Path(name).resolve().name for name, *_ in todo]
    if len(set(names)) < len(names):
        raise SystemExit(f'two folders of one name among {", ".join(names)}')
    tally, written = Tally(), []
    for set_name, (name, images, share, use) in zip(names, todo):
        members = packed(name, images, args.limit, tally)
        written += write_parts(out, set_name, members, share, use)
    print('\n'.join(tally.lines()))
    for path in written:
        print(f'{path}  {path.stat().st_size:,} bytes')


if __name__ == '__main__':
    main()
