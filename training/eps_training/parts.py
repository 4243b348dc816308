"""Parts: training images in few files, for machines that only small files reach.

A part is a zip archive whose members are stored, not compressed: one encoded image each, named by
its path below the set's folder. The archive's comment is JSON: `format` 1; `set`, the folder's
name; `share` of the crops, from 0 to 1, or null for a share by number of images; `use`, "training"
or "validation"; `part` from 1 to `parts`. A set's order is the order of its members in its parts.
"""
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import zipfile

FORMAT = 1
LARGEST = 30_000_000    # bytes of a part
DATE = (1980, 1, 1, 0, 0, 0)    # of every member: equal images make equal parts
OVERHEAD = 128          # bytes of zip headers a member beside its name, which stands in it twice
COMMENT = 1000          # bytes kept free for the comment and the end of the archive


@dataclass(frozen=True)
class Packed:
    """One image of a part; stands where a Path of an image file does."""
    part: Path
    name: str
    archive: zipfile.ZipFile = field(compare=False, repr=False)

    def read(self):
        """The encoded bytes; raises BadZipFile where they are damaged."""
        return self.archive.read(self.name)

    def resolve(self):
        return self.part.resolve() / self.name

    def __str__(self):
        return f'{self.part}/{self.name}'


def is_part(path):
    return Path(path).suffix == '.zip' and Path(path).is_file()


def read_part(path):
    """(description, images) of a part."""
    try:
        archive = zipfile.ZipFile(path)
        about = json.loads(archive.comment)
        known = about['format'] == FORMAT
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise SystemExit(f'{path} is not a part written by eps_training.pack')
    return about, [Packed(Path(path), name, archive) for name in archive.namelist()]


def read_parts(paths):
    """{set: (description of its first part, images)}; every part of a set must be there, once."""
    found = {}
    for about, images in map(read_part, paths):
        found.setdefault(about['set'], []).append((about, images))
    for name, parts in found.items():
        parts.sort(key=lambda part: part[0]['part'])
        have, want = [about['part'] for about, _ in parts], parts[0][0]['parts']
        if have != list(range(1, want + 1)):
            raise SystemExit(f'{name} has parts 1 to {want}; given were {have}')
    return {name: (parts[0][0], [image for _, images in parts for image in images])
            for name, parts in found.items()}


def grouped(members, largest):
    """The members (name, bytes) in lists that fit into a part each."""
    group, size = [], COMMENT
    for name, data in members:
        grows = len(data) + 2 * len(name.encode()) + OVERHEAD
        if COMMENT + grows > largest:
            raise SystemExit(f'{name} alone has {len(data):,} bytes; a part holds {largest:,}')
        if size + grows > largest:
            yield group
            group, size = [], COMMENT
        group.append((name, data))
        size += grows
    if group:
        yield group


def write_parts(folder, name, members, share, use, largest=LARGEST):
    """Writes the members (name, bytes) of a set as `folder/name-1.zip`…; returns their paths. The
    files get these names when all of them are whole."""
    finished = []
    for group in grouped(members, largest):
        finished.append(Path(folder) / f'{name}-{len(finished) + 1}.zip')
        with zipfile.ZipFile(f'{finished[-1]}.new', 'w') as archive:
            for member, data in group:
                archive.writestr(zipfile.ZipInfo(member, DATE), data)
    for i, path in enumerate(finished):
        about = dict(format=FORMAT, set=name, share=share, use=use, part=i + 1,
                     parts=len(finished))
        with zipfile.ZipFile(f'{path}.new', 'a') as archive:
            archive.comment = json.dumps(about).encode()
        os.replace(f'{path}.new', path)
    return finished
