"""What the file says for certain: before rounding, each coefficient was within half a step of the
value that the file holds.

    |y - A x| <= max(0, q/2 - delta)        delta: one level, for the roundings to eight bits

A restored photo that keeps to it compresses back to the very file.
"""
import torch
from ..prior import mix
from .colour import LEVEL
from .dct import idct, tiled
from .subsampled import SubsampledJpeg

DELTA = 1 / LEVEL
ROUNDING = 1e-5      # of f32: a move below it is none


def consistent(op, x, y):
    """(x moved only as far as its residuals require, the share [B] of coefficients that had to
    move). x [B, 3, H, W] on the prior's axes. The move is made in Y, Cb and Cr, so that A of the
    move is the change of the residual itself."""
    found = op.apply(x)
    boxes = [(table[:, None].to(x) / LEVEL / 2 - DELTA).clamp_min(0) for table in op.tables]
    halved = isinstance(op, SubsampledJpeg)
    planes = [(found.luma, y.luma), (found.chroma, y.chroma)] if halved else (
        [(found[:, :1], y[:, :1]), (found[:, 1:], y[:, 1:])])
    moves = []
    for (is_now, was), box in zip(planes, boxes):
        residual, limit = is_now - was, tiled(box, was)
        moves.append(residual.clamp(-limit, limit) - residual)
    count = sum(move[0].numel() for move in moves)
    share = sum((move.abs() > ROUNDING).flatten(1).sum(1) for move in moves) / count
    luma, chroma = idct(moves[0]), idct(moves[1]) if moves[1].numel() else moves[1]
    moved = torch.cat([luma, op.spread(chroma) if halved else chroma], 1)
    return x + mix(_inverse(op, x), moved), share


def _inverse(op, like):
    """The planes' effect on the axes: the inverse of M', or the least-squares inverse of luma's row
    alone."""
    return torch.linalg.pinv(op.mixing(like)).to(like)
