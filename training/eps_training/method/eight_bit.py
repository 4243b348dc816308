"""Weights in eight bits: W[o] ~ n[o] scale[o] for each output channel o, n in -127..127.

A file holds n under the tensor's own name and the scales, f16, under `NAME.scale`. Tensors of few
values stay in f16: they are a hundredth of the bytes.

A layer's integers are rounded for its inputs x, given by their moments H = E[x xᵀ]: one column of W
after another, and each column's error is made up for by the columns that are still to come (GPTQ,
Frantar et al. 2023), which keeps the error of the layer's output, tr(dW H dWᵀ), small. The last
input is the constant 1, so that the bias, which is not rounded, takes what is left of the mean.
"""
import torch

LEAST_VALUES = 4096
LEVELS = 127
SUFFIX = '.scale'
# A smaller scale clips the largest weights of a channel and rounds the others more finely.
SHARES = torch.linspace(.7, 1, 31)
# Added to the diagonal of H, relative to its mean: inputs that hardly occurred stay as they are.
DAMPING = .01
COLUMNS = 64            # whose errors are passed on to the rest of the matrix together


def is_large(values):
    return values.dim() > 1 and values.numel() >= LEAST_VALUES


def quantised(state, moments):
    """A state dict with the large weights in eight bits, their scales, and the biases that belong
    to them. moments: {layer: H} of every layer whose weight is large."""
    out = dict(state)
    for layer, H in moments.items():
        weight, bias = f'{layer}.weight', f'{layer}.bias'
        out[weight], out[weight + SUFFIX], out[bias] = rounded(state[weight], state[bias], H)
    left = [name for name in state if is_large(state[name]) and name + SUFFIX not in out]
    if left:
        raise ValueError(f'no moments of the inputs of {", ".join(left)}')
    return out


def rounded(weight, bias, H):
    """(n, scale, bias) of a layer of `weight` [O, ...], whose inputs, and 1 after them, have the
    moments H [N + 1, N + 1]."""
    rows = weight.flatten(1).double()
    scale, count = scales(rows), rows.shape[1]
    rest, integers = torch.cat([rows, bias.double()[:, None]], 1), torch.zeros_like(rows)
    U = passed_on(H.double())
    for start in range(0, count, COLUMNS):
        end = min(start + COLUMNS, count)
        errors = torch.zeros_like(rows[:, start:end])
        for i in range(start, end):
            integers[:, i] = _integers(rest[:, i], scale)
            errors[:, i - start] = (rest[:, i] - integers[:, i] * scale) / U[i, i]
            rest[:, i:end] -= errors[:, i - start, None] * U[i, i:end]
        rest[:, end:] -= errors @ U[start:end, end:]
    return integers.to(torch.int8).view_as(weight), scale.float(), rest[:, -1].float()


def passed_on(H):
    """U, upper triangular, with Uᵀ U the inverse of H, damped: an error e of column i is made up
    for by subtracting e U[i, j] / U[i, i] from each later column j."""
    damping = torch.full((len(H),), DAMPING * H.diagonal()[:-1].mean().item(), dtype=H.dtype)
    damping[-1] = 0
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(H + damping.diag()))
    return torch.linalg.cholesky(inverse, upper=True)


def scales(rows):
    """The scale of each row that leaves the least squared error when each value is rounded by
    itself, as f16 has it."""
    largest = rows.abs().amax(1).clamp_min(1e-12)
    best = torch.full_like(largest, float('inf'))
    scale = torch.zeros_like(largest)
    for share in SHARES:
        tried = (largest * share / LEVELS).half().double().clamp_min(2 ** -24)
        error = (_integers(rows, tried[:, None]) * tried[:, None] - rows).square().sum(1)
        scale = torch.where(error < best, tried, scale)
        best = torch.minimum(error, best)
    return scale


def _integers(values, scale):
    return (values / scale).round().clamp(-LEVELS, LEVELS)


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
