"""Linear operators with everything that the method asks of them; base.py says what that is."""
from .base import Nothing, Operator, SpectralOperator, randn
from .bicubic import bicubic_spectrum
from .channel_mix import BT601, ChannelMix, Grey
from .convolution import CircularConvolution, Identity
from .decimation import BlockMean, Decimation
from .mask import ChannelMask, Mask
