"""Where to compute, and in which precision: the network in bf16 where the device multiplies bf16
natively, everything else in f32."""
from pathlib import Path
import numpy as np
import torch


def cpu_has_bf16(cpuinfo='/proc/cpuinfo'):
    """Whether the processor multiplies bf16 natively (AVX512-BF16 or AMX). Emulated, bf16 is a
    hundred times slower than f32."""
    try:
        text = Path(cpuinfo).read_text()
    except OSError:
        return False
    return any(flag in text for flag in ('avx512_bf16', 'amx_bf16'))


def choose(device=None, f32=False):
    """(device, whether to autocast to bf16, one line that says so). device: 'cpu', 'cuda',
    'cuda:1'…, None for the best there is."""
    device = torch.device(device or ('cuda' if torch.cuda.is_available() else 'cpu'))
    # On a GPU, convolutions of f32 would by default be rounded to 10 bits.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True       # the fastest algorithm for each of a few shapes
    if f32:
        return device, False, f'{device}, f32 as asked'
    if device.type == 'cpu':
        fast = cpu_has_bf16()
        return device, fast, f'{device}, ' + (
            'bf16 (AVX512-BF16 or AMX)' if fast else 'f32: this processor has no bf16 arithmetic')
    fast = torch.cuda.is_bf16_supported(including_emulation=False)
    return device, fast, f'{torch.cuda.get_device_name(device)}, ' + (
        'bf16' if fast else 'f32: this GPU has no bf16 arithmetic')


def add_options(parser):
    """--bf16, --threads and --device, of the commands that judge a network."""
    parser.add_argument('--bf16', action='store_true',
                        help='the network compiled and in bf16: faster where the processor has it')
    parser.add_argument('--threads', type=int)
    parser.add_argument('--device')


def begin(args):
    """The device of those options, once the threads are set; everything but the network in f32."""
    if args.threads:
        torch.set_num_threads(args.threads)
    return choose(args.device, f32=True)[0]


def upload(array, device):
    """A NumPy array (or a number) as a tensor on the device. On a GPU the copy joins the queue: a
    plain copy would block until all work queued before it is done."""
    t = torch.from_numpy(np.ascontiguousarray(array))
    return (t.pin_memory().to(device, non_blocking=True) if torch.device(device).type == 'cuda' else
            t.to(device))


def autocast(device, enabled):
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


def in_bf16(net, device):
    """The same network compiled, with its products in bf16: on a core with AMX a call on 16 images
    of 64×64 takes 84 ms instead of 480 ms in f32, and the result differs by 0.7 % of F. Each shape
    is compiled separately."""
    compiled = torch.compile(net, dynamic=False)

    def call(*asked):
        with autocast(device, True):
            return compiled(*asked)
    call.prior, call.multiple = net.prior, net.multiple
    return call
