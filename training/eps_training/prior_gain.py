"""What the prior alone is worth: python -m eps_training.prior_gain --val DIR [--crops 55]

PSNR in dB of the Gaussian posterior's mean g, without any network: 64×64 crops of
photos reduced by 2, x_t at tau, seven measurements. Also the root mean square of (x - g)/sqrt(q) on
each axis: 1 where the prior is calibrated. Holes are scored on their own pixels.
"""
import argparse
import math
import torch
from PIL import Image
from .images import SIZE, list_images, read_image, to_tensor
from .method.gaussian import linear_estimate
from .method.operators import BlockMean, CircularConvolution, Grey, Identity, Mask, Nothing
from .method.prior import V2
from .training.problems.blurs import gaussian


def crops(paths, count):
    """Middles of photos at half their size, or at 64 pixels where that is more: [N, 3, 64, 64]."""
    out = []
    for path in paths:
        image = read_image(path)
        if image is None or min(image.size) < SIZE or len(out) == count:
            continue
        scale = max(SIZE / min(image.size), .5)
        image = image.resize([max(SIZE, round(side * scale)) for side in image.size], Image.LANCZOS)
        left, top = ((side - SIZE) // 2 for side in image.size)
        out.append(to_tensor(image.crop((left, top, left + SIZE, top + SIZE))))
    return torch.stack(out)


def operators(seed):
    """{name: (operator, tau, the pixels that are scored)}."""
    T = lambda v: torch.full((1, 1, 1, 1), v)
    everywhere = torch.ones(1, 1, SIZE, SIZE)
    scattered = (torch.rand(1, 1, SIZE, SIZE, generator=seed) > .7).float()
    box = everywhere.clone()
    box[:, :, 16:48, 16:48] = 0
    blur = CircularConvolution(gaussian(T(1.5), SIZE), T(.05))
    return {'nothing': (Nothing(), .1, everywhere),
            'denoise 0.2': (Identity(T(.2)), .1, everywhere),
            'block mean 4': (BlockMean(4, T(.05)), .1, everywhere),
            'blur 1.5': (blur, .1, everywhere),
            'random mask': (Mask(scattered, T(.05)), .3, 1 - scattered),
            'box': (Mask(box, T(.05)), .3, 1 - box),
            'grey': (Grey(T(.05)), .3, everywhere)}


def row(prior, rgb, op, tau, region, seed):
    """(dB of g, calibration on each axis)."""
    x, noise = prior.to_axes(rgb), torch.randn(rgb.shape, generator=seed)
    y = op.measure(x, seed)
    t2 = torch.full((1, 1, 1, 1), tau ** 2)
    g, q = op.posterior(prior, x + tau * prior.to_axes(noise), y, t2,
                        linear_estimate(prior, op, y, x))
    share = region.mean()
    error = ((prior.to_rgb(g).clamp(-1, 1) - rgb) ** 2 * region).mean() / share
    calibration = (((x - g) ** 2 / q * region).mean((0, 2, 3)) / share).sqrt()
    return 10 * math.log10(4 / error), calibration.tolist()


def main(argv=None):
    p = argparse.ArgumentParser(prog='eps_training.prior_gain', description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--val', nargs='+', required=True, metavar='DIR')
    p.add_argument('--crops', type=int, default=55)
    args = p.parse_args(argv)
    rgb = crops(list_images(*args.val)[::4], args.crops)
    print(f'{len(rgb)} crops; PSNR of g in dB, rms of (x - g)/sqrt(q) by axis\n')
    print('| measurement | tau | g | calibration |\n|' + ' --- |' * 4)
    for name, (op, tau, region) in operators(torch.Generator().manual_seed(0)).items():
        psnr, calibration = row(V2, rgb, op, tau, region, torch.Generator().manual_seed(0))
        each = ' / '.join(f'{c:.2f}' for c in calibration)
        print(f'| {name} | {tau} | {psnr:.2f} | {each} |')


if __name__ == '__main__':
    main()
