"""F, the network of D = g + sqrt(q) F (query.py): a U-Net that is shown the noise geometry.

It works on 2×2 pixel-unshuffled input, in widths 64, 128, 256 at 1/2, 1/4, 1/8 resolution, and has
no time embedding: the noise-geometry maps enter every block instead. photo-v2 is this shape,
7,156,780 parameters. `bottom` adds a level at 1/16. Parameter names are those of the released files
and of the Rust loader.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from .prior import V2


class RMS(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels))

    def forward(self, h):
        return (h * torch.rsqrt(h.pow(2).mean(1, keepdim=True) + 1e-6)
                * self.gain[None, :, None, None])


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
        start_at_zero(self.conv2)

    def forward(self, h, e):
        return h + self.conv2(F.silu(self.conv1(self.norm(h)) + self.map(e)))


class Attention(nn.Module):
    def __init__(self, channels, head=32):
        super().__init__()
        self.norm, self.heads = RMS(channels), channels // head
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)
        start_at_zero(self.out)

    def forward(self, h):
        B, C, H, W = h.shape
        qkv = self.qkv(self.norm(h)).reshape(B, 3, self.heads, C // self.heads, H * W)
        q, k, v = qkv.transpose(-1, -2).unbind(1)
        q, k = 8 * F.normalize(q.float(), dim=-1).to(v), F.normalize(k.float(), dim=-1).to(v)
        o = F.scaled_dot_product_attention(q, k, v, scale=1.0)
        return h + self.out(o.transpose(-1, -2).reshape(B, C, H, W))


class Transformer(nn.Module):
    """Attention, then two 1×1 convolutions of every pixel by itself."""

    def __init__(self, channels, width):
        super().__init__()
        self.attention, self.norm = Attention(channels), RMS(channels)
        self.conv1, self.conv2 = (nn.Conv2d(channels, 2 * channels, 1),
                                  nn.Conv2d(2 * channels, channels, 1))
        self.map = nn.Conv2d(width, 2 * channels, 1)
        start_at_zero(self.conv2)

    def forward(self, h, e):
        h = self.attention(h)
        return h + self.conv2(F.silu(self.conv1(self.norm(h)) + self.map(e)))


class Bottom(nn.Module):
    """A level at 1/16 of two transformer blocks: wide holes and colour, for few weights."""

    def __init__(self, channels, width, inputs, embed):
        super().__init__()
        self.embed = Embed(inputs, embed)
        self.down = nn.Conv2d(channels, width, 2, stride=2)
        self.blocks = nn.ModuleList([Transformer(width, embed) for _ in range(2)])
        self.up = nn.Conv2d(width, 4 * channels, 1)
        start_at_zero(self.up)

    def forward(self, h, e):
        e, b = self.embed(e), self.down(h)
        for block in self.blocks:
            b = block(b, e)
        return h + F.pixel_shuffle(self.up(b), 2)


class UNet(nn.Module):
    """F. prior: the deviations of its planes; bottom: the width of a level at 1/16, a
    multiple of 32, or 0 for none. Sides are multiples of `multiple`."""

    def __init__(self, prior=V2, bottom=0, widths=(64, 128, 256), embed=32, maps=8):
        super().__init__()
        self.prior, self.multiple = prior, 16 if bottom else 8
        a, b, c = widths
        pair = lambda ch: nn.ModuleList([Block(ch, embed) for _ in range(2)])
        self.stem = nn.Conv2d((3 + 3 + maps) * 4, a, 3, padding=1)
        self.embed = nn.ModuleList([Embed(maps, embed), Embed(maps, embed), Embed(maps + 3, embed)])
        self.encoder = nn.ModuleList([pair(a), pair(b), pair(c)])
        self.down = nn.ModuleList([nn.Conv2d(a, b, 2, stride=2), nn.Conv2d(b, c, 2, stride=2)])
        self.attention = nn.ModuleList([Attention(c), Attention(c)])
        self.bottom = Bottom(c, bottom, maps + 3, embed) if bottom else None
        self.middle = pair(c)
        self.up = nn.ModuleList([nn.Conv2d(b, 4 * a, 1), nn.Conv2d(c, 4 * b, 1)])
        self.decoder = nn.ModuleList([pair(a), pair(b)])
        self.head_norm, self.head = RMS(a), nn.Conv2d(a, 12, 3, padding=1)
        start_at_zero(self.head)

    def forward(self, w, g, m, coarse):
        """w, g [B, 3, H, W]; m = log(v)/4 [B, 8, H, W]; coarse = (mu - g)/sqrt(p + s²) [B, 3, H, W]
        -> F [B, 3, H, W]."""
        pooled = lambda s: F.avg_pool2d(torch.cat([m, coarse], 1), s)
        e = [self.embed[0](F.avg_pool2d(m, 2)), self.embed[1](F.avg_pool2d(m, 4)),
             self.embed[2](pooled(8))]
        s = self.prior.per_axis(self.prior.deviation, w)
        h = self.stem(F.pixel_unshuffle(torch.cat([w / s, g / s, m], 1), 2))
        skips = []
        for level in (0, 1):
            for block in self.encoder[level]:
                h = block(h, e[level])
            skips.append(h)
            h = self.down[level](h)
        for block in self.encoder[2]:
            h = block(h, e[2])
        h = self.attention[0](h)
        if self.bottom is not None:
            h = self.bottom(h, pooled(16))
        for block in self.middle:
            h = block(h, e[2])
        h = self.attention[1](h)
        for level in (1, 0):
            h = F.pixel_shuffle(self.up[level](h), 2) + skips[level]
            for block in self.decoder[level]:
                h = block(h, e[level])
        return F.pixel_shuffle(self.head(F.silu(self.head_norm(h))), 2).float()


def start_at_zero(convolution):
    """A branch that begins by adding nothing."""
    nn.init.zeros_(convolution.weight)
    nn.init.zeros_(convolution.bias)
