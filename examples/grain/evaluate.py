"""The accuracy of the grain estimate, as JSON.

    cargo build --release --example grain
    python examples/grain/evaluate.py TARGET/release/examples/grain DATA FOLDER docs/grain.json

TARGET is cargo's target folder, DATA holds the photos; FOLDER keeps the photos that are made of
them, so that another run is fast. A hash of its name puts a photo into the set that
thresholds were tuned on, into the held-out set, or into neither; `test` photos are held out.

`soft` photos were halved and enlarged fourfold, as soft as a camera's at its full size; `native`
ones are small and sharp, `crop` are 96×96 pixels of them, `half` are halved. Errors are those of
the curve, averaged over the pixels of a bin, in bins of a hundredth of the pixels or more. Clean
photos tell what is smoothed: a denoiser changes a photo by R's deviation at most, 45 dB are 1.43
levels. The assumed level is what Denoise takes, the white level what it takes without grain.
"""

import collections
import json
import pathlib
import subprocess
import sys
import zlib

import numpy as np
from drawings import drawings
from PIL import Image
from synthesis import KNOTS, add_grain

LEVELS = {"low": (5e-5, 0.003), "mid": (2e-4, 0.004), "high": (1e-3, 0.01)}
FORMS = {"png": None, "q95": (95, 2), "q85": (85, 2), "q75": (75, 2), "q95-444": (95, 0)}
SETS = {"tune": 0, "held": 1}
KNOT_LEVELS = np.arange(KNOTS) * 32 + 16
QUANTILES = np.linspace(0.02, 0.98, 25)


def main():
    estimate, data, folder, out = sys.argv[1:]
    folder = pathlib.Path(folder)
    report = {}
    for name in SETS:
        manifest = folder / f"{name}.json"
        if not manifest.exists():
            manifest.write_text(json.dumps(made(pathlib.Path(data), folder / name, name)))
        report[name] = evaluated(estimate, json.loads(manifest.read_text()))
    pathlib.Path(out).write_text(json.dumps(report, indent=1) + "\n")


def made(data, folder, name):
    """The photos of a set, with what is known of each."""
    folder.mkdir(parents=True, exist_ok=True)

    def chosen(files, modulus):
        return sorted(f for f in files if zlib.crc32(f.name.encode()) % modulus == SETS[name])

    photos = chosen([*data.glob("train/*/*"), *data.glob("val/train*")], 24)
    faces = chosen([*data.glob("faces/*/*"), *data.glob("val/faces*")], 160)
    test = sorted(data.glob("test/*/*.png"))[::2] if name == "held" else []
    entries = [*photos_of(folder, photos, "soft", list(FORMS), [])]
    entries += photos_of(folder, photos, "native", ["png", "q95"], ["png", "q95", "q75"])
    entries += photos_of(folder, photos, "half", [], ["png", "q95"])
    entries += photos_of(folder, photos, "crop", ["png", "q95"], ["png", "q95"])
    entries += photos_of(folder, faces, "faces", ["png", "q95"], ["png", "q95"])
    entries += photos_of(folder, test, "test", ["png", "q95"], ["png", "q95"])
    for drawing, pixels in drawings():
        for form in ("png", "q95", "q75"):
            path = save(np.ascontiguousarray(pixels), folder / f"drawing-{drawing}", form)
            entries.append(clean_entry(path, "drawings", form, pixels))
    return entries


def photos_of(folder, files, tag, noisy, clean):
    for i, file in enumerate(files):
        pixels = opened(file, tag)
        for form in clean:
            rounded = np.round(pixels).clip(0, 255).astype(np.uint8)
            path = save(rounded, folder / f"{tag}-{i}-clean", form)
            yield clean_entry(path, tag, form, pixels)
        level, blur = list(LEVELS)[i % 3], 2 if i // 3 % 2 else 0
        if noisy:
            rng = np.random.default_rng(i)
            grainy, truth, spared = add_grain(pixels, *LEVELS[level], (0, blur), rng)
            own = [*(pixels[spared, c] for c in range(3)), pixels[spared].mean(-1)]
            known = {"tag": tag, "lev": level, "blur": blur, "truth": truth}
            known["b"] = [by_knot(brightness) for brightness in own]
            for form in noisy:
                path = save(grainy, folder / f"{tag}-{i}-{level}", form)
                yield {"path": path, "form": form} | known


def clean_entry(path, tag, form, pixels):
    shares = [np.histogram(pixels[..., c], bins=KNOTS, range=(0, 256))[0] for c in range(3)]
    return {"path": path, "tag": tag, "form": form, "lev": "clean",
            "hist": [s.tolist() for s in shares]}


def opened(file, tag):
    image = Image.open(file).convert("RGB")
    if tag in ("half", "soft"):
        image = image.resize((image.width // 2, image.height // 2), Image.BOX)
    if tag == "soft":
        image = image.resize((image.width * 4, image.height * 4), Image.BICUBIC)
    if tag == "crop":
        left, top = (image.width - 96) // 2, (image.height - 96) // 2
        image = image.crop((left, top, left + 96, top + 96))
    return np.asarray(image, dtype=np.float64)


def save(pixels, path, form):
    if FORMS[form] is None:
        Image.fromarray(pixels).save(f"{path}.png", compress_level=1)
        return f"{path}.png"
    quality, subsampling = FORMS[form]
    Image.fromarray(pixels).save(f"{path}-{form}.jpg", quality=quality, subsampling=subsampling)
    return f"{path}-{form}.jpg"


def by_knot(brightness):
    knots = np.clip(brightness / 32, 0, KNOTS - 1e-6).astype(int)
    parts = [brightness[knots == k] for k in range(KNOTS)]
    return [np.quantile(part, QUANTILES).tolist() if len(part) else [] for part in parts]


def evaluated(estimate, entries):
    paths = [entry["path"] for entry in entries]
    done = subprocess.run([estimate, *paths], capture_output=True, text=True, check=True)
    groups = collections.defaultdict(list)
    for entry, line in zip(entries, done.stdout.splitlines()):
        groups[f"{entry['tag']} {entry['form']} {entry['lev']}"].append((entry, json.loads(line)))
    return {key: (clean if "clean" in key else noisy)(group) for key, group in groups.items()}


def clean(group):
    smoothed = []
    for entry, found in group:
        shares = np.array(entry["hist"], dtype=float)
        mean = (shares * np.array(found["channels"]) ** 2).sum() / shares.sum()
        smoothed.append(float(np.sqrt(mean)) if found["certainty"][0] == "Measured" else 0.0)
    share = lambda levels: round(float((np.array(levels) <= 1.43).mean()), 3)
    return {
        "count": len(group),
        "at least 45 dB": share(smoothed),
        "assumed level at least 45 dB": share([found["level"] for _, found in group]),
        "white level at least 45 dB": share([found["white"] for _, found in group]),
        "most levels": round(max(smoothed), 2),
    }


def noisy(group):
    values = collections.defaultdict(list)
    for entry, found in group:
        truth, brightness = entry["truth"], entry["b"]
        luma, chroma = found["certainty"]
        blur = "blurred" if entry["blur"] else "white"
        own = list(ratios(found["axes"][0], truth["axes"][0], brightness[3]))
        if luma == "Measured":
            values["luma"] += own
            values["luma bands"] += band_ratios(found["bands"][0], truth["bands"][0])
        elif luma == "Bound":
            values["bounds"] += own
        level = root_mean_square(truth["channels"])
        told = "measured" if luma == "Measured" else "not measured"
        values[f"assumed level, {told}"].append(found["level"] / level)
        values[f"white level, {told}"].append(found["white"] / level)
        if chroma == "Measured":
            for axis in (1, 2):
                values[f"chroma {blur}"] += ratios(
                    found["axes"][axis], truth["axes"][axis], brightness[3]
                )
            for c in range(3):
                values["channels"] += ratios(
                    found["channels"][c], truth["channels"][c], brightness[c]
                )
            values[f"bands of chroma {blur}"] += band_ratios(found["bands"][1], truth["bands"][1])
    report = {"count": len(group)}
    report["certainty"] = dict(collections.Counter(" ".join(f["certainty"]) for _, f in group))
    for name, ratio in values.items():
        if name == "bounds":
            report["bounds that hold"] = round(float((np.array(ratio) >= 0.95).mean()), 3)
        elif "bands" in name:
            report[name] = [spread(band, 0.25) for band in zip(*ratio)]
        else:
            report[name] = spread(ratio, 0.2)
    report["milliseconds"] = float(np.median([f["ms"] for _, f in group]))
    return report


def root_mean_square(channels):
    """Of the noise in R, G and B, over the pixels that clipping spares."""
    means = []
    for channel in channels:
        shares = np.array(channel["shares"])
        deviations = np.array([d or 0.0 for d in channel["deviations"]])
        means.append((shares * deviations**2).sum() / shares.sum())
    return float(np.sqrt(np.mean(means)))


def ratios(curve, truth, brightness):
    """Estimate over truth in each bin of a hundredth of the pixels."""
    for k in range(KNOTS):
        if truth["shares"][k] >= 0.01 and len(brightness[k]):
            deviations = np.interp(brightness[k], KNOT_LEVELS, curve)
            yield float(np.sqrt((deviations**2).mean()) / max(truth["deviations"][k], 1e-3))


def band_ratios(bands, truth):
    return [[band / max(t, 0.05) for band, t in zip(bands, truth)]]


def spread(values, tolerance):
    values = np.array(values)
    tenth, median, most = np.quantile(values, [0.1, 0.5, 0.9]).round(2).tolist()
    within = round(float((abs(values - 1) < tolerance).mean()), 2)
    return {"count": len(values), "within": within, "spread": [tenth, median, most]}


if __name__ == "__main__":
    main()
