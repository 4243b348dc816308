"""Drawings without noise: flat colours, gradients, lines and letters."""

import numpy as np
from PIL import Image, ImageDraw


def drawings():
    """Names and pixels, [H, W, 3] of 8 bits."""
    rng = np.random.default_rng(5)
    for i in range(6):
        yield f"flat-{i}", shapes(rng, antialiased=i % 2 == 1)
    ramp = np.linspace(20, 235, 320)
    rows = np.broadcast_to(ramp[:, None], (320, 320))
    yield "gradient", rounded(np.stack([rows, 255 - rows, 0.5 * rows + 40], -1))
    diagonal = (rows + rows.T) / 2
    yield "diagonal-gradient", rounded(np.stack([diagonal, diagonal, 200 - 0.5 * diagonal], -1))
    yield "letters", letters()


def rounded(values):
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def shapes(rng, antialiased):
    scale = 4 if antialiased else 1
    image = Image.new("RGB", (320 * scale, 240 * scale), tuple(rng.integers(20, 235, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(25):
        x, y = rng.integers(0, 300, 2) * scale
        w, h = rng.integers(10, 90, 2) * scale
        colour = tuple(rng.integers(0, 256, 3).tolist())
        draw.ellipse([x, y, x + w, y + h], fill=colour, outline=(10, 10, 10), width=2 * scale)
    return np.asarray(image.resize((320, 240), Image.BOX) if antialiased else image)


def letters():
    image = Image.new("RGB", (320, 240), (246, 244, 238))
    draw = ImageDraw.Draw(image)
    for row in range(14):
        text = "Grain is read off the flattest blocks of a photo."
        draw.text((8, 6 + 16 * row), text, (30, 30, 40))
    return np.asarray(image)
