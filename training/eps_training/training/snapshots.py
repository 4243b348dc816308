"""Weights of a run that may be cut off: of run.pt, run.raw.safetensors (from which a stable phase
goes on, `train --init`; a cool-down has none) and run.average.safetensors (its moving average), in
f16, each at most LARGEST bytes, written at a fixed interval. A file that is there is whole."""
import os
from pathlib import Path
from safetensors import safe_open
from ..method.weights import describe, is_released, save_weights

LARGEST = 15_000_000    # bytes of a file
RAW = 'raw'             # what the metadata of raw weights says in `weights`


def save_raw(state, path, description, seen, **metadata):
    """Raw weights as one f16 file; refuses values that f16 cannot hold. Returns its SHA-256."""
    return save_weights(state, path, description, samples_seen=seen, weights=RAW, **metadata)


def is_raw(path):
    if not is_released(path):
        return False
    with safe_open(path, 'pt') as file:
        return (file.metadata() or {}).get('weights') == RAW


class Snapshots:
    """Of one trainer, by its budget's clock in minutes; seconds 0: none."""

    def __init__(self, trainer, seconds):
        self.trainer, self.seconds = trainer, seconds
        checkpoint = Path(trainer.settings.checkpoint)
        self.folder = Path(trainer.settings.snapshots_in or checkpoint.parent)
        self.name = checkpoint.stem
        self.written = trainer.progress()[1]
        size = 2 * sum(p.numel() for p in trainer.net.parameters())
        if seconds and size > LARGEST:
            raise SystemExit(f'--snapshots are files of at most {LARGEST / 1e6:.0f} MB; these '
                             f'weights take {size / 1e6:.1f}')

    def due(self, minutes):
        return bool(self.seconds) and 60 * (minutes - self.written) >= self.seconds

    def write(self, minutes):
        """By process 0; the state must have been found finite."""
        t, self.written = self.trainer, minutes
        if t.rank:
            return
        description = describe(t.prior, t.settings.bottom)
        seen = t.seen + t.seen_before
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = [self.folder / f'{self.name}.{kind}.safetensors' for kind in ('average', 'raw')]
        save_weights(t.ema.state_dict(), f'{paths[0]}.new', description, samples_seen=seen)
        if t.settings.schedule == 'cool':
            paths = paths[:1]
        else:
            save_raw(t.net.state_dict(), f'{paths[1]}.new', description, seen)
        for path in paths:
            os.replace(f'{path}.new', path)
