"""Makes the JPEG files beside it, and `truth.txt`: what libjpeg reads of them.

    pip install pillow numpy jpeglib; apt-get install libjpeg-turbo-progs
    cargo run --example jpeg_layouts tests/data/jpeg   # own-*.jpg and fractional-*.jpg
    python tests/data/jpeg/make.py PHOTOS     # a folder with the pictures of README.md

A line of truth: the file, width, height, scan process; then for each component its sampling
factors, blocks in a row and a column without padding, and FNV-1a hashes of its quantisation table
(u16) and its coefficients (i16), in row-major order, little-endian. A file that is to be refused
has a line of `refused.txt` instead: the file, and the code of the reason. Files by the crate's own
writer have a progressive copy, `NAME-copy.jpg`, by jpegtran; libjpeg copies, but does not decode,
factors that do not divide one another, so that the `fractional` ones have no line of truth.
"""

import io
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import jpeglib
import numpy as np
from PIL import Image, ImageCms

HERE = Path(__file__).parent
SOF_PROCESSES = {0xC0: "baseline", 0xC1: "extended", 0xC2: "progressive"}


def crop(photos: Path, name: str, size: tuple[int, int], at: tuple[int, int] = (60, 60)):
    left, top = at
    photo = Image.open(photos / name).convert("RGB")
    return photo.crop((left, top, left + size[0], top + size[1]))


def save(name: str, image: Image.Image, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **options)
    return put(name, buffer.getvalue())


def put(name: str, data: bytes) -> bytes:
    (HERE / name).write_bytes(data)
    assert len(data) < 40_000, name
    return data


def cjpeg(name: str, image: Image.Image, *options: str, scans: str | None = None) -> bytes:
    ppm = io.BytesIO()
    image.save(ppm, "PPM")
    return put(name, run("cjpeg", *options, scans=scans, data=ppm.getvalue()))


def run(tool: str, *options: str, scans: str | None, data: bytes) -> bytes:
    """A tool of libjpeg-turbo's, with a scan script."""
    with tempfile.NamedTemporaryFile("w") as script:
        if scans is not None:
            script.write(scans)
            script.flush()
            options = (*options, "-scans", script.name)
        command = [tool, *options]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def segments(data: bytes):
    """(code, start, end) of each segment up to the first scan's header."""
    at = 2
    while True:
        while data[at] != 0xFF or data[at + 1] in (0, 0xFF):
            at += 1
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        yield data[at + 1], at, end
        if data[at + 1] == 0xDA:
            return
        at = end


def find(data: bytes, *codes: int) -> tuple[int, int]:
    return next((start, end) for code, start, end in segments(data) if code in codes)


def without(data: bytes, *codes: int) -> bytes:
    for code, start, end in reversed(list(segments(data))):
        if code in codes:
            data = data[:start] + data[end:]
    return data


def segment(code: int, body: bytes) -> bytes:
    return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str) -> bytes:
    """An EXIF segment with a maker, the orientation and a number of pixels."""
    entries = [
        struct.pack(order + "HHI4s", 0x010F, 2, 4, b"Eps\0"),
        struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack(order + "HHII", 0x0100, 4, 1, 97),
    ]
    mark = b"II" if order == "<" else b"MM"
    tiff = mark + struct.pack(order + "HIH", 42, 8, len(entries)) + b"".join(entries) + b"\0" * 4
    return segment(0xE1, b"Exif\0\0" + tiff)


def qualities_and_samplings(photo: Image.Image) -> None:
    for quality in (10, 30, 50, 75, 90, 95, 100):
        save(f"quality-{quality}.jpg", photo, quality=quality)
    for index, name in enumerate(("444", "422", "420")):
        save(f"baseline-{name}.jpg", photo, quality=85, subsampling=index)
        save(f"progressive-{name}.jpg", photo, quality=85, subsampling=index, progressive=True)
    for name in ("4x1", "1x2", "1x4", "2x4", "4x2"):
        cjpeg(f"sample-{name}.jpg", photo, "-quality", "80", "-sample", name)
        cjpeg(f"sample-{name}-progressive.jpg", photo, "-sample", name, "-progressive")
    cjpeg("chroma-denser.jpg", photo, "-sample", "1x1,2x2,2x1")
    save("optimised.jpg", photo, quality=80, optimize=True)


def sizes(photo: Image.Image) -> None:
    for size in [(1, 1), (1, 37), (37, 1), (7, 9), (8, 8), (16, 16), (17, 15), (33, 31)]:
        small = photo.crop((0, 0, *size))
        for progressive in (False, True):
            kind = "progressive" if progressive else "baseline"
            name = f"size-{size[0]}x{size[1]}-{kind}.jpg"
            save(name, small, quality=80, progressive=progressive)
    noise = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    save("noise-100.jpg", Image.fromarray(noise), quality=100, subsampling=0)
    save("noise-100-progressive.jpg", Image.fromarray(noise), quality=100, progressive=True)
    save("flat.jpg", Image.new("RGB", (64, 48), (255, 255, 255)), quality=100)
    save("flat-progressive.jpg", Image.new("RGB", (64, 48), (9, 90, 200)), progressive=True)


def kinds(photo: Image.Image) -> None:
    save("grey.jpg", photo.convert("L"), quality=80)
    save("grey-progressive.jpg", photo.convert("L"), quality=80, progressive=True)
    cjpeg("grey-2x2.jpg", photo, "-grayscale", "-sample", "2x2")
    save("restart-blocks.jpg", photo, quality=80, restart_marker_blocks=1)
    save("restart-rows.jpg", photo, quality=80, restart_marker_rows=1)
    save("restart-progressive.jpg", photo, quality=80, restart_marker_blocks=3, progressive=True)
    cjpeg("not-interleaved.jpg", photo, "-sample", "2x2", scans="0; 1; 2;")
    cjpeg("partly-interleaved.jpg", photo, "-sample", "2x1", scans="0; 1 2;")
    cjpeg("not-interleaved-restart.jpg", photo, "-restart", "5B", scans="2; 1; 0;")
    many = ["0 1 2: 0-0, 0, 2", "0 1 2: 0-0, 2, 1", "0 1 2: 0-0, 1, 0"]
    bands = [(1, 2), (3, 9), (10, 63)]
    for component in range(3):
        many += [f"{component}: {a}-{b}, 0, 3" for a, b in bands]
        many += [f"{component}: {a}-{b}, {k}, {k - 1}" for k in (3, 2, 1) for a, b in bands]
    cjpeg("many-scans.jpg", photo, "-quality", "92", scans=";\n".join(many) + ";\n")
    cjpeg("extended.jpg", photo, "-quality", "3")  # Steps above 255.
    save("sixteen-bit-tables.jpg", photo, qtables=[[300 + k for k in range(64)]] * 2)


def camera_files(photo: Image.Image) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + b"\0" * 12 + profile[36:]  # Without the time of day.
    save("icc.jpg", photo, quality=80, icc_profile=profile)
    big = np.random.default_rng(2).integers(0, 2, 1000, np.uint8).tobytes()
    data = save("plain.tmp", photo, quality=80)
    (HERE / "plain.tmp").unlink()
    chunks = [(n, big[250 * n - 250 : 250 * n]) for n in (1, 2, 3, 4)]
    icc = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 4]) + chunk) for n, chunk in chunks]
    put("icc-out-of-order.jpg", data[:2] + icc[2] + icc[0] + icc[3] + icc[1] + data[2:])
    put("icc-missing-chunk.jpg", data[:2] + icc[0] + icc[1] + icc[3] + data[2:])
    for orientation in range(1, 9):
        header = exif(orientation, "<" if orientation % 2 else ">")
        small = save(f"orientation-{orientation}.jpg", photo.crop((0, 0, 24, 16)), quality=70)
        put(f"orientation-{orientation}.jpg", small[:2] + header + small[2:])
    # Like Photoshop's: no JFIF, its resources, the profile, Adobe's segment.
    resources = segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x25" + b"\0" * 20)
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
    chunk = segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile)
    bare = without(data, 0xE0)
    header = exif(1, ">") + resources + chunk + adobe
    put("photoshop.jpg", bare[:2] + header + bare[2:])
    # Like a telephone's: turned, an index of several pictures, a second picture behind the first.
    mpf = segment(0xE2, b"MPF\0MM\0\x2a" + b"\0" * 40)
    thumbnail = save("thumbnail.tmp", photo.resize((16, 12)), quality=50)
    (HERE / "thumbnail.tmp").unlink()
    header = exif(6, ">") + mpf
    put("phone.jpg", bare[:2] + header + bare[2:] + b"\0" * 7 + thumbnail + b"trailer")
    put("fill-bytes.jpg", before_markers(data, b"\xff" * 3))
    put("junk.jpg", before_markers(data, b"\0junk\xff\0"))


def before_markers(data: bytes, more: bytes) -> bytes:
    """The file with more bytes before each marker that does not follow a scan."""
    out = data[:2]
    for _, start, end in segments(data):
        out += more + data[start:end]
    return out + data[end:]


def refused(photo: Image.Image) -> None:
    save("cmyk.jpg", photo.convert("CMYK"), quality=80)
    save("rgb.jpg", photo, quality=80, keep_rgb=True)
    cjpeg("arithmetic.jpg", photo, "-arithmetic")
    cjpeg("arithmetic-progressive.jpg", photo, "-arithmetic", "-progressive")
    data = save("baseline.tmp", photo, quality=60)
    (HERE / "baseline.tmp").unlink()
    sof, _ = find(data, 0xC0)
    for name, code in (("lossless", 0xC3), ("hierarchical", 0xC5)):
        put(f"{name}.jpg", data[: sof + 1] + bytes([code]) + data[sof + 2 :])
    put("twelve-bit.jpg", data[: sof + 4] + b"\x0c" + data[sof + 5 :])
    put("height-0.jpg", data[: sof + 5] + b"\0\0" + data[sof + 7 :])
    put("cut.jpg", data[: len(data) * 2 // 3])
    put("cut-and-closed.jpg", data[: len(data) * 2 // 3] + b"\xff\xd9")
    put("huge.jpg", data[: sof + 5] + b"\xff\xff\xff\xff" + data[sof + 9 :])
    unmarked = without(data, 0xE0)
    put("rgb-adobe.jpg", unmarked[:2] + segment(0xEE, b"Adobe\0\x64" + b"\0" * 5) + unmarked[2:])
    progressive = save("progressive.tmp", photo, quality=60, progressive=True)
    (HERE / "progressive.tmp").unlink()
    last = progressive.rindex(b"\xff\xda")
    put("progressive-unfinished.jpg", progressive[:last] + b"\xff\xd9")
    Image.new("RGB", (8, 8)).save(HERE / "png.jpg", "PNG")
    codes = {
        "cmyk": "cmyk", "rgb": "rgb", "rgb-adobe": "rgb", "arithmetic": "arithmetic-coding",
        "arithmetic-progressive": "arithmetic-coding", "lossless": "lossless",
        "hierarchical": "hierarchical", "twelve-bit": "twelve-bit",
        "height-0": "height-after-scan", "cut": "truncated", "cut-and-closed": "truncated",
        "huge": "too-large", "progressive-unfinished": "truncated", "png": "not-jpeg",
    }  # fmt: skip
    lines = [f"{name}.jpg {code}\n" for name, code in sorted(codes.items())]
    (HERE / "refused.txt").write_text("".join(lines))


def copies() -> None:
    bits = "{0}: 0-0, 0, 1; {0}: 0-0, 1, 0; {0}: 1-63, 0, 2; {0}: 1-63, 2, 1; {0}: 1-63, 1, 0;"
    for path in [*HERE.glob("own-*.jpg"), *HERE.glob("fractional-*.jpg")]:
        components = path.stem.count("-")
        scans = "".join(map(bits.format, range(components)))
        copy = run("jpegtran", "-copy", "all", scans=scans, data=path.read_bytes())
        put(f"{path.stem}-copy.jpg", copy)


def fnv(values: np.ndarray) -> str:
    state = 0xCBF29CE484222325
    for byte in values.astype(values.dtype.newbyteorder("<")).tobytes():
        state = (state ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def truth(path: Path) -> str:
    codes = (code for code, _, _ in segments(path.read_bytes()))
    code = next(code for code in codes if code in SOF_PROCESSES)
    jpeg = jpeglib.read_dct(str(path))
    fields = [path.name, str(jpeg.width), str(jpeg.height), SOF_PROCESSES[code]]
    components = [jpeg.Y] if jpeg.Cb is None else [jpeg.Y, jpeg.Cb, jpeg.Cr]
    for index, blocks in enumerate(components):
        factors = jpeg.samp_factor[index] if len(components) > 1 else (1, 1)
        table = jpeg.qt[jpeg.quant_tbl_no[index]]
        fields += [f"{factors[1]}x{factors[0]}", f"{blocks.shape[1]}x{blocks.shape[0]}"]
        fields += [fnv(table.astype(np.uint16)), fnv(blocks.astype(np.int16))]
    return " ".join(fields) + "\n"


def main() -> None:
    photos = Path(sys.argv[1]) / "train"
    for old in HERE.glob("*.jpg"):
        if not old.name.startswith(("own-", "fractional-")) or old.stem.endswith("-copy"):
            old.unlink()
    lilies = crop(photos, "budgie/backgrounds__blue-periwinkle.jpg", (97, 75))
    house = crop(photos, "budgie/backgrounds__casa-mila.jpg", (90, 66))
    qualities_and_samplings(house)
    sizes(lilies)
    kinds(house)
    camera_files(lilies)
    refused(house.crop((0, 0, 40, 32)))
    copies()
    names = {line.split()[0] for line in (HERE / "refused.txt").read_text().splitlines()}
    files = [path for path in sorted(HERE.glob("*.jpg")) if path.name not in names]
    files = [path for path in files if not path.name.startswith("fractional-")]
    (HERE / "truth.txt").write_text("".join(map(truth, files)))


main()
