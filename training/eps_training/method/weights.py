"""Files of weights: safetensors whose metadata names the architecture, which the Rust loader
checks, and the prior that they were trained with; and a run's checkpoint."""
from dataclasses import asdict
import hashlib
import json
from pathlib import Path
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from .network import UNet
from .prior import V1, Prior
from .eight_bit import dequantised

ARCHITECTURES = {'v1': 'photo-v1', 'v2': 'photo-v2'}       # by the prior's name


def describe(prior, bottom):
    """What a file says of its network, as JSON: `network_of` reads it."""
    return json.dumps(dict(prior=asdict(prior), bottom=bottom))


def network_of(description):
    """The network, untrained, of a description. Files of photo-v1 have none."""
    if not description:
        return UNet(V1)
    stated = json.loads(description)
    freeze = lambda v: tuple(map(freeze, v)) if isinstance(v, list) else v
    return UNet(Prior(**{k: freeze(v) for k, v in stated['prior'].items()}), stated['bottom'])


def architecture(description):
    """The architecture that the Rust loader knows the network of a description by."""
    return ARCHITECTURES[json.loads(description)['prior']['name'] if description else 'v1']


def same_network(description, net):
    other = network_of(description)
    shapes = lambda n: {k: v.shape for k, v in n.state_dict().items()}
    return other.prior == net.prior and shapes(other) == shapes(net)


def _metadata(path):
    with safe_open(path, 'pt') as file:
        metadata = file.metadata() or {}
    named = metadata.get('architecture')
    if named not in ARCHITECTURES.values():
        known = ' and '.join(ARCHITECTURES.values())
        raise SystemExit(f'{path} holds the architecture {named!r}; this package knows {known}')
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


def save_weights(state, path, description=None, dtype=torch.float16, **metadata):
    """Writes weights with metadata; returns the file's SHA-256. Floats become dtype, which must be
    able to hold them; integers (`eight_bit.py`) stay as they are."""
    state = {k: v.detach().cpu() for k, v in state.items()}
    small = {k: (v.to(dtype) if v.is_floating_point() else v).contiguous()
             for k, v in state.items()}
    broken = [k for k, v in small.items() if not v.isfinite().all()]
    if broken:
        raise ValueError(f'not finite in {str(dtype).removeprefix("torch.")}: {", ".join(broken)}')
    stated = dict(architecture=architecture(description), **metadata)
    if description:
        stated['network'] = description
    else:
        stated['sigma_data'] = '0.5'
    save_file(small, path, metadata={k: str(v) for k, v in stated.items()})
    return sha256(path)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
