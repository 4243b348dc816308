"""Linear operators with everything that the method asks of them; base.py says what that is."""
from .base import Nothing, Operator, SpectralOperator, randn
from .bicubic import bicubic_spectrum
from .channel_mix import BT601, ChannelMix, Grey
from .convolution import CircularConvolution, Identity
from .cropped import CroppedConvolution
from .decimation import BlockMean, Decimation
from .gradients import GradientMask
from .hadamard import Hadamard
from .iterative import IterativeOperator
from .mask import ChannelMask, Mask
