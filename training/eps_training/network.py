"""photo-v1, the network F of D(mu*, Sigma*) = g + sqrt(q) F(w/0.5, g/0.5, log(v)/4, (mu* - g)/sqrt(p + 0.25)), and what it is asked with.

A U-Net on 2 x 2 pixel-unshuffled input: widths 64, 128, 256 at 1/2, 1/4, 1/8 resolution, 7,156,780 parameters, no time embedding: the noise
geometry v enters every block instead. Parameter names are those of models/photo-v1.safetensors and of the Rust loader.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from .gaussian import gaussian_posterior

SIGMA_DATA = 0.5


class RMS(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels))

    def forward(self, h):
        return h * torch.rsqrt(h.pow(2).mean(1, keepdim=True) + 1e-6) * self.gain[None, :, None, None]


class Embed(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        self.a, self.b = nn.Conv2d(inputs, width, 1), nn.Conv2d(width, width, 1)

    def forward(self, e):
        return F.silu(self.b(F.silu(self.a(e))))


class Block(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.norm = RMS(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.map = nn.Conv2d(width, channels, 1)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, h, e):
        return h + self.conv2(F.silu(self.conv1(self.norm(h)) + self.map(e)))


class Attention(nn.Module):
    def __init__(self, channels, head=32):
        super().__init__()
        self.norm, self.heads = RMS(channels), channels // head
        self.qkv, self.out = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, h):
        B, C, H, W = h.shape
        q, k, v = self.qkv(self.norm(h)).reshape(B, 3, self.heads, C // self.heads, H * W).transpose(-1, -2).unbind(1)
        q, k = 8 * F.normalize(q.float(), dim=-1).to(v), F.normalize(k.float(), dim=-1).to(v)
        o = F.scaled_dot_product_attention(q, k, v, scale=1.0)
        return h + self.out(o.transpose(-1, -2).reshape(B, C, H, W))


class PhotoV1(nn.Module):
    """F of D = g + sqrt(q) F. Sides are multiples of 8."""

    def __init__(self, widths=(64, 128, 256), embed=32, maps=8):
        super().__init__()
        a, b, c = widths
        pair = lambda ch: nn.ModuleList([Block(ch, embed) for _ in range(2)])
        self.stem = nn.Conv2d((3 + 3 + maps) * 4, a, 3, padding=1)
        self.embed = nn.ModuleList([Embed(maps, embed), Embed(maps, embed), Embed(maps + 3, embed)])
        self.encoder = nn.ModuleList([pair(a), pair(b), pair(c)])
        self.down = nn.ModuleList([nn.Conv2d(a, b, 2, stride=2), nn.Conv2d(b, c, 2, stride=2)])
        self.attention = nn.ModuleList([Attention(c), Attention(c)])
        self.middle = pair(c)
        self.up = nn.ModuleList([nn.Conv2d(b, 4 * a, 1), nn.Conv2d(c, 4 * b, 1)])
        self.decoder = nn.ModuleList([pair(a), pair(b)])
        self.head_norm, self.head = RMS(a), nn.Conv2d(a, 12, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, w, g, m, coarse):
        """w, g [B, 3, H, W]; m = log(v)/4 [B, 8, H, W]; coarse = (mu - g)/sqrt(p + sigma_data^2) [B, 3, H, W] -> F [B, 3, H, W]."""
        m0, m1, m2 = (F.avg_pool2d(m, s) for s in (2, 4, 8))
        e = [self.embed[0](m0), self.embed[1](m1), self.embed[2](torch.cat([m2, F.avg_pool2d(coarse, 8)], 1))]
        h = self.stem(F.pixel_unshuffle(torch.cat([w / SIGMA_DATA, g / SIGMA_DATA, m], 1), 2))
        skips = []
        for level in (0, 1):
            for block in self.encoder[level]:
                h = block(h, e[level])
            skips.append(h)
            h = self.down[level](h)
        for block in self.encoder[2]:
            h = block(h, e[2])
        h = self.attention[0](h)
        for block in self.middle:
            h = block(h, e[2])
        h = self.attention[1](h)
        for level in (1, 0):
            h = F.pixel_shuffle(self.up[level](h), 2) + skips[level]
            for block in self.decoder[level]:
                h = block(h, e[level])
        return F.pixel_shuffle(self.head(F.silu(self.head_norm(h))), 2).float()


def query(op, z, y, t2, w0):
    """All that the network is asked with at (z, tau^2) about the measurement y of op: mu* [B, 3, H, W] the pivot, w the shrunk pivot,
    g and q the Gaussian posterior's mean and pixel variance, v [B, 8, H, W] the noise-geometry maps, p the pivot's pixel variance.

    z [B, 3, H, W]; t2 [B or 1, 1, 1, 1]; w0 the linear estimate of y (gaussian.py). Returned in the order mu, w, g, v, p, q.
    """
    shape = z.shape
    g, q = gaussian_posterior(op, z, y, t2, w0)
    mu = op.update(z, t2, y)
    w = op.update((z * SIGMA_DATA ** 2 + g * t2) / (t2 + SIGMA_DATA ** 2), t2 * SIGMA_DATA ** 2 / (t2 + SIGMA_DATA ** 2), y)
    return mu, w, g, op.band_variances(t2, shape), op.pixel_variance(t2, shape), q


def pad(x, multiple=8):
    """Reflected at the right and bottom, without repeating the edge, to sides that are multiples of `multiple`."""
    bottom, right = -x.shape[2] % multiple, -x.shape[3] % multiple
    return F.pad(x, (0, right, 0, bottom), mode='reflect') if bottom or right else x


def denoise(net, mu, w, g, v, p, q):
    """D(mu*, Sigma*) [B, 3, H, W], for any sides of at least 15. `net` is PhotoV1 or a wrapper of it (compiled, distributed)."""
    H, W = g.shape[2:]
    asked = w, g, torch.log(v) / 4, (mu - g) * torch.rsqrt(p + SIGMA_DATA ** 2)
    return g + q.sqrt() * net(*map(pad, asked))[:, :, :H, :W]
