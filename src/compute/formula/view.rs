//! Images seen otherwise than value for value, so that a formula may use them without a copy of
//! their own: on a GPU by where a value is read, on a CPU by that copy.

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

/// Channels of an image of which one may be seen.
pub const CHANNELS: usize = 3;

/// How an image is read. `[B, C, H, W]` unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// One of [`CHANNELS`], `[B, 1, H, W]`.
    Channel(usize),
    /// Each value over f×f pixels, `[B, C, f H, f W]`.
    Blocks(usize),
    /// The image f×f times, `[B, C, f H, f W]`.
    Periodic(usize),
    /// Each value at the first of f×f pixels, zero at the others, `[B, C, f H, f W]`.
    Apart(usize),
    /// The first of each f×f pixels, `[B, C, H/f, W/f]`.
    First(usize),
    /// The first of each f×f pixels where it is, zero at the others.
    Kept(usize),
}

impl View {
    /// The shape that an image is seen in.
    pub fn shape(self, [b, c, h, w]: [usize; 4]) -> [usize; 4] {
        match self {
            Self::Channel(_) => [b, 1, h, w],
            Self::Blocks(f) | Self::Periodic(f) | Self::Apart(f) => [b, c, h * f, w * f],
            Self::First(f) => [b, c, h / f, w / f],
            Self::Kept(_) => [b, c, h, w],
        }
    }

    /// The copy.
    pub fn of(self, x: Tensor<4>) -> Tensor<4> {
        let shape @ [b, c, h, w] = x.dims();
        match self {
            Self::Channel(channel) => x.narrow(1, channel, 1),
            Self::Blocks(f) => x
                .reshape([b, c, h, 1, w, 1])
                .expand([b, c, h, f, w, f])
                .reshape(self.shape(shape)),
            Self::Periodic(f) => x.repeat(&[1, 1, f, f]),
            Self::Apart(f) => {
                let zeros = Tensor::zeros([b, c, h, f, w, f], (&x.device(), x.dtype()));
                let there = [0..b, 0..c, 0..h, 0..1, 0..w, 0..1];
                zeros
                    .slice_assign(there, x.reshape([b, c, h, 1, w, 1]))
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

/// Which f×f values of an image belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Those of a block.
    Block,
    /// Those H/f and W/f apart: frequencies that alias when every f-th pixel is kept.
    Aliases,
}

impl Group {
    /// The sums over groups, `[B, C, H/f, W/f]`.
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
