"""Shapes of scratches, dust and hairs, drawn as their coverage: the share of each pixel, 0 to 1.

Shapes are drawn `FINE` times as large by Pillow, which has no antialiasing, and reduced.
"""
import numpy as np
from PIL import Image, ImageDraw

FINE = 4
STEP = 3.0      # pixels between the points of a curve


def canvas(side):
    image = Image.new('L', (FINE * side, FINE * side))
    return image, ImageDraw.Draw(image)


def coverage(image):
    return np.asarray(image.reduce(FINE), np.float32) / 255


def smooth_noise(rng, count, length):
    """`count` values of unit deviation that are alike over about `length` of them."""
    knots = rng.normal(size=int(count / length) + 3)
    return np.interp(np.arange(count) / length, np.arange(len(knots)), knots)


def curve(rng, side):
    """A curve's points [n, 2] and half widths [n], in pixels."""
    length = np.exp(rng.uniform(np.log(12), np.log(2 * side)))
    count = max(3, int(length / STEP))
    bend, wobble = rng.choice([0, .01, .03, .12]), rng.choice([0, .03, .1])
    turning = bend * smooth_noise(rng, count, 12) + wobble * rng.normal(size=count)
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(turning)
    steps = STEP * np.stack([np.cos(heading), np.sin(heading)], 1)
    points = rng.uniform(-.1, 1.1, 2) * side + np.cumsum(steps, 0) - rng.uniform() * steps.sum(0)
    half = .5 * np.exp(rng.uniform(np.log(.8), np.log(8.5)))
    return points, half * np.exp(rng.choice([.05, .2, .4]) * smooth_noise(rng, count, 5))


def draw_curve(rng, draw, points, half):
    """Segments with round joints; some curves are broken."""
    gaps = smooth_noise(rng, len(points), 6) < -.6 if rng.uniform() < .3 else None
    points, half = FINE * points, FINE * half
    for i in range(1, len(points)):
        if gaps is not None and gaps[i]:
            continue
        draw.line([*points[i - 1], *points[i]], fill=255, width=max(1, round(2 * half[i])))
        if half[i] > 1.5:
            disc(draw, points[i], half[i])


def disc(draw, centre, radius):
    draw.ellipse([*(centre - radius), *(centre + radius)], fill=255)


def draw_speck(rng, draw, side):
    """A grain of dust, or a blot of a few discs."""
    centre = FINE * rng.uniform(0, side, 2)
    radius = FINE * np.exp(rng.uniform(np.log(.6), np.log(4)))
    for _ in range(rng.integers(1, 5)):
        disc(draw, centre + rng.normal(size=2) * radius * .6, radius * rng.uniform(.5, 1))


def scratch(rng, side):
    image, draw = canvas(side)
    draw_curve(rng, draw, *curve(rng, side))
    return coverage(image)


def dust(rng, side, count):
    image, draw = canvas(side)
    for _ in range(count):
        draw_speck(rng, draw, side)
    return coverage(image)


def axes(rng):
    """Two unit vectors, along a random direction and across it."""
    angle = rng.uniform(0, np.pi)
    return np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])


def wire(rng, side):
    """A wire, mast or thread that belongs to the photo: even, smooth and across the whole of it."""
    image, draw = canvas(side)
    (along, across), offset = axes(rng), rng.uniform(-.4, .4) * side
    t = np.linspace(-1, 1, 24)[:, None] * side
    sag = rng.choice([0, 1]) * rng.uniform(0, .15) * side * (t / side) ** 2
    points = side / 2 + t * along + (offset + sag) * across
    draw.line([tuple(p) for p in FINE * points], fill=255, joint='curve',
              width=max(1, round(FINE * np.exp(rng.uniform(np.log(.8), np.log(5))))))
    return coverage(image)


def stripes(rng, side):
    """Parallel lines: a fence, a blind, a shirt."""
    image, draw = canvas(side)
    along, across = axes(rng)
    gap = rng.uniform(5, 40)
    width = max(1, round(FINE * rng.uniform(.15, .4) * min(gap, 14)))
    for k in np.arange(-side, side, gap):
        centre = side / 2 + (k + rng.normal() * .02 * gap) * across
        ends = [tuple(FINE * (centre + s * 1.5 * side * along)) for s in (-1, 1)]
        draw.line(ends, fill=255, width=width)
    return coverage(image)
