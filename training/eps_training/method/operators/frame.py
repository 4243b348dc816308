"""(D_II)^-1 b for D positive and diagonal in the DFT of a torus, and I a rectangle on the torus.

With P = D^-1 and F the frame around I,

    (D_II)^-1 b = (P (b + f))_I       where f lies on F and (P (b + f))_F = 0

f is what the frame would have to show in order to say nothing. F is a vertical band of columns V
and the rest S of a horizontal band H of rows; within a band P is Toeplitz at each frequency along
it, so that P_VV and P_HH have direct inverses. V is eliminated, f_V = -P_VV^-1 (P (b + f_S))_V, and
conjugate gradients find f_S, preconditioned by (P_HH^-1)_SS. What is left to iterate for is what
the bands tell each other beyond the corners: an iteration gains about a digit.
"""
import torch
from ..solvers import conjugate_gradients, inverted
from .multigrid import per_plane


def filtered(x, spectrum):
    """x times a spectrum [., ., H, W] that is even in w, or the DFT of a real kernel."""
    half = spectrum[..., :x.shape[-1] // 2 + 1]
    return torch.fft.irfft2(torch.fft.rfft2(x) * half, s=x.shape[-2:])


class Band:
    """P on a band of a torus: `before` lines at the end of an axis and `after` at its start, which
    are neighbours. axis: 2 for a band of rows, 3 for one of columns. P [., ., H, W]."""

    def __init__(self, P, axis, after, before):
        self.axis, self.along, self.before = axis, 5 - axis, before
        self.count = after + before
        # f64: P spans eight orders of magnitude where the blur leaves nothing of a frequency.
        half = P.narrow(self.along, 0, P.shape[self.along] // 2 + 1).to(torch.float64)
        lags = torch.fft.ifft(half, dim=axis).movedim(axis, -1)
        line = torch.arange(self.count, device=P.device)
        toeplitz = lags[..., (line[:, None] - line) % P.shape[axis]]
        complex_type = torch.promote_types(P.dtype, torch.complex64)
        self.inverse = inverted(toeplitz).to(complex_type)

    def solve(self, x):
        """P_BB^-1 of x's values on the band, on the torus."""
        band = torch.roll(x, self.before, self.axis).narrow(self.axis, 0, self.count)
        lines = torch.fft.rfft(band, dim=self.along).movedim(self.axis, -1)
        solved = (self.inverse * lines[..., None, :]).sum(-1).movedim(-1, self.axis)
        band = torch.fft.irfft(solved, n=x.shape[self.along], dim=self.along)
        rest = list(x.shape)
        rest[self.axis] -= self.count
        return torch.roll(torch.cat([band, x.new_zeros(rest)], self.axis), -self.before, self.axis)


class FrameSystem:
    """For one D: D [., ., H, W]; frame ((before, after) of the rows, of the columns), all above 0:
    pixels outside I at the start and at the end of each axis."""

    def __init__(self, D, frame):
        (top, bottom), (left, right) = frame
        self.P = 1 / D
        self.columns = Band(self.P, 3, left, right)
        self.rows = Band(self.P, 2, top, bottom)
        H, W = D.shape[-2:]
        self.inside = D.new_zeros(1, 1, H, W)
        self.inside[:, :, top:H - bottom, left:W - right] = 1
        self.unknown = D.new_zeros(1, 1, H, W)
        self.unknown[:, :, :, left:W - right] = 1
        self.unknown = self.unknown - self.inside

    def _with_columns(self, f):
        """f_S, and the f_V that it asks for."""
        return f - self.columns.solve(filtered(f, self.P))

    def solve(self, b, iterations):
        """(D_II)^-1 b for b that is 0 on the frame."""
        around = self._with_columns(b)
        right = -self.unknown * filtered(around, self.P)
        precondition = lambda r: self.unknown * self.rows.solve(r)
        multiply = lambda f: self.unknown * filtered(self._with_columns(f), self.P)
        f = conjugate_gradients(multiply, right, precondition, precondition(right), iterations,
                                per_plane)
        return self.inside * filtered(around + self._with_columns(f), self.P)
