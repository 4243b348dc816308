"""Photos from folders and parts to tensors in [-1, 1]: x = u8 / 127.5 - 1, sRGB as stored,
channels R, G, B.

Training reads every image once, decoded and at several scales, into one flat uint8 tensor on the
device (three bytes a pixel, about four times the pixels of the files in all), so that a crop is an
indexed read and no loader process feeds the accelerator.
"""
from concurrent.futures import ThreadPoolExecutor
import io
from pathlib import Path
import warnings
import zipfile
import numpy as np
import torch
from PIL import Image
from .device import upload
from .parts import Packed, is_part, read_part

SIZE = 64
SCALES = (1, .87, .75, .66, .57, .5, .44, .38, .33)
EXTENSIONS = {'.jpg', '.jpeg', '.png', '.webp', '.avif', '.bmp', '.tif', '.tiff'}
# What Pillow and zipfile raise for broken files of all kinds.
BROKEN = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, zipfile.BadZipFile)


def list_images(*sources):
    """All images of each folder, sorted by path, or part in turn: the order is part of every
    seed."""
    images = []
    for source in map(Path, sources):
        if is_part(source):
            images += read_part(source)[1]
        elif source.is_dir():
            images += [path for path in sorted(source.rglob('*'))
                       if path.suffix.lower() in EXTENSIONS]
        else:
            raise SystemExit(f'{source} is neither a folder of images nor a part')
    return images


def read_image(path):
    """An image, of a file or Packed, as RGB; None with a warning where it cannot be decoded to its
    end: one bad file must not end a night's run."""
    try:
        source = io.BytesIO(path.read()) if isinstance(path, Packed) else path
        with Image.open(source) as image:
            return image.convert('RGB')
    except BROKEN as error:
        warnings.warn(f'skipped {path}: {error}')
        return None


def to_tensor(pixels):
    """uint8 [H, W, 3] (array or image) -> [3, H, W] in [-1, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 127.5 - 1


def to_pixels(x):
    """[3, H, W] in [-1, 1] -> uint8 [H, W, 3]."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy()


def centre_crops(paths, height=SIZE, width=SIZE, count=None):
    """Centre crops at the images' own resolution, [N, 3, height, width], of the first `count`
    images that are large enough and whole; of all where no count is given."""
    crops = []
    for path in paths:
        if len(crops) == count:
            break
        image = read_image(path)
        if image is not None and image.width >= width and image.height >= height:
            left, top = (image.width - width) // 2, (image.height - height) // 2
            crops.append(to_tensor(image.crop((left, top, left + width, top + height))))
    if not crops:
        raise SystemExit(f'no readable image of at least {width}×{height} pixels')
    return torch.stack(crops)


def reduced(image, scales):
    """An image as uint8 arrays [h, w, 3], one for each scale that leaves at least SIZE pixels, by
    Lanczos."""
    sizes = [(round(image.width * s), round(image.height * s)) for s in scales]
    return [np.array(image if size == image.size else image.resize(size, Image.LANCZOS))
            for size in sizes if min(size) >= SIZE]


def scaled(path, scales):
    """An image's arrays at the scales; None where it is broken."""
    image = read_image(path)
    return None if image is None else reduced(image, scales)


class Crops:
    """Random crops of a list of images. `skipped` counts broken ones, `small` those with no scale
    of 64 pixels."""

    def __init__(self, paths, device='cpu', scales=SCALES, progress=lambda paths: paths):
        flat, offset, size, self.levels = [], [], [], []
        position, self.skipped, self.small = 0, 0, 0
        with ThreadPoolExecutor() as pool:      # Pillow decodes and resizes without Python's lock
            read = pool.map(lambda path: scaled(path, scales), paths)
            for _, arrays in zip(progress(paths), read):
                if not arrays:
                    self.skipped += arrays is None
                    self.small += arrays == []
                    continue
                self.levels.append(list(range(len(offset), len(offset) + len(arrays))))
                for a in arrays:
                    flat.append(torch.from_numpy(a.reshape(-1)))
                    offset.append(position)
                    size.append(a.shape[:2])
                    position += a.size
        if not self.levels:
            raise SystemExit(f'no readable image of at least {SIZE}×{SIZE} pixels among '
                             f'{len(paths)} files')
        self.flat = torch.cat(flat).to(device)
        self.offset, self.size = np.array(offset), np.array(size)
        self._fitting = {SIZE: self.levels}

    def __len__(self):
        return len(self.levels)

    def fitting(self, side):
        """For each image that has any, its scales of at least side × side pixels, largest first."""
        if side not in self._fitting:
            fitting = [[i for i in levels if min(self.size[i]) >= side] for levels in self.levels]
            self._fitting[side] = [levels for levels in fitting if levels]
            if not self._fitting[side]:
                raise SystemExit(f'none of {len(self)} images has {side}×{side} pixels')
        return self._fitting[side]

    def draw(self, n, rng, side=SIZE):
        """n crops [n, 3, side, side]: an image, then half the time any of its scales, else one of
        the smaller half (so that most crops show things whole); mirrored half the time."""
        fitting = self.fitting(side)
        images = [fitting[i] for i in rng.integers(len(fitting), size=n)]
        level = np.array([v[rng.integers(0 if rng.uniform() < .5 else len(v) // 2, len(v))]
                          for v in images])
        h, w = self.size[level].T
        top = (rng.uniform(size=n) * (h - side + 1)).astype(int)
        left = (rng.uniform(size=n) * (w - side + 1)).astype(int)
        device = self.flat.device
        t = lambda a: upload(a, device).reshape(-1, 1, 1, 1)
        i = torch.arange(side, device=device)
        x = torch.where(t(rng.uniform(size=n) < .5), side - 1 - i, i)
        pixel = (t(top) + i[None, None, :, None]) * t(w) + t(left) + x
        channel = torch.arange(3, device=device)[None, :, None, None]
        index = t(self.offset[level]) + 3 * pixel + channel
        return self.flat[index].float() / 127.5 - 1


LUMA = (.299, .587, .114)
PAPER = (.10, 0., -.16)     # what a yellowed print's paper adds to red, green and blue


def printed(x, share):
    """x [B, 3, H, W] with a share of the images, drawn at random, as old prints: black and white,
    half of them yellowed, all with less contrast."""
    u = torch.rand(5, len(x), 1, 1, 1, device=x.device)
    grey = sum(weight * x[:, i:i + 1] for i, weight in enumerate(LUMA))
    contrast = .5 + .5 * u[1]
    tint = torch.stack([(u[4] * (u[3] < .5))[:, 0] * paper for paper in PAPER], 1)
    old = (contrast * grey + (1 - contrast) * (2 * u[2] - 1) + tint).clamp(-1, 1)
    return torch.where(u[0] < share, old, x)
