"""The second moments of the inputs of a network's layers, over training problems of every family:
what rounding to eight bits is allowed to lose (`method/eight_bit.py`)."""
from functools import partial
import torch
import torch.nn.functional as F
from ..method.eight_bit import is_large
from ..method.query import denoise

CROPS = 16              # a call of the network
POSITIONS = 32          # of each crop, in each layer, at random
# tau of a call's first crops: the mean by one evaluation, and the two that refine it. The others
# have the noise levels of training.
QUERIED = (80.,) * 6 + (.1,) * 4
# Of a weight, so that a few crops that hardly differ from their means do not decide alone.
MOST = 100.


class Moments:
    """sums: {layer: the sum of w [x 1]ᵀ [x 1]}, x the layer's input under the kernel at a position
    and w the weight there."""

    def __init__(self, net):
        self.sums, self._shown = {}, []
        for name, layer in net.named_modules():
            if isinstance(layer, torch.nn.Conv2d) and is_large(layer.weight):
                layer.register_forward_hook(partial(self._see, name))

    def _see(self, name, layer, inputs, output):
        height, width = output.shape[2:]
        chosen = torch.rand(len(output), height * width).topk(min(POSITIONS, height * width))[1]
        rows = under_kernel(layer, inputs[0], chosen // width, chosen % width)
        self._shown.append((name, width, chosen, F.pad(rows, (0, 1), value=1.)))

    def add(self, weight):
        """Adds what was seen since the last time; weight: [B, 1, H, W] for the network's output."""
        for name, width, chosen, rows in self._shown:
            pooled = F.avg_pool2d(weight, weight.shape[-1] // width).flatten(1)
            rows = (rows * pooled.gather(1, chosen)[..., None].sqrt()).flatten(0, 1)
            zero = torch.zeros(rows.shape[-1], rows.shape[-1], dtype=torch.float64)
            self.sums.setdefault(name, zero).add_(rows.T @ rows)
        self._shown.clear()


def under_kernel(layer, x, row, column):
    """What a convolution multiplies by its weights for its outputs at (row, column), [B, P] each:
    [B, P, inputs of an output], in the weights' order."""
    x = F.pad(x, 2 * layer.padding[1:] + 2 * layer.padding[:1])
    first = lambda at, axis: (at * layer.stride[axis])[..., None, None]
    i = first(row, 0) + torch.arange(layer.kernel_size[0])[:, None]
    j = first(column, 1) + torch.arange(layer.kernel_size[1])
    image = torch.arange(len(x))[:, None, None, None]
    return x[image, :, i, j].permute(0, 1, 4, 2, 3).flatten(2)


@torch.no_grad()
def collect(net, problems, crops, batches):
    """{layer: moments}, up to a factor, over `batches` calls for each family of problems. A
    position's weight is q over the squared error of its image: so much does a small error of the
    network's output there change the PSNR."""
    moments, prior, draws = Moments(net), problems.prior, problems.draws
    for _ in range(batches):
        for family in problems.names:
            x = prior.to_axes(crops.draw(CROPS, draws.rng))
            tau = draws.noise_levels(CROPS)
            tau[:len(QUERIED)] = torch.tensor(QUERIED).reshape(-1, 1, 1, 1)
            asked = problems.ask(family, x, tau)
            squared_error = (denoise(net, *asked) - x).square().mean((1, 2, 3), keepdim=True)
            share = (asked[-1] / squared_error).expand_as(x).mean(1, keepdim=True)
            moments.add(share.clamp(max=MOST))
    return moments.sums
