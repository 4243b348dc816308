"""A network on RGB, turned to other axes, is the same function."""
from dataclasses import replace
import torch
from eps_training.method.network import UNet
from eps_training.method.prior import V1, V2
from eps_training.method.turned import turned


def test_turning_a_network_keeps_its_function():
    torch.manual_seed(1)
    ours, theirs = UNet(replace(V2, precision=V1.precision), bottom=32), UNet(V1, bottom=32)
    ours, theirs = ours.double(), theirs.double()
    # The layers that begin at zero too, or nothing would be tested.
    theirs.load_state_dict({k: v + .05 * torch.randn_like(v)
                            for k, v in theirs.state_dict().items()})
    ours.load_state_dict(turned(theirs.state_dict(), V2.axes))
    w, g, coarse = torch.randn(3, 2, 3, 32, 32, dtype=torch.float64).unbind(0)
    m = torch.randn(2, 8, 32, 32, dtype=torch.float64)
    on_rgb = V2.to_axes(theirs(V2.to_rgb(w), V2.to_rgb(g), m, V2.to_rgb(coarse)))
    assert on_rgb.abs().mean() > .1
    # The network's answer is rounded to f32.
    assert (ours(w, g, m, coarse) - on_rgb).abs().max() < 1e-5 * on_rgb.abs().max()
