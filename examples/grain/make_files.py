"""Makes tests/data/files: twenty small photos and drawings with and without grain, and truth.tsv.

    python examples/grain/make_files.py DATA

The photos are in the public domain: train/budgie (CC0-1.0) and faces/congress (works of the US
government). Soft photos were halved and enlarged fourfold, as soft as a camera's at full size.
"""

import pathlib
import sys

import numpy as np
from drawings import drawings
from PIL import Image
from synthesis import add_grain

OUT = pathlib.Path(__file__).parents[2] / "tests" / "data" / "files"
# Poisson and Gaussian part of the sensor's noise.
GRAIN = {"mid": (2e-4, 0.004), "high": (1e-3, 0.01)}
SMALL, WIDE, LARGE = (0, 0, 96, 96), (60, 60, 176, 128), (40, 40, 304, 240)
HUGE = (0, 0, 1024, 576)
# Photo, crop (left, top, width, height), grain, blur of chroma, grey, and a JPEG's quality and
# subsampling.
GRAINY = [
    (0, WIDE, "mid", 0, False, None),
    (2, WIDE, "high", 0, False, None),
    (3, WIDE, "high", 2, False, None),
    (4, SMALL, "high", 0, False, None),
    (5, WIDE, "high", 0, True, None),
    (1, LARGE, "high", 0, False, (95, 0)),
    (2, LARGE, "high", 2, False, (95, 2)),
    (3, LARGE, "high", 2, False, (90, 2)),
    (4, LARGE, "high", 0, False, (85, 2)),
    (6, LARGE, "high", 2, False, (75, 2)),
    (0, LARGE, "high", 0, True, (90, 0)),
    (3, HUGE, "mid", 2, False, (90, 2)),
]
HEADER = ["file", "source", *(f"deviation {16 + 32 * k}" for k in range(8))]
HEADER += [*(f"share {16 + 32 * k}" for k in range(8))]
HEADER += [f"{axis} band {band}" for axis in ("luma", "chroma") for band in range(4)]


def main():
    data = pathlib.Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    for file in OUT.iterdir():
        file.unlink()
    budgies = sorted((data / "train" / "budgie").glob("*.jpg"))
    rows = [HEADER]
    rows += [grainy(budgies[entry[0]], seed, *entry[1:]) for seed, entry in enumerate(GRAINY)]
    congress = sorted((data / "faces" / "congress").glob("*.jpg"))[:1]
    for file in [*congress, *budgies[8:10]]:
        rows.append(clean(Image.open(file).convert("RGB").crop((0, 0, 208, 176)), file))
    rows.append(clean(Image.open(budgies[10]).convert("RGB"), budgies[10], (90, 2)))
    flat, letters = [Image.fromarray(p).crop((0, 0, 200, 160)) for n, p in drawings() if n in
                     ("flat-1", "letters")]
    rows += [clean(flat, "drawings.py: flat-1"), clean(letters, "drawings.py: letters")]
    rows += [clean(flat, "drawings.py: flat-1", (85, 2))]
    rows += [clean(soft(budgies[11]).crop((0, 0, 200, 160)), budgies[11])]
    text = "\n".join("\t".join(row) for row in rows) + "\n"
    (OUT / "truth.tsv").write_text(text)


def soft(file):
    image = Image.open(file).convert("RGB")
    image = image.resize((image.width // 2, image.height // 2), Image.BOX)
    return image.resize((image.width * 4, image.height * 4), Image.BICUBIC)


def grainy(file, seed, crop, level, blur, grey, jpeg):
    left, top, width, height = crop
    image = soft(file).crop((left, top, left + width, top + height))
    pixels = np.asarray(image, dtype=np.float64)
    if grey:
        pixels = np.repeat(pixels.mean(-1, keepdims=True), 3, -1)
    noisy, truth, _ = add_grain(pixels, *GRAIN[level], (0, blur), np.random.default_rng(seed), grey)
    image = Image.fromarray(noisy[..., 0] if grey else noisy)
    name = save(image, f"{level}-chroma-{blur}" if not grey else f"{level}-grey", seed, jpeg)
    luma = truth["axes"][0]
    values = [d or 0 for d in luma["deviations"]] + luma["shares"] + sum(truth["bands"], [])
    return [name, source(file), *(f"{v:.5g}" for v in values)]


def clean(image, file, jpeg=None):
    origin = file if isinstance(file, str) else source(file)
    name = save(image, "clean", len(list(OUT.glob("clean*"))), jpeg)
    return [name, origin, *["0"] * (len(HEADER) - 2)]


def source(file):
    licence = {"budgie": "CC0-1.0", "congress": "public domain"}[file.parent.name]
    return f"{file.parent.name}/{file.name}, {licence}"


def save(image, name, number, jpeg):
    if jpeg is None:
        image.save(OUT / f"{name}-{number}.png", optimize=True)
        return f"{name}-{number}.png"
    quality, subsampling = jpeg
    file = f"{name}-{number}-q{quality}-{'444' if subsampling == 0 else '420'}.jpg"
    image.save(OUT / file, quality=quality, subsampling=subsampling)
    return file


if __name__ == "__main__":
    main()
