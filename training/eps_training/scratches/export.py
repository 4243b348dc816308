"""A checkpoint into a release:

    python -m eps_training.scratches.export run.pt ../models/scratches-v1.safetensors --data DIR…

Writes the moving average in eight bits, rounded for the inputs that damaged crops of --data give
the layers (`method/eight_bit.py`), as `ScratchFinder` of the Rust crate reads it. Prints the file's
size and SHA-256.
"""
import argparse
from pathlib import Path
import numpy as np
import torch
from ..export import commit
from ..images import Crops, list_images
from ..method.eight_bit import quantised
from ..method.weights import save_weights
from ..release.moments import Moments
from .train import BATCH, SCALES, SIDE, draw, logits, network

ARCHITECTURE = 'scratches-v1'
IMAGES, BATCHES = 400, 12


@torch.no_grad()
def moments_of(state, crops):
    """The moments of the inputs of the network's large layers."""
    net, rng = network(), np.random.default_rng(0)
    net.load_state_dict(state)
    moments, everywhere = Moments(net), torch.ones(BATCH, 1, SIDE, SIDE)
    for _ in range(BATCHES):
        logits(net, draw(crops, rng)[0])
        moments.add(everywhere)
    return moments.sums


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.scratches.export', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('checkpoint')
    p.add_argument('out')
    p.add_argument('--data', nargs='+', required=True, metavar='DIR')
    args = p.parse_args(argv)
    torch.manual_seed(0)
    kept = torch.load(args.checkpoint, map_location='cpu', weights_only=True)
    paths = list_images(*args.data)
    chosen = np.random.default_rng(0).permutation(len(paths))[:IMAGES]
    crops = Crops([paths[i] for i in chosen], scales=SCALES)
    digest = save_weights(quantised(kept['ema'], moments_of(kept['ema'], crops)), args.out, None,
                          architecture=ARCHITECTURE, samples_seen=BATCH * kept['steps'],
                          licence='MIT OR Apache-2.0', commit=commit())
    print(f'{args.out}: {Path(args.out).stat().st_size} bytes, SHA-256 {digest}')


if __name__ == '__main__':
    main()
