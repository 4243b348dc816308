"""Weights in eight bits: W[o] ~ n[o] scale[o] for each output channel o, n in -127..127.

A file holds n under the tensor's own name and the scales, f16, under `NAME.scale`. Tensors of few
values stay in f16: they are a hundredth of the bytes.
"""
import torch

LEAST_VALUES = 4096
LEVELS = 127
SUFFIX = '.scale'
# A smaller scale clips the largest weights of a channel and rounds the others more finely.
SHARES = torch.linspace(.7, 1, 31)


def is_large(values):
    return values.dim() > 1 and values.numel() >= LEAST_VALUES


def quantised(state):
    """A state dict with the large tensors in eight bits, and their scales."""
    out = {}
    for name, values in state.items():
        if is_large(values):
            out[name], out[name + SUFFIX] = rounded(values)
        else:
            out[name] = values
    return out


def rounded(values):
    """(n, scale) of the least squared error of each output channel, the first dimension."""
    rows = values.flatten(1).double()
    largest = rows.abs().amax(1, keepdim=True).clamp_min(1e-12)
    best = torch.full_like(largest, float('inf'))
    scale = torch.zeros_like(largest)
    for share in SHARES:
        tried = (largest * share / LEVELS).half().double().clamp_min(2 ** -24)
        error = (_integers(rows, tried) * tried - rows).square().sum(1, keepdim=True)
        scale = torch.where(error < best, tried, scale)
        best = torch.minimum(error, best)
    return _integers(rows, scale).to(torch.int8).view_as(values), scale[:, 0].float()


def _integers(rows, scale):
    return (rows / scale).round().clamp(-LEVELS, LEVELS)


def dequantised(state):
    """The state dict in floats."""
    scales = {name[:-len(SUFFIX)]: v for name, v in state.items() if name.endswith(SUFFIX)}
    out = {}
    for name, values in state.items():
        if name in scales:
            shape = (-1,) + (1,) * (values.dim() - 1)
            out[name] = values.float() * scales[name].float().view(shape)
        elif not name.endswith(SUFFIX):
            out[name] = values
    return out
