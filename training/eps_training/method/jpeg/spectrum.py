"""JPEG's noise in a decoded photo as a spectrum, averaged over the phases of its blocks: the R(w)
of a photo that was blurred before it was compressed (operators/convolution.py).

Luma and, at full resolution, chroma: the coefficients' variances at each frequency of a block,
spread over the basis functions' own spectra. Chroma that was halved is known only at low
frequencies: above them, the prior's own variance counts as noise.
"""
import torch
from ..solvers import inverted
from .dct import BLOCK, matrix
from .subsampled import SubsampledJpeg


def basis_power(n, like):
    """|DFT of basis function u|² at the n frequencies of a line, divided by 8: [8, n]; it sums to 1
    over u."""
    phase = torch.exp(-2j * torch.pi * torch.fft.fftfreq(n, dtype=torch.float64)[:, None]
                      * torch.arange(BLOCK, dtype=torch.float64)[None])
    response = matrix(torch.zeros((), dtype=torch.float64)).to(torch.complex128) @ phase.T
    return (response.abs() ** 2 / BLOCK).to(like.device)


def decoded_noise(op, prior, height, width, like):
    """R(w) on the prior's axes, [B, 3, H, W]."""
    rows, columns = basis_power(height, like), basis_power(width, like)
    over = lambda table: torch.einsum('buv,uh,vw->bhw', table, rows, columns)
    luma, chroma = (over(r.to(like.device)) for r in op.r)
    inverse = inverted(op.mixing(like))          # axes from Y, Cb, Cr
    planes = torch.stack(torch.broadcast_tensors(luma, chroma, chroma), 1)
    if isinstance(op, SubsampledJpeg):
        planes = torch.cat([planes[:, :1], halved_chroma(op, prior, planes[:, 1:], like)], 1)
    return torch.einsum('ac,bchw->bahw', inverse ** 2, planes).to(like)


def halved_chroma(op, prior, planes, like):
    """Below half the highest frequency, op.area times the coefficients' variance at twice the
    frequency; above, that and chroma's own variance under the prior, capped at that of a uniformly
    distributed colour."""
    height, width = planes.shape[2:]
    f = [torch.fft.fftfreq(n, dtype=torch.float64, device=like.device).abs()
         for n in (height, width)]
    keep = [f[axis] < (.25 if side == 2 else .6) for axis, side in enumerate(op.cell)]
    low = keep[0][:, None] & keep[1][None]
    index = [torch.arange(n, device=like.device) * side % n
             for n, side in zip((height, width), op.cell)]
    known = op.area * planes[:, :, index[0]][:, :, :, index[1]]
    M = op.mixing(like)[1:]
    own = torch.einsum('ca,bahw->bchw', M ** 2,
                       1 / prior.spectrum(height, width, like).double().expand(1, 3, -1, -1))
    return torch.where(low, known, known + own.clamp_max(1 / 12))
