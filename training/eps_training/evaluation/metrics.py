"""How good restorations are. Images [N, 3, H, W] in [-1, 1], clamped first; every metric except MMD
returns one number per image, [N].

The perceptual metric is HaarPSI (Reisenhofer et al. 2018) from piq: its calibration on human
opinion scores is two constants in the package's code, so nothing is downloaded at run time. LPIPS,
DISTS and FID fetch a backbone in every package found.
"""
import torch
import torch.nn.functional as F


def psnr(a, b):
    """dB, peak 2."""
    return 10 * torch.log10(4 / ((a.clamp(-1, 1) - b) ** 2).mean((1, 2, 3)).clamp_min(1e-12))


def ssim(a, b):
    """Wang et al. 2004 on [0, 1]: 11 x 11 Gaussian window of sigma 1.5, per channel, without
    borders."""
    a, b = (a.clamp(-1, 1) + 1) / 2, (b + 1) / 2
    w = torch.exp(-(torch.arange(11, device=a.device, dtype=a.dtype) - 5) ** 2 / (2 * 1.5 ** 2))
    w = w / w.sum()
    blur = lambda t: F.conv2d(t, (w[:, None] * w[None])[None, None].repeat(3, 1, 1, 1), groups=3)
    ma, mb = blur(a), blur(b)
    va, vb, ab = blur(a * a) - ma ** 2, blur(b * b) - mb ** 2, blur(a * b) - ma * mb
    return (((2 * ma * mb + 1e-4) * (2 * ab + 9e-4))
            / ((ma ** 2 + mb ** 2 + 1e-4) * (va + vb + 9e-4))).mean((1, 2, 3))


def crps(first, second, truth):
    """Pixel CRPS of two samples on 0-255, unbiased: mean_i |x_i - x| - |x_1 - x_2| / 2, averaged
    over pixels. Lower is better; it rewards samples that are near the truth and as far from each
    other as from the truth."""
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
    """Disjoint 8 x 8 patches as vectors [N, p, 192], evenly spaced among those of each image, at
    most PATCHES over all images."""
    t = F.unfold(x.clamp(-1, 1), PATCH, stride=PATCH).transpose(1, 2)
    count = max(1, min(t.shape[1], PATCHES // len(t)))
    return t[:, torch.linspace(0, t.shape[1] - 1, count).round().long()]


def mmd(restored, truth):
    """(MMD^2, its standard error) between the 8 x 8 patches of restorations x' and of true
    images x: do restorations look like photos?

    Kernel k: the mean of Gaussians at BANDWIDTHS times the median distance of true patches. Over
    pairs of different images i, j only,

        MMD^2 = mean of k(x'_i, x'_j) + k(x_i, x_j) - k(x'_i, x_j) - k(x_i, x'_j):

    no restoration is compared with its own truth, so that the estimate is unbiased, and what the
    images show cancels. Standard error by the jackknife over images. Without unit; 0 in expectation
    where distributions are the same.
    """
    n = len(truth)
    if n < 2:
        return float('nan'), float('nan')
    a, b = patches(restored), patches(truth)
    flat = b.reshape(-1, b.shape[2])
    median = torch.pdist(
        flat[torch.linspace(0, len(flat) - 1, min(len(flat), 512)).round().long()]).median()

    def kernel(p, q):
        """Mean over patches, per pair of images: [N, N]."""
        rows = []
        for image in p:
            d2 = torch.cdist(image, q.reshape(-1, q.shape[2])) ** 2
            k = sum(torch.exp(-d2 / (2 * (s * median) ** 2)) for s in BANDWIDTHS) / len(BANDWIDTHS)
            rows.append(k.reshape(len(image), len(q), -1).mean((0, 2)))
        return torch.stack(rows).double()
    cross = kernel(a, b)
    pairs = kernel(a, a) + kernel(b, b) - cross - cross.T
    pairs.fill_diagonal_(0)
    total = pairs.sum()
    if n < 3:
        return (total / (n * (n - 1))).item(), float('nan')
    left_out = (total - 2 * pairs.sum(1)) / ((n - 1) * (n - 2))
    error = ((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum()) ** .5
    return (total / (n * (n - 1))).item(), error.item()
