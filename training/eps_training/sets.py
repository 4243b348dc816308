"""Which images are trained on, in which shares, and which are validated on."""
from .images import list_images
from .parts import is_part, read_parts

HELD_OUT = 16   # without validation images, every 16th of each set is validated on


def named_sets(arguments):
    """({set: (images, share or None)}, validation images) of arguments DIR[=SHARE] and of parts,
    which hold their shares themselves."""
    sets, held, parts = {}, [], []
    for argument in map(str, arguments):
        if is_part(argument):
            parts.append(argument)
            continue
        name, _, share = argument.partition('=')
        sets[name] = (list_images(name), float(share) if share else None)
    for name, (about, images) in read_parts(parts).items():
        if about['use'] == 'validation':
            held += images
        elif name in sets:
            raise SystemExit(f'{name} is both a folder and a set of parts')
        else:
            sets[name] = (images, about['share'])
    return sets, held


def without(sets, held):
    """The sets without the images of `held`."""
    taken = {image.resolve() for image in held}
    return {name: ([image for image in images if image.resolve() not in taken], share)
            for name, (images, share) in sets.items()}


def read_folders(arguments, val):
    """({set: (images, share or None)}, validation images). val: folders or parts; without it the
    validation images among the parts, or else every 16th image of each set. Validation images are
    never among the training ones."""
    sets, packed = named_sets(arguments)
    held = list_images(*val) if val else packed
    if not held:
        held = [image for images, _ in sets.values() if len(images) > 1
                for image in images[::HELD_OUT]]
    if not held:
        raise SystemExit('nothing to validate on: name held-out images with --val DIR')
    return without(sets, held), held


def shares(folders):
    """Shares of the batch, summing to 1, of {set: (number of images, share or None)}. Named shares
    are kept; the rest is divided by number of images."""
    named = sum(share for _, share in folders.values() if share is not None)
    rest = sum(n for n, share in folders.values() if share is None)
    if named > 1 + 1e-9 or (rest == 0 and named <= 0):
        raise SystemExit('shares of --data must lie between 0 and 1 and sum to at most 1')
    if not rest:
        return {name: share / named for name, (_, share) in folders.items()}
    return {name: (1 - named) * n / rest if share is None else share
            for name, (n, share) in folders.items()}
