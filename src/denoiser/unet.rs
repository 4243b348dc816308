//! `photo-v1`: a U-Net on 2×2 pixel-unshuffled input, without time embedding and fully convolutional (method, section 6).
//!
//! Widths 64, 128, 256 at 1/2, 1/4, 1/8 resolution; 7.16 M parameters; 2.07 GFLOP per 64×64 evaluation. The noise-geometry maps reach every block
//! through a small embedding; the pivot itself reaches the coarsest level alone, where averaging has raised its signal.

use burn::tensor::Tensor;
use burn::tensor::activation::{silu, softmax};
use burn::tensor::module::{avg_pool2d, conv2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, PadMode};

use super::Weights;
use crate::error::Error;

const WIDTHS: [usize; 3] = [64, 128, 256];
const EMBED: usize = 32;
const MAPS: usize = 8;
const HEAD: usize = 32;
/// Sides of the network's input are multiples of this.
const ALIGN: usize = 8;

/// The network F.
pub struct PhotoV1 {
    stem: Conv,
    embed: [[Conv; 2]; 3],
    encoder: [[Block; 2]; 3],
    down: [Conv; 2],
    attention: [Attention; 2],
    middle: [Block; 2],
    up: [Conv; 2],
    decoder: [[Block; 2]; 2],
    head_norm: RmsNorm,
    head: Conv,
}

impl PhotoV1 {
    /// Builds the network from a weights file.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] where a tensor is missing or unfit.
    pub fn new(weights: &Weights) -> Result<Self, Error> {
        let [a, b, c] = WIDTHS;
        let conv = |name: String, i, o, k, stride| Conv::new(weights, &name, i, o, k, stride);
        let embed = |i: usize, inputs| {
            Ok([
                conv(format!("embed.{i}.a"), inputs, EMBED, 1, 1)?,
                conv(format!("embed.{i}.b"), EMBED, EMBED, 1, 1)?,
            ])
        };
        let pair = |name: String, width| {
            let block = |i| Block::new(weights, &format!("{name}.{i}"), width);
            Ok::<_, Error>([block(0)?, block(1)?])
        };
        Ok(Self {
            stem: conv("stem".into(), (3 + 3 + MAPS) * 4, a, 3, 1)?,
            embed: [embed(0, MAPS)?, embed(1, MAPS)?, embed(2, MAPS + 3)?],
            encoder: [
                pair("encoder.0".into(), a)?,
                pair("encoder.1".into(), b)?,
                pair("encoder.2".into(), c)?,
            ],
            down: [
                conv("down.0".into(), a, b, 2, 2)?,
                conv("down.1".into(), b, c, 2, 2)?,
            ],
            attention: [
                Attention::new(weights, "attention.0", c)?,
                Attention::new(weights, "attention.1", c)?,
            ],
            middle: pair("middle".into(), c)?,
            up: [
                conv("up.0".into(), b, 4 * a, 1, 1)?,
                conv("up.1".into(), c, 4 * b, 1, 1)?,
            ],
            decoder: [pair("decoder.0".into(), a)?, pair("decoder.1".into(), b)?],
            head_norm: RmsNorm::new(weights, "head_norm", a)?,
            head: conv("head".into(), a, 12, 3, 1)?,
        })
    }

    /// F(w/sigma_data, g/sigma_data, m, coarse): w, g, coarse and the result `[B, 3, H, W]`; m `[B or 1, 8, H, W]`. Any sides from 8 up.
    pub fn forward(
        &self,
        w: Tensor<4>,
        g: Tensor<4>,
        m: Tensor<4>,
        coarse: Tensor<4>,
    ) -> Tensor<4> {
        let [batch, _, height, width] = w.dims();
        let m = m.expand([batch, MAPS, height, width]);
        let f = self.aligned(aligned(w), aligned(g), aligned(m), aligned(coarse));
        f.slice([0..batch, 0..3, 0..height, 0..width])
    }

    fn aligned(&self, w: Tensor<4>, g: Tensor<4>, m: Tensor<4>, coarse: Tensor<4>) -> Tensor<4> {
        let bottom = Tensor::cat(vec![pool(m.clone(), 8), pool(coarse, 8)], 1);
        let e = [pool(m.clone(), 2), pool(m.clone(), 4), bottom];
        let e: [Tensor<4>; 3] = std::array::from_fn(|i| self.embedding(i, e[i].clone()));

        let mut h = self.stem.forward(unshuffle(Tensor::cat(vec![w, g, m], 1)));
        let mut skips = Vec::new();
        for ((encoder, down), e) in self.encoder.iter().zip(&self.down).zip(&e) {
            h = blocks(encoder, h, e);
            skips.push(h.clone());
            h = down.forward(h);
        }
        h = blocks(&self.encoder[2], h, &e[2]);
        h = self.attention[0].forward(h);
        h = blocks(&self.middle, h, &e[2]);
        h = self.attention[1].forward(h);
        for level in [1, 0] {
            h = shuffle(self.up[level].forward(h)) + skips.remove(level);
            h = blocks(&self.decoder[level], h, &e[level]);
        }
        shuffle(self.head.forward(silu(self.head_norm.forward(h))))
    }

    fn embedding(&self, level: usize, e: Tensor<4>) -> Tensor<4> {
        let [a, b] = &self.embed[level];
        silu(b.forward(silu(a.forward(e))))
    }
}

fn blocks(pair: &[Block; 2], h: Tensor<4>, e: &Tensor<4>) -> Tensor<4> {
    pair.iter().fold(h, |h, block| block.forward(h, e.clone()))
}

/// A zero-padded "same" convolution with bias (2×2 stride 2: no padding).
struct Conv {
    weight: Tensor<4>,
    bias: Tensor<1>,
    stride: usize,
    padding: usize,
}

impl Conv {
    fn new(
        weights: &Weights,
        name: &str,
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
    ) -> Result<Self, Error> {
        Ok(Self {
            weight: weights.tensor(&format!("{name}.weight"), [outputs, inputs, kernel, kernel])?,
            bias: weights.tensor(&format!("{name}.bias"), [outputs])?,
            stride,
            padding: kernel / 2 / stride,
        })
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions::new([self.stride; 2], [self.padding; 2], [1, 1], 1);
        conv2d(x, self.weight.clone(), Some(self.bias.clone()), options)
    }
}

/// h/sqrt(mean over channels of h² + 1e-6) * gain, per pixel: no statistic crosses pixels.
struct RmsNorm {
    gain: Tensor<4>,
}

impl RmsNorm {
    fn new(weights: &Weights, name: &str, channels: usize) -> Result<Self, Error> {
        let gain: Tensor<1> = weights.tensor(&format!("{name}.gain"), [channels])?;
        Ok(Self {
            gain: gain.reshape([1, channels, 1, 1]),
        })
    }

    fn forward(&self, h: Tensor<4>) -> Tensor<4> {
        let scale = (h.clone().square().mean_dim(1) + 1e-6).sqrt().recip();
        h * scale * self.gain.clone()
    }
}

/// h + conv2(silu(conv1(rms(h)) + map(e))).
struct Block {
    norm: RmsNorm,
    conv1: Conv,
    conv2: Conv,
    map: Conv,
}

impl Block {
    fn new(weights: &Weights, name: &str, width: usize) -> Result<Self, Error> {
        let conv = |part: &str, i, k| Conv::new(weights, &format!("{name}.{part}"), i, width, k, 1);
        Ok(Self {
            norm: RmsNorm::new(weights, &format!("{name}.norm"), width)?,
            conv1: conv("conv1", width, 3)?,
            conv2: conv("conv2", width, 3)?,
            map: conv("map", EMBED, 1)?,
        })
    }

    fn forward(&self, h: Tensor<4>, e: Tensor<4>) -> Tensor<4> {
        let inner = self.conv1.forward(self.norm.forward(h.clone())) + self.map.forward(e);
        h + self.conv2.forward(silu(inner))
    }
}

/// h + out(softmax(8 q/|q| · k/|k|) v) over all pixels, in heads of 32 channels.
struct Attention {
    norm: RmsNorm,
    qkv: Conv,
    out: Conv,
}

impl Attention {
    fn new(weights: &Weights, name: &str, width: usize) -> Result<Self, Error> {
        let conv = |part: &str, o| Conv::new(weights, &format!("{name}.{part}"), width, o, 1, 1);
        Ok(Self {
            norm: RmsNorm::new(weights, &format!("{name}.norm"), width)?,
            qkv: conv("qkv", 3 * width)?,
            out: conv("out", width)?,
        })
    }

    fn forward(&self, h: Tensor<4>) -> Tensor<4> {
        let [batch, channels, height, width] = h.dims();
        let (heads, pixels) = (channels / HEAD, height * width);
        let qkv = self.qkv.forward(self.norm.forward(h.clone()));
        let parts = qkv
            .reshape([batch, 3 * heads, HEAD, pixels])
            .swap_dims(2, 3);
        let mut parts = parts.chunk(3, 1).into_iter();
        let mut next = || parts.next().expect("three equal parts of the channels");
        let (q, k, v) = (normalised(next()) * 8.0, normalised(next()), next());
        let share = softmax(q.matmul(k.swap_dims(2, 3)), 3);
        let mixed = share.matmul(v).swap_dims(2, 3);
        h + self
            .out
            .forward(mixed.reshape([batch, channels, height, width]))
    }
}

/// x/|x| over the last dimension, the norm floored at 1e-12.
fn normalised(x: Tensor<4>) -> Tensor<4> {
    let norm = x.clone().square().sum_dim(3).sqrt().clamp_min(1e-12);
    x / norm
}

fn pool(x: Tensor<4>, size: usize) -> Tensor<4> {
    avg_pool2d(x, AvgPoolOptions::new([size; 2]))
}

/// Pads right and bottom to multiples of [`ALIGN`] by reflection without repeating the edge.
fn aligned(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let missing = |n: usize| n.next_multiple_of(ALIGN) - n;
    match (missing(height), missing(width)) {
        (0, 0) => x,
        (bottom, right) => x.pad([(0, bottom), (0, right)], PadMode::Reflect),
    }
}

/// `[B, C, H, W]` to `[B, 4C, H/2, W/2]`, channel 4c + 2dy + dx.
fn unshuffle(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c, h / 2, 2, w / 2, 2])
        .permute([0, 1, 3, 5, 2, 4])
        .reshape([b, 4 * c, h / 2, w / 2])
}

/// The inverse of [`unshuffle`].
fn shuffle(x: Tensor<4>) -> Tensor<4> {
    let [b, c, h, w] = x.dims();
    x.reshape([b, c / 4, 2, 2, h, w])
        .permute([0, 1, 4, 2, 5, 3])
        .reshape([b, c / 4, 2 * h, 2 * w])
}
