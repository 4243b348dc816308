"""Released weights: a safetensors file of f16 tensors whose metadata names the architecture, which the Rust loader checks."""
import hashlib
from pathlib import Path
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from .network import PhotoV1

ARCHITECTURE = 'photo-v1'


def read_state(path):
    """f32 state dict of a .safetensors file, or of a training checkpoint's moving average."""
    if str(path).endswith('.safetensors'):
        with safe_open(path, 'pt') as file:
            named = (file.metadata() or {}).get('architecture')
        if named != ARCHITECTURE:
            raise SystemExit(f'{path} holds the architecture {named!r}; this package trains {ARCHITECTURE!r}')
        state = load_file(path)
    else:
        state = torch.load(path, map_location='cpu', weights_only=True)['ema']
    return {k: v.float() for k, v in state.items()}


def samples_seen(path):
    """Training crops seen by these weights, those of the weights they started from included; None where the file does not say."""
    if str(path).endswith('.safetensors'):
        with safe_open(path, 'pt') as file:
            seen = (file.metadata() or {}).get('samples_seen')
        return None if seen is None else int(seen)
    checkpoint = torch.load(path, map_location='cpu', weights_only=True)
    return checkpoint['seen'] + checkpoint.get('seen_before', 0)


def load_network(path, device='cpu'):
    """PhotoV1 in evaluation mode, in f32."""
    net = PhotoV1()
    net.load_state_dict(read_state(path))
    return net.to(device).eval().requires_grad_(False)


def save_weights(state, path, **metadata):
    """Writes f16 weights with metadata; returns the file's SHA-256. Refuses values that f16 cannot hold."""
    halves = {k: v.detach().cpu().half().contiguous() for k, v in state.items()}
    broken = [k for k, v in halves.items() if not v.isfinite().all()]
    if broken:
        raise ValueError(f'not finite in f16: {", ".join(broken)}')
    save_file(halves, path, metadata={'architecture': ARCHITECTURE, 'sigma_data': '0.5', **{k: str(v) for k, v in metadata.items()}})
    return sha256(path)


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
