"""Training images in parts: what is packed is what is trained on, in its shares, within the error
that was asked for."""
import io
import json
import zipfile
import numpy as np
import pytest
import torch
from PIL import Image, features
from eps_training import pack
from eps_training.images import SCALES, Crops, list_images, read_image, reduced
from eps_training.parts import grouped, read_part, write_parts
from eps_training.sets import read_folders, shares


@pytest.fixture
def faces(tmp_path):
    """A folder of two JPEGs, one of them in a folder of its own."""
    rng, folder = np.random.default_rng(1), tmp_path / 'faces'
    (folder / 'deep').mkdir(parents=True)
    for name in ('a.jpg', 'deep/b.jpg'):
        small = Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        small.resize((96, 96), Image.BICUBIC).save(folder / name, quality=93)
    return folder


def parts_of(folder):
    return sorted(map(str, folder.glob('*')))


def test_parts_of_files_as_they_are_give_the_crops_of_the_folders(photos, faces, tmp_path):
    out = tmp_path / 'parts'
    pack.main(['--data', f'{photos}=.65', f'{faces}=.35', '--out', str(out), '--limit', '0'])
    sets, held = read_folders(parts_of(out), [str(faces)])
    assert {name: share for name, (_, share) in sets.items()} == {'photos': .65, 'faces': .35}
    folders, _ = read_folders([f'{photos}=.65', f'{faces}=.35'], [str(photos)])
    for name, path in (('photos', photos), ('faces', faces)):
        packed, plain = Crops(sets[name][0]), Crops(list_images(path))
        assert torch.equal(packed.flat, plain.flat) and len(packed) == len(plain)
        drawn = [crops.draw(3, np.random.default_rng(0)) for crops in (packed, plain)]
        assert torch.equal(*drawn)
    assert shares({name: (len(images), share) for name, (images, share) in sets.items()}) == {
        'photos': .65, 'faces': .35}


def test_validation_images_travel_with_the_parts_and_are_not_trained_on(photos, faces, tmp_path):
    inside = photos / 'held'
    inside.mkdir()
    (photos / '0.png').rename(inside / '0.png')
    out = tmp_path / 'parts'
    pack.main(['--data', str(photos), str(faces), '--val', str(inside), '--out', str(out)])
    sets, held = read_folders(parts_of(out), None)
    assert [image.name.removesuffix('.avif') for image in held] == ['0.png']
    assert {name: len(images) for name, (images, _) in sets.items()} == {'photos': 3, 'faces': 2}
    assert all(share is None for _, share in sets.values())
    assert [str(image) for image in list_images(out / 'held-1.zip')] == [str(held[0])]


def test_without_validation_images_every_sixteenth_of_a_set_is_held_out(photos, tmp_path):
    out = tmp_path / 'parts'
    pack.main(['--data', str(photos), '--out', str(out), '--limit', '0'])
    sets, held = read_folders(parts_of(out), None)
    assert [image.name for image in held] == ['0.png'] and len(sets['photos'][0]) == 3
    assert held[0] not in sets['photos'][0]


@pytest.mark.skipif(not features.check('avif'), reason='Pillow without AVIF')
def test_re_encoded_images_keep_the_limit_at_every_scale(photos, tmp_path, capsys):
    out = tmp_path / 'parts'
    pack.main(['--data', str(photos), '--out', str(out), '--limit', '2'])
    about, images = read_part(next(out.iterdir()))
    assert about == dict(format=1, set='photos', share=None, use='training', part=1, parts=1)
    assert len(images) == 4 and any(image.name.endswith('.avif') for image in images)
    for image, path in zip(images, list_images(photos)):
        truth, packed = read_image(path), read_image(image)
        for scale in SCALES:
            size = round(truth.width * scale), round(truth.height * scale)
            if min(size) >= 64:
                a, b = (np.array(x.resize(size, Image.LANCZOS), float) for x in (truth, packed))
                assert np.sqrt(np.square(a - b).mean()) < 2
        assert len(image.read()) <= path.stat().st_size
    printed = capsys.readouterr().out
    assert '4 images' in printed and 'worst image' in printed


def test_a_quality_is_the_lowest_that_keeps_the_limit(photos):
    image = read_image(list_images(photos)[0])
    kept = reduced(image, SCALES)
    errors = [pack.squared_errors(kept, pack.encode(image, q)) for q in pack.QUALITIES]
    assert all(len(e) == len(kept) for e in errors)
    lowest = next(q for q, e in zip(pack.QUALITIES, errors) if e.max() < 1.5 ** 2)
    data, squared, quality = pack.smallest(image, kept, 10 ** 9, 1.5)
    assert quality == lowest and squared.max() < 1.5 ** 2 and len(squared) == len(kept)
    assert pack.smallest(image, kept, len(data), 1.5) is None   # no fewer bytes than the file has


def test_orientation_and_profile_do_not_change_the_stored_pixels(tmp_path):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (70, 90, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / 'turned.png', exif=exif)
    read = read_image(tmp_path / 'turned.png')
    with Image.open(io.BytesIO(pack.encode(read, 90))) as encoded:
        assert encoded.size == (90, 70) and not encoded.getexif()


def test_broken_and_small_images_are_left_out_and_counted(photos, tmp_path, capsys):
    (photos / 'broken.jpg').write_bytes(b'\xff\xd8\xff\xe0 not an image')
    Image.new('RGB', (200, 40)).save(photos / 'flat.png')
    with pytest.warns(UserWarning, match='skipped'):
        pack.main(['--data', str(photos), '--out', str(tmp_path / 'parts'), '--limit', '0'])
    assert '4 images' in capsys.readouterr().out
    assert len(list_images(tmp_path / 'parts' / 'photos-1.zip')) == 4


def test_parts_are_no_larger_than_they_may_be_and_equal_for_equal_images(tmp_path):
    rng = np.random.default_rng(0)
    members = [(f'{i}/имя.jpg', rng.bytes(int(rng.integers(1, 4000)))) for i in range(50)]
    written = write_parts(tmp_path, 'many', members, .5, 'training', 10_000)
    assert len(written) > 5 and all(path.stat().st_size <= 10_000 for path in written)
    read = [(image.name, image.read()) for path in written for image in read_part(path)[1]]
    assert read == members
    before = [path.read_bytes() for path in written]
    again = write_parts(tmp_path, 'many', members, .5, 'training', 10_000)
    assert [path.read_bytes() for path in again] == before
    with pytest.raises(SystemExit, match='alone'):
        list(grouped([('a', bytes(9000))], 9000))


def test_a_set_is_whole_or_refused(photos, tmp_path):
    paths = write_parts(tmp_path, 'a', [(str(i), bytes(3000)) for i in range(4)], None,
                        'training', 5000)
    with pytest.raises(SystemExit, match='parts 1 to 4; given were'):
        read_folders([paths[0], paths[2]], [photos])
    stranger = tmp_path / 'other.zip'
    for comment in (b'', b'[1]', json.dumps(dict(format=2)).encode()):
        with zipfile.ZipFile(stranger, 'w') as archive:
            archive.comment = comment
        with pytest.raises(SystemExit, match='not a part'):
            list_images(stranger)


def test_damaged_members_are_skipped_with_a_warning(photos, tmp_path):
    out = tmp_path / 'parts'
    pack.main(['--data', str(photos), '--out', str(out), '--limit', '0'])
    part = out / 'photos-1.zip'
    whole = bytearray(part.read_bytes())
    whole[200] ^= 255
    part.write_bytes(whole)
    with pytest.warns(UserWarning, match='skipped'):
        crops = Crops(list_images(part))
    assert len(crops) == 3 and crops.skipped == 1


def test_pack_refuses_what_it_would_mix_up(photos, tmp_path):
    other = tmp_path / 'other' / 'photos'
    other.mkdir(parents=True)
    (photos / '0.png').rename(other / '0.png')
    with pytest.raises(SystemExit, match='one name'):
        pack.main(['--data', str(photos), str(other), '--out', str(tmp_path / 'parts')])
    with pytest.raises(SystemExit, match='sum to at most 1'):
        pack.main(['--data', f'{photos}=2', '--out', str(tmp_path / 'parts')])
    pack.main(['--data', str(photos), '--out', str(tmp_path / 'parts'), '--limit', '0'])
    with pytest.raises(SystemExit, match='holds parts already'):
        pack.main(['--data', str(photos), '--out', str(tmp_path / 'parts')])
    with pytest.raises(SystemExit, match='reads folders'):
        pack.main(['--data', str(tmp_path / 'parts' / 'photos-1.zip'), '--out', str(tmp_path)])
