//! Rearrangements of images in formulas. A GPU kernel reads the image through them; the CPU makes a
//! rearranged copy.

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

/// Channels of an image under [`View::Channel`].
pub const CHANNELS: usize = 3;

/// A rearrangement of an image `[B, C, H, W]`. The argument f is a factor; where it divides sides,
/// these must be multiples of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// One channel of an image of [`CHANNELS`]: `[B, 1, H, W]`. The argument is its index.
    Channel(usize),
    /// Channel k + n, counted round, at channel k of an image of [`CHANNELS`]. The argument is n.
    Turned(usize),
    /// Each value repeated over a block of f×f pixels: `[B, C, f H, f W]`.
    Blocks(usize),
    /// The image repeated f times along both axes: `[B, C, f H, f W]`.
    Periodic(usize),
    /// Each value at the top left of a block of f×f pixels, zero elsewhere: `[B, C, f H, f W]`.
    Apart(usize),
    /// The top left value of each block of f×f pixels: `[B, C, H/f, W/f]`.
    First(usize),
    /// The top left value of each block of f×f pixels at its own pixel, zero elsewhere:
    /// `[B, C, H, W]`.
    Kept(usize),
}

impl View {
    /// The shape of the view of an image of the given shape.
    pub fn shape(self, [b, c, h, w]: [usize; 4]) -> [usize; 4] {
        match self {
            Self::Channel(_) => [b, 1, h, w],
            Self::Blocks(f) | Self::Periodic(f) | Self::Apart(f) => [b, c, h * f, w * f],
            Self::First(f) => [b, c, h / f, w / f],
            Self::Turned(_) | Self::Kept(_) => [b, c, h, w],
        }
    }

    /// The view of `x` as a copy.
    pub fn of(self, x: Tensor<4>) -> Tensor<4> {
        let shape @ [b, c, h, w] = x.dims();
        match self {
            Self::Channel(channel) => x.narrow(1, channel, 1),
            Self::Turned(by) => {
                let parts = [by..CHANNELS, 0..by];
                let planes = parts.map(|part| x.clone().narrow(1, part.start, part.len()));
                Tensor::cat(planes.into(), 1)
            }
            Self::Blocks(f) => x
                .reshape([b, c, h, 1, w, 1])
                .expand([b, c, h, f, w, f])
                .reshape(self.shape(shape)),
            Self::Periodic(f) => x.repeat(&[1, 1, f, f]),
            Self::Apart(f) => {
                let zeros = Tensor::zeros([b, c, h, f, w, f], (&x.device(), x.dtype()));
                let first = [0..b, 0..c, 0..h, 0..1, 0..w, 0..1];
                zeros
                    .slice_assign(first, x.reshape([b, c, h, 1, w, 1]))
                    .reshape(self.shape(shape))
            }
            Self::First(f) => x
                .reshape([b, c, h / f, f, w / f, f])
                .slice([0..b, 0..c, 0..h / f, 0..1, 0..w / f, 0..1])
                .reshape(self.shape(shape)),
            Self::Kept(f) => Self::Apart(f).of(Self::First(f).of(x)),
        }
    }
}

/// A partition of the values of a plane into groups of f×f.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Blocks of f×f neighbouring pixels.
    Block,
    /// Values at distances of H/f rows and W/f columns. In a spectrum these are the frequencies
    /// that alias when every f-th pixel is kept.
    Aliases,
}

impl Group {
    /// The sums of x `[B, C, H, W]` over groups: `[B, C, H/f, W/f]`. f must divide H and W.
    pub fn sums(self, x: Tensor<4>, f: usize) -> Tensor<4> {
        let [b, c, h, w] = x.dims();
        match self {
            Self::Block => avg_pool2d(x, AvgPoolOptions::new([f; 2])) * (f * f) as f64,
            Self::Aliases => x
                .reshape([b, c, f, h / f, f, w / f])
                .sum_dims(&[2, 4])
                .reshape([b, c, h / f, w / f]),
        }
    }
}
