"""Files of weights: safetensors whose metadata names the architecture, which the Rust loader
checks, and the prior that they were trained with; and a run's checkpoint."""
from dataclasses import asdict, fields
import hashlib
import json
from pathlib import Path
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from .network import UNet
from .prior import OPPONENT, Prior
from .eight_bit import dequantised

ARCHITECTURE = 'photo-v2'      # what the Rust loader knows these networks by


def describe(prior, bottom):
    """What a file says of its network, as JSON: `network_of` reads it."""
    return json.dumps(dict(prior=dict(asdict(prior), axes=OPPONENT), bottom=bottom))


def network_of(description):
    """The network, untrained, of a description."""
    stated = json.loads(description or '{}')
    prior, freeze = stated.get('prior', {}), lambda v: tuple(v) if isinstance(v, list) else v
    if prior.get('axes') != [list(row) for row in OPPONENT]:
        raise SystemExit(f'a network on the colour axes {prior.get("axes")}; '
                         'this package knows opponent axes')
    known = {field.name for field in fields(Prior)}
    return UNet(Prior(**{k: freeze(v) for k, v in prior.items() if k in known}), stated['bottom'])


def same_network(description, net):
    other = network_of(description)
    shapes = lambda n: {k: v.shape for k, v in n.state_dict().items()}
    return other.prior == net.prior and shapes(other) == shapes(net)


def _metadata(path):
    with safe_open(path, 'pt') as file:
        metadata = file.metadata() or {}
    named = metadata.get('architecture')
    if named != ARCHITECTURE:
        raise SystemExit(f'{path} holds the architecture {named!r}; '
                         f'this package knows {ARCHITECTURE}')
    return metadata


def provenance(path):
    """A released file's metadata but for its network's: samples seen, data, licence, commit."""
    return {k: v for k, v in _metadata(path).items()
            if k not in ('architecture', 'network', 'sigma_data')}


def is_released(path):
    return str(path).endswith('.safetensors')


def read(path, of='ema'):
    """(f32 state dict, description, samples seen or None) of a .safetensors file or of a training
    checkpoint: its moving average, or its raw weights (of='net'). The samples include those of the
    weights that a run started from."""
    if is_released(path):
        metadata, state = _metadata(path), dequantised(load_file(path))
        seen = metadata.get('samples_seen')
        description, seen = metadata.get('network'), None if seen is None else int(seen)
    else:
        checkpoint = torch.load(path, map_location='cpu', weights_only=True)
        state, description = checkpoint[of], checkpoint.get('network')
        seen = checkpoint['seen'] + checkpoint.get('seen_before', 0)
    return {k: v.float() for k, v in state.items()}, description, seen


def samples_seen(path):
    return read(path)[2]


def load_network(path, device='cpu'):
    """The network of a file in evaluation mode, in f32."""
    state, description, _ = read(path)
    net = network_of(description)
    net.load_state_dict(state)
    return net.to(device).eval().requires_grad_(False)


def save_weights(state, path, description, dtype=torch.float16, architecture=ARCHITECTURE,
                 **metadata):
    """Writes weights with metadata; returns the file's SHA-256. Floats become dtype, which must be
    able to hold them; integers (`eight_bit.py`) stay as they are."""
    state = {k: v.detach().cpu() for k, v in state.items()}
    small = {k: (v.to(dtype) if v.is_floating_point() else v).contiguous()
             for k, v in state.items()}
    broken = [k for k, v in small.items() if not v.isfinite().all()]
    if broken:
        raise ValueError(f'not finite in {str(dtype).removeprefix("torch.")}: {", ".join(broken)}')
    stated = dict(architecture=architecture, network=description, **metadata)
    save_file(small, path, metadata={k: str(v) for k, v in stated.items() if v is not None})
    return sha256(path)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
