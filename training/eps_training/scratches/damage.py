"""Damaged crops and where their damage is: photos [H, W, 3] in levels of 0 to 255.

Of a crop, x becomes (1 - a) x + a c with the coverage a and a colour c (a deep scratch, dust), or
x + a t with an offset t (a shallow one). What belongs to a photo and looks like it (wires, stripes)
is drawn into some crops before, and is no damage. After it come the camera's or the scanner's
grain, blur and JPEG.
"""
import io
import numpy as np
from PIL import Image, ImageFilter
from . import strokes

VISIBLE = 5       # levels: damage that changes less is neither damage nor none
LIGHTEST, DARKEST = 6.0, 130.0      # offsets of shallow scratches, in levels


def photo_like(rng, x):
    """Wires and stripes of one colour, as part of the photo."""
    kind = rng.uniform()
    if kind > .25:
        return x
    draw = strokes.wire if kind < .15 else strokes.stripes
    for _ in range(rng.integers(1, 4) if draw is strokes.wire else 1):
        a = (rng.uniform(.5, 1) * draw(rng, len(x)))[..., None]
        x = (1 - a) * x + a * (rng.uniform(0, 255) + rng.normal(size=3) * rng.choice([0, 15]))
    return x


def colour(rng):
    kind = rng.uniform()
    if kind < .5:
        return rng.uniform(190, 255) + np.array([0, rng.uniform(-8, 0), rng.uniform(-25, 0)])
    if kind < .8:
        return rng.uniform(0, 60) + rng.normal(size=3) * 6
    return rng.uniform(0, 255, 3)


def texture(rng, side):
    """What a scratch has of its own: little, in most."""
    image = Image.fromarray(rng.normal(128, 60, (side // 2, side // 2)).clip(0, 255).astype('u1'))
    image = np.asarray(image.resize((side, side), Image.BICUBIC), np.float32)
    return rng.choice([0, 2, 6, 12]) * (image - 128)[..., None] / 60


def softened(rng, a):
    """The coverage a with soft edges, in some."""
    if rng.uniform() > .35:
        return a
    soft = Image.fromarray((255 * a).astype('u1'))
    soft = soft.filter(ImageFilter.GaussianBlur(rng.uniform(.3, 1)))
    return np.asarray(soft, np.float32) / 255


def applied(rng, x, a):
    """x with one piece of damage of coverage a."""
    side, a = len(x), a[..., None]
    if rng.uniform() < .5:
        a = a * rng.uniform(.3, 1)
        return (1 - a) * x + a * (colour(rng) + texture(rng, side))
    offset = np.exp(rng.uniform(np.log(LIGHTEST), np.log(DARKEST))) * rng.choice([-1, 1])
    tint = 1 + rng.normal(size=3) * rng.choice([0, .1])
    return x + a * (offset * tint + .5 * texture(rng, side))


def damaged(rng, x):
    """(the damaged crop, the coverage of all its damage). A quarter of the crops have none, and
    some of the others happen to have none."""
    side = len(x)
    covered = np.zeros((side, side), np.float32)
    if rng.uniform() < .25:
        return x, covered
    pieces = [strokes.scratch(rng, side) for _ in range(rng.integers(0, 6))]
    if rng.uniform() < .5:
        pieces += [strokes.dust(rng, side, rng.integers(1, 12)) for _ in range(2)]
    for a in pieces:
        a = softened(rng, a)
        x = applied(rng, x, a).clip(0, 255)
        covered = np.maximum(covered, a)
    return x, covered


def recorded(rng, x):
    """The crop as a file has it: blurred, grainy, compressed, each in some."""
    image = Image.fromarray(x.clip(0, 255).round().astype('u1'))
    if rng.uniform() < .2:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(.3, .9)))
    if rng.uniform() < .4:
        grain = rng.normal(size=x.shape[:2] + (rng.choice([1, 3]),)) * rng.uniform(1, 9)
        image = Image.fromarray((np.asarray(image) + grain).clip(0, 255).round().astype('u1'))
    if rng.uniform() < .6:
        file = io.BytesIO()
        image.save(file, 'JPEG', quality=int(rng.integers(55, 97)),
                   subsampling=int(rng.choice([0, 2])))
        image = Image.open(file)
    return np.asarray(image, np.float32)


def problem(rng, x):
    """x [H, W, 3] -> (crop [H, W, 3] in levels, label [H, W] 0 or 1, weight [H, W]). Pixels that
    damage covers or changes too little for either answer weigh 0."""
    x = photo_like(rng, x.astype(np.float32)).clip(0, 255)
    y, covered = damaged(rng, x)
    change = Image.fromarray(np.abs(y - x).max(2).astype('u1')).filter(ImageFilter.BoxBlur(1))
    label = (covered > .5) & (np.asarray(change) >= VISIBLE)
    doubtful = (covered > .03) & ~label
    return recorded(rng, y), label, ~doubtful
