"""Denoising at sigma 25 of 255 on whole images: the figure by which classical and learned denoisers
are compared (CBM3D 30.7, FFDNet 31.2, DRUNet 31.7 dB on CBSD68). One evaluation, the posterior
mean."""
import torch
from tqdm import tqdm
from ..images import list_images, read_image, to_tensor
from .metrics import psnr
from ..method.operators import Identity
from .runs import Denoiser, generator
from ..method.sampler import posterior_mean

SIGMA = 25 / 127.5


@torch.no_grad()
def sigma25(net, folder, device=torch.device('cpu'), limit=None):
    """Mean PSNR in dB over a folder; results are rounded to 8 bits, as is usual for such figures.
    The noise is not clipped."""
    values = []
    for path in tqdm(list_images(folder)[:limit], 'sigma 25', leave=False, disable=None):
        image = read_image(path)
        if image is None:
            continue
        x = to_tensor(image)[None].to(device)
        op, g = (Identity(torch.full((1, 1, 1, 1), SIGMA, device=device)),
                 generator('sigma25', path.name))
        D = Denoiser(net, op, net.prior.to_axes(op.measure(x, g)), x)
        restored = net.prior.to_rgb(posterior_mean(D, x))
        restored = ((restored.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1
        values.append(psnr(restored, x).item())
    return sum(values) / len(values)
