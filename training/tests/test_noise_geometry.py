"""The eight maps where variances lie far apart, as a mask's do: 1e-4 where a pixel is known,
tau^2 = e^8.8 beside it."""
import pytest
import torch
import torch.nn.functional as F
from eps_training.method.noise_geometry import band_filters, bands_of_variances
from eps_training.method.operators import Mask

# On a GPU too where there is one: that is where a convolution made variances negative. Few machines
# that run this have one.
DEVICES = ['cpu', pytest.param('cuda', marks=pytest.mark.skipif(not torch.cuda.is_available(),
                                                                reason='no GPU'))]


@pytest.mark.parametrize('device', DEVICES)
def test_maps_of_a_mask_are_its_variance_under_the_squared_filters(device):
    # A large batch: GPU libraries choose their summation by its size.
    known = (torch.rand(96, 1, 48, 64, device=device) > .5).float()
    known[0, :, 10:40, 20:50] = 0
    op, tau2 = (Mask(known, torch.tensor(.01, device=device)),
                torch.tensor(6600., device=device).reshape(1, 1, 1, 1))
    variance = op._s(tau2)
    v = op.band_variances(tau2, (96, 3, 48, 64))
    squared = band_filters().double() ** 2
    wanted = F.conv2d(F.pad(variance.double().cpu(), (7,) * 4, mode='reflect'),
                      (squared / squared.sum((1, 2), keepdim=True))[:, None])
    relative = ((v[:, :4].cpu() - wanted) / wanted).abs().max()
    # Thirty sums in f32, each rounded by 6e-8 at most.
    assert relative < 2e-6 and torch.equal(v[:, :4], v[:, 4:])


def test_equal_variances_are_their_own_maps():
    assert torch.allclose(bands_of_variances(torch.full((1, 1, 16, 24), 3.)), torch.tensor(3.),
                          rtol=1e-6)
