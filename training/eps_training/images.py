"""Photos from folders to tensors in [-1, 1]: x = u8 / 127.5 - 1, sRGB as stored, channels R, G, B.

Training reads every image once, decoded and at several scales, into one flat uint8 tensor on the device (three bytes a pixel, about twice
the pixels of the files in all), so that a crop is an indexed read and no loader process feeds the accelerator.
"""
from pathlib import Path
import warnings
import numpy as np
import torch
from PIL import Image

SIZE = 64
SCALES = (1, .75, .5, .33)
EXTENSIONS = {'.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff'}


def list_images(folder):
    """All images below a folder, sorted by path: the order is part of every seed."""
    folder = Path(folder)
    if not folder.is_dir():
        raise SystemExit(f'{folder} is not a folder of images')
    return sorted(p for p in folder.rglob('*') if p.suffix.lower() in EXTENSIONS)


def read_image(path):
    """An image as RGB, or None with a warning where the file cannot be decoded to its end: one bad file must not end a night's run."""
    try:
        with Image.open(path) as image:
            return image.convert('RGB')
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:   # what Pillow raises for broken files of all kinds
        warnings.warn(f'skipped {path}: {error}')
        return None


def to_tensor(pixels):
    """uint8 [H, W, 3] (array or image) -> [3, H, W] in [-1, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 127.5 - 1


def to_pixels(x):
    """[3, H, W] in [-1, 1] -> uint8 [H, W, 3]."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy()


def centre_crops(paths, height=SIZE, width=SIZE):
    """Centre crops at the images' own resolution, [N, 3, height, width]; images that are too small or broken are left out."""
    crops = []
    for path in paths:
        image = read_image(path)
        if image is not None and image.width >= width and image.height >= height:
            left, top = (image.width - width) // 2, (image.height - height) // 2
            crops.append(to_tensor(image.crop((left, top, left + width, top + height))))
    if not crops:
        raise SystemExit(f'no readable image of at least {width}×{height} pixels')
    return torch.stack(crops)


class Crops:
    """Random 64 x 64 crops of a list of files. `skipped` counts broken files, `small` those with no scale of 64 pixels."""

    def __init__(self, paths, device='cpu', scales=SCALES, progress=lambda paths: paths):
        flat, offset, size, self.levels = [], [], [], []
        position, self.skipped, self.small = 0, 0, 0
        for path in progress(paths):
            image = read_image(path)
            if image is None:
                self.skipped += 1
                continue
            levels = []
            for s in scales:
                w, h = round(image.width * s), round(image.height * s)
                if min(w, h) < SIZE:
                    continue
                a = np.asarray(image if s == 1 else image.resize((w, h), Image.LANCZOS))
                levels.append(len(offset))
                flat.append(torch.from_numpy(a.reshape(-1).copy()))
                offset.append(position)
                size.append((h, w))
                position += a.size
            if levels:
                self.levels.append(levels)
            else:
                self.small += 1
        if not self.levels:
            raise SystemExit(f'no readable image of at least {SIZE}×{SIZE} pixels among {len(paths)} files')
        self.flat = torch.cat(flat).to(device)
        self.offset, self.size = np.array(offset), np.array(size)

    def __len__(self):
        return len(self.levels)

    def draw(self, n, rng):
        """n crops [n, 3, 64, 64]: an image, then half the time any of its scales, else its smallest (so that most crops show things whole);
        mirrored half the time."""
        images = [self.levels[i] for i in rng.integers(len(self.levels), size=n)]
        level = np.array([v[rng.integers(len(v))] if rng.uniform() < .5 else v[-1] for v in images])
        h, w = self.size[level].T
        top, left = (rng.uniform(size=n) * (h - SIZE + 1)).astype(int), (rng.uniform(size=n) * (w - SIZE + 1)).astype(int)
        device = self.flat.device
        t = lambda a: torch.as_tensor(a, device=device).reshape(-1, 1, 1, 1)
        i = torch.arange(SIZE, device=device)
        x = torch.where(t(rng.uniform(size=n) < .5), SIZE - 1 - i, i)
        pixel = (t(top) + i[None, None, :, None]) * t(w) + t(left) + x
        index = t(self.offset[level]) + 3 * pixel + torch.arange(3, device=device)[None, :, None, None]
        return self.flat[index].float() / 127.5 - 1
