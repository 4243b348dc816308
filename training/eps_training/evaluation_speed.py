"""Milliseconds of an evaluation of F in PyTorch, to hold the crate's kernels against:

    python -m eps_training.evaluation_speed --out torch.json [--sides 64 256] [--device cpu]

Eager and compiled, in f32 (without TF32) and in bf16 where the device multiplies it, on one image.
The weights are random: they do not matter for the time.
"""
import argparse
import json
from pathlib import Path
import time
import torch
from .device import autocast, choose
from .method.network import UNet
from .method.prior import V2

LONG_ENOUGH = .1        # seconds of calls in a row between two looks at the clock
MEASUREMENTS = 5        # of which the fastest counts


def synchronise(device):
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


def milliseconds(evaluate, device):
    """Of one call among many, after two that compile and choose algorithms."""
    def measured(count):
        synchronise(device)
        begin = time.perf_counter()
        for _ in range(count):
            evaluate()
        synchronise(device)
        return (time.perf_counter() - begin) / count

    evaluate()
    evaluate()
    count = max(1, int(LONG_ENOUGH / measured(1)))
    return 1e3 * min(measured(count) for _ in range(MEASUREMENTS))


def timed(sides, device, with_bf16):
    """[{torch, precision, side, milliseconds}]"""
    net = UNet(V2).to(device).eval().to(memory_format=torch.channels_last)
    nets = dict(eager=net, compiled=torch.compile(net, dynamic=False))
    rows = []
    for side in sides:
        inputs = [torch.full((1, channels, side, side), .1, device=device)
                  for channels in (3, 3, 8, 3)]
        for name, called in nets.items():
            for bf16 in [False, True][:1 + with_bf16]:
                with torch.inference_mode(), autocast(device, bf16):
                    rows.append(dict(torch=name, precision='bf16' if bf16 else 'f32', side=side,
                                     milliseconds=milliseconds(lambda: called(*inputs), device)))
    return rows


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.evaluation_speed', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--sides', type=int, nargs='+', default=[64, 256])
    p.add_argument('--device')
    p.add_argument('--out', type=Path, required=True)
    args = p.parse_args(argv)
    torch.backends.cuda.matmul.allow_tf32 = False
    device, bf16, _ = choose(args.device)
    args.out.write_text(json.dumps(timed(args.sides, device, bf16), indent=2) + '\n')


if __name__ == '__main__':
    main()
