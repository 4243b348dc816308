"""What a run leaves to look at, beside its checkpoint run.pt: run.training.csv, run.validation.csv,
run.pictures/ and, where TensorBoard is installed, run.tensorboard/. CSV files are appended to, so
that a resumed run continues its own curves."""
import csv
from pathlib import Path
import numpy as np
import torch
from PIL import Image
from ..method.gaussian import linear_estimate, posterior_deviation
from ..images import SIZE, to_pixels
from ..method.query import denoise, query
from ..method.operators import BlockMean, Grey, Identity, Mask
from ..method.sampler import from_mean, posterior_mean


class Log:
    """Rows of numbers by name, in a CSV file and in TensorBoard."""

    def __init__(self, checkpoint, tensorboard=True):
        self.stem = Path(checkpoint).with_suffix('')
        self.stem.parent.mkdir(parents=True, exist_ok=True)
        self.writer, self.note = None, ''
        if tensorboard:
            try:
                from torch.utils.tensorboard import SummaryWriter
                self.writer = SummaryWriter(f'{self.stem}.tensorboard')
            except ImportError:
                self.note = 'TensorBoard is not installed: CSV only (pip install tensorboard)'

    def path(self, kind):
        return Path(f'{self.stem}.{kind}')

    def write(self, kind, step, row):
        """kind: 'training' or 'validation'; row: {name: number}, the same names at every call."""
        path = self.path(f'{kind}.csv')
        new = not path.exists()
        with path.open('a', newline='') as file:
            out = csv.writer(file)
            if new:
                out.writerow(['seen', *row])
            out.writerow([step, *(f'{v:.6g}' for v in row.values())])
        if self.writer:
            for name, value in row.items():
                self.writer.add_scalar(f'{kind}/{name}', value, step)

    def picture(self, step, pixels):
        """pixels: uint8 [H, W, 3]."""
        folder = self.path('pictures')
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / f'{step:09}.png')
        if self.writer:
            self.writer.add_image('restorations', np.moveaxis(pixels, 2, 0), step)

    def close(self):
        if self.writer:
            self.writer.close()


def _shown(prior, y, like):
    """A measurement as an image [B, 3, H, W]."""
    if y.shape[1] == 1:
        return y.expand_as(like)
    y = prior.to_rgb(y)
    return y.repeat_interleave(like.shape[2] // y.shape[2], 2).repeat_interleave(
        like.shape[3] // y.shape[3], 3)


@torch.no_grad()
def restorations(net, x, device, query=query):
    """A sheet of restorations, uint8 [H, W, 3], with a row for each image and task: truth,
    measurement, linear estimate w0, posterior mean, two samples.

    x [B, 3, 64, 64], RGB. The same noise every time: sheets of one run differ by the weights alone.
    """
    prior = net.prior
    x, seed = prior.to_axes(x), torch.Generator().manual_seed(11)
    s = torch.full((1, 1, 1, 1), .05)
    scattered = (torch.rand(len(x), 1, SIZE, SIZE, generator=seed) > .7).float()
    box = torch.ones(1, 1, SIZE, SIZE)
    box[:, :, 20:44, 20:44] = 0
    columns = []
    for op in (Mask(scattered, s), Mask(box, s), BlockMean(4, s), Identity(6 * s),
               Grey(s)):
        y = op.measure(x, seed)
        w0 = linear_estimate(prior, op, y, x)
        noise = [torch.randn(x.shape, generator=seed) for _ in range(2)]
        deviation = [posterior_deviation(prior, op, x, seed) for _ in range(2)]

        def D(z, t):
            # Operators on the CPU, where the seed is; only the network runs on the device.
            asked = query(prior, op, z.cpu(), y, torch.full((1, 1, 1, 1), float(t) ** 2), w0)
            return denoise(net, *(t.to(device) for t in asked)).float().cpu()

        mean = posterior_mean(D, x)
        samples = [from_mean(D, mean + d, n) for d, n in zip(deviation, noise)]
        shown = [prior.to_rgb(t) for t in (x, w0, mean, *samples)]
        columns.append(torch.cat([shown[0], _shown(prior, y, x), *shown[1:]], 3))
    return to_pixels(torch.cat([row for column in columns for row in column], 1))
