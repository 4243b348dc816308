"""A checkpoint into a release:

    python -m eps_training.export run.pt FOLDER [--val DIR] [--onnx SIDE…] [--data-summary TEXT]

Writes photo-v2.safetensors (f16, from the moving average; metadata: architecture, samples seen,
data, commit) and golden-network-v2.safetensors (its outputs on golden-operators-v2.safetensors,
which is the same for every set of weights and is copied); prints SHA-256 and, with --val, the model
card's figures. `eps_training.eight_bit` makes the file of half the size from it. --onnx 64 256: the
network F alone, for benchmarks in other runtimes, a file for each side of its square images.

--raw: nothing but the checkpoint's raw weights, raw.safetensors (f16), from which `train --init`
continues a stable phase.
"""
import argparse
import json
from pathlib import Path
import shutil
import subprocess
import torch
from safetensors.torch import load_file, save_file
from .release.figures import reference, table
from .release import golden
from .images import centre_crops, list_images
from .method.weights import ARCHITECTURE, is_released, load_network, read, save_weights
from .training.snapshots import save_raw

MODELS = Path(__file__).parents[2] / 'models'
OPERATORS = 'golden-operators-v2.safetensors'


def commit():
    """The commit of this code, with '+' where the work tree differs; 'unknown' outside git."""
    run = lambda *a: subprocess.run(['git', *a], cwd=Path(__file__).parent, capture_output=True,
                                    text=True, check=True).stdout.strip()
    try:
        return run('rev-parse', 'HEAD') + (
            '+' if run('status', '--porcelain', '--untracked-files=no') else '')
    except (OSError, subprocess.CalledProcessError):
        return 'unknown'


def export_onnx(net, path, side=64):
    """F(w, g, m, coarse) as ONNX for any batch and square images of `side` pixels:
    [B, 3, S, S] x 2, [B, 8, S, S], [B, 3, S, S] -> [B, 3, S, S]."""
    inputs = tuple(torch.randn(2, c, side, side) for c in (3, 3, 8, 3))
    batch = torch.export.Dim('batch', min=1, max=64)
    torch.onnx.export(net, inputs, str(path), input_names=['w', 'g', 'm', 'coarse'],
                      output_names=['F'], dynamic_shapes=[{0: batch}] * 4, dynamo=True,
                      external_data=False, verbose=False)


def export_raw(checkpoint, folder):
    """A checkpoint's raw weights as one f16 file."""
    if is_released(checkpoint):
        raise SystemExit(f'{checkpoint} holds one set of weights: --raw takes a checkpoint')
    state, description, seen = read(checkpoint, 'net')
    path = folder / 'raw.safetensors'
    digest = save_raw(state, path, description, seen, commit=commit())
    print(f'{path}: {seen:,} samples seen\nbytes {path.stat().st_size}, SHA-256 {digest}')


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.export', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('checkpoint', help='run.pt, or a .safetensors file')
    p.add_argument('folder')
    p.add_argument('--raw', action='store_true', help='nothing but the raw weights')
    p.add_argument('--val', nargs='+', metavar='DIR', help='held-out images for the figures')
    p.add_argument('--crops', type=int, default=64)
    p.add_argument('--reference', metavar='DIR',
                   help='64×64 crops; writes figures.json, which the crate is held to on them')
    p.add_argument('--seen-before', type=int,
                   help='samples seen by the weights that the run started from, '
                   'where the checkpoint does not know them')
    p.add_argument('--data-summary', default='see the model card')
    p.add_argument('--golden', default=MODELS, metavar='DIR',
                   help='of golden-operators-v2.safetensors')
    p.add_argument('--onnx', nargs='+', type=int, default=[], metavar='SIDE',
                   help='write photo-v2-SIDE.onnx; sides are multiples of 8')
    args = p.parse_args(argv)
    folder = Path(args.folder)
    folder.mkdir(parents=True, exist_ok=True)
    if args.raw:
        export_raw(args.checkpoint, folder)
        return
    state, description, seen = read(args.checkpoint)
    seen = (seen or 0) + (args.seen_before or 0)
    print(f'{sum(v.numel() for v in state.values()):,} parameters, {seen:,} samples seen')
    path = folder / f'{ARCHITECTURE}.safetensors'
    digest = save_weights(state, path, description, samples_seen=seen, data=args.data_summary,
                          licence='MIT OR Apache-2.0', commit=commit())
    print(f'{path}: {path.stat().st_size} bytes, SHA-256 {digest}')
    net = load_network(path)        # from the file: all that follows is about the f16 weights
    operators, outputs = Path(args.golden) / OPERATORS, folder / 'golden-network-v2.safetensors'
    save_file(golden.network_vectors(net, load_file(operators)), outputs)
    if operators.resolve().parent != folder.resolve():
        shutil.copy(operators, folder)
    print(outputs)
    for side in args.onnx:
        export_onnx(net, folder / f'{ARCHITECTURE}-{side}.onnx', side)
        print(f'{folder}/{ARCHITECTURE}-{side}.onnx')
    if args.reference:
        crops = centre_crops(list_images(args.reference))
        (folder / 'figures.json').write_text(json.dumps(reference(net, crops), indent=1) + '\n')
        print(f'{folder}/figures.json, from {len(crops)} crops')
    if args.val:
        truth = centre_crops(list_images(*args.val), count=args.crops)
        print(f'\n{len(truth)} images, PSNR in dB / SSIM\n\n{table(net, truth)}')


if __name__ == '__main__':
    main()
