"""How good restorations are. Images [N, 3, H, W] in [-1, 1], clamped first; every metric but MMD returns one number per image, [N].

The perceptual metric is HaarPSI (Reisenhofer et al. 2018) from piq: its calibration on human opinion scores is two constants in the package's
code, so nothing is downloaded at run time, where LPIPS, DISTS and FID of every package found fetch a backbone.
"""
import torch
import torch.nn.functional as F


def psnr(a, b):
    """dB, peak 2."""
    return 10 * torch.log10(4 / ((a.clamp(-1, 1) - b) ** 2).mean((1, 2, 3)).clamp_min(1e-12))


def ssim(a, b):
    """Wang et al. 2004 on [0, 1]: 11 x 11 Gaussian window of sigma 1.5, per channel, without borders."""
    a, b = (a.clamp(-1, 1) + 1) / 2, (b + 1) / 2
    w = torch.exp(-(torch.arange(11, device=a.device, dtype=a.dtype) - 5) ** 2 / (2 * 1.5 ** 2))
    w = w / w.sum()
    blur = lambda t: F.conv2d(t, (w[:, None] * w[None])[None, None].repeat(3, 1, 1, 1), groups=3)
    ma, mb = blur(a), blur(b)
    va, vb, ab = blur(a * a) - ma ** 2, blur(b * b) - mb ** 2, blur(a * b) - ma * mb
    return (((2 * ma * mb + 1e-4) * (2 * ab + 9e-4)) / ((ma ** 2 + mb ** 2 + 1e-4) * (va + vb + 9e-4))).mean((1, 2, 3))


def crps(first, second, truth):
    """Pixel CRPS of two samples on 0-255, unbiased: mean_i |x_i - x| - |x_1 - x_2| / 2, averaged over pixels. Lower is better; it rewards samples
    that are both near the truth and as far from each other as from it."""
    a, b = first.clamp(-1, 1), second.clamp(-1, 1)
    error = ((a - truth).abs() + (b - truth).abs()) / 2 - (a - b).abs() / 2
    return 127.5 * error.mean((1, 2, 3))


def haarpsi(a, b):
    """Perceptual similarity in (0, 1], 1 for equal images."""
    import piq      # only evaluation needs it
    unit = lambda t: (t.clamp(-1, 1) + 1) / 2
    return piq.haarpsi(unit(a), unit(b), reduction='none')


PATCH = 8
BANDWIDTHS = (.25, .5, 1, 2, 4)     # times the median distance of true patches
PATCHES = 4096                      # at most, of each side


def patches(x):
    """Disjoint 8 x 8 patches as vectors [n, 192], at most PATCHES of them, evenly taken from all images."""
    p = F.unfold(x.clamp(-1, 1), PATCH, stride=PATCH).transpose(1, 2).reshape(-1, 3 * PATCH ** 2)
    return p[torch.linspace(0, len(p) - 1, min(len(p), PATCHES)).round().long()]


def mmd(restored, truth):
    """(MMD^2, its standard error) between the 8 x 8 patches of restorations and of other images' truths: do restorations look like photos?

    Unbiased; kernel: mean of Gaussians at BANDWIDTHS times the median distance of true patches. The restorations of the first half of the images
    are compared with the truths of the second half and the other way round, so that no restoration meets its own truth; the error is by a
    jackknife over up to 8 groups of images. A number without unit; 0 in expectation where distributions are the same, and comparable only on
    the same images.
    """
    half = len(truth) // 2
    if half < 1:
        return float('nan'), float('nan')
    t = patches(truth)
    median = torch.pdist(t[torch.linspace(0, len(t) - 1, min(len(t), 512)).round().long()]).median()

    def estimate(keep):
        pairs = ((restored[:half][keep[:half]], truth[half:2 * half][keep[half:]]), (restored[half:2 * half][keep[half:]], truth[:half][keep[:half]]))
        return sum(_mmd2(patches(a), patches(b), median) for a, b in pairs) / 2
    everything = torch.ones(2 * half, dtype=torch.bool)
    groups = min(8, half)
    if groups < 2:
        return estimate(everything), float('nan')
    group = torch.arange(2 * half) % half % groups
    left_out = torch.tensor([estimate(group != g) for g in range(groups)], dtype=torch.float64)
    error = ((groups - 1) / groups * ((left_out - left_out.mean()) ** 2).sum()) ** .5
    return estimate(everything), error.item()


def _mmd2(a, b, median):
    def kernel(p, q):
        d2 = torch.cdist(p, q) ** 2
        return sum(torch.exp(-d2 / (2 * (s * median) ** 2)) for s in BANDWIDTHS) / len(BANDWIDTHS)
    within = lambda p: ((kernel(p, p).sum() - len(p)) / (len(p) * (len(p) - 1))).item()
    return within(a) + within(b) - 2 * kernel(a, b).mean().item()
