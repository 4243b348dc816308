//! `photo-v2`: a fully convolutional U-Net on 2×2 pixel-unshuffled input, without time embedding
//! (`docs/method.md`, section 6).
//!
//! The released network has widths of 64, 128 and 256 at 1/2, 1/4 and 1/8 of the resolution, 7.16 M
//! parameters, and takes 2.07 GFLOP for 64×64 pixels. The noise-geometry maps enter every block
//! through a small embedding. The pivot itself enters the coarsest level only, where averaging has
//! raised its signal-to-noise ratio.

use std::fmt::{self, Debug};

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use super::Tensors;
use crate::denoiser::layers::{ConvWeights, Epilogue, Layers};
use crate::error::Error;

/// Channels of `photo-v2` at each level, from the finest.
pub(super) const PHOTO_WIDTHS: [usize; 3] = [64, 128, 256];
/// Channels of an embedding of the maps.
const EMBED: usize = 32;
/// Channels of the maps.
pub(crate) const MAPS: usize = 8;
/// Channels of an attention head.
const HEAD: usize = 32;
/// The sides of the padded input are multiples of this.
const ALIGN: usize = 8;

/// The network F on the layers `L`.
pub struct UNet<L: Layers> {
    layers: L,
    stem: L::Conv,
    embed: [[L::Conv; 2]; 3],
    encoder: [[Block<L>; 2]; 3],
    down: [L::Conv; 2],
    attention: [Attention<L>; 2],
    middle: [Block<L>; 2],
    up: [L::Conv; 2],
    decoder: [[Block<L>; 2]; 2],
    head_norm: L::Gain,
    head: L::Conv,
}

impl<L: Layers> Debug for UNet<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UNet").finish_non_exhaustive()
    }
}

impl<L: Layers> UNet<L> {
    /// The network with the given weights. `widths` are the channels at each level, from the
    /// finest: multiples of 16, the last of 32.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] if a tensor is missing, or has the wrong shape, type or values.
    pub fn new(tensors: &Tensors, widths: [usize; 3], layers: L) -> Result<Self, Error> {
        let [a, b, c] = widths;
        let read = Reader {
            tensors,
            layers: &layers,
        };
        let embed = |i: usize, inputs| {
            Ok::<_, Error>([
                read.conv(&format!("embed.{i}.a"), inputs, EMBED, 1, 1)?,
                read.conv(&format!("embed.{i}.b"), EMBED, EMBED, 1, 1)?,
            ])
        };
        Ok(Self {
            stem: read.conv("stem", (3 + 3 + MAPS) * 4, a, 3, 1)?,
            embed: [embed(0, MAPS)?, embed(1, MAPS)?, embed(2, MAPS + 3)?],
            encoder: [
                read.pair("encoder.0", a)?,
                read.pair("encoder.1", b)?,
                read.pair("encoder.2", c)?,
            ],
            down: [
                read.conv("down.0", a, b, 2, 2)?,
                read.conv("down.1", b, c, 2, 2)?,
            ],
            attention: [
                read.attention("attention.0", c)?,
                read.attention("attention.1", c)?,
            ],
            middle: read.pair("middle", c)?,
            up: [
                read.conv("up.0", b, 4 * a, 1, 1)?,
                read.conv("up.1", c, 4 * b, 1, 1)?,
            ],
            decoder: [read.pair("decoder.0", a)?, read.pair("decoder.1", b)?],
            head_norm: read.gain("head_norm", a)?,
            head: read.conv("head", a, 12, 3, 1)?,
            layers,
        })
    }

    /// F of w/sigma_data, g/sigma_data, m and coarse. m is `[B, 8, H, W]`; the other inputs and F
    /// are `[B, 3, H, W]`. Sides are at least 8.
    pub fn forward(
        &self,
        w: Tensor<4>,
        g: Tensor<4>,
        m: Tensor<4>,
        coarse: Tensor<4>,
    ) -> Tensor<4> {
        let [batch, _, height, width] = w.dims();
        let f = self.run(&[w, g, m, coarse].map(aligned));
        f.slice([0..batch, 0..3, 0..height, 0..width])
    }

    /// See [`Layers::measure`].
    pub async fn measure(&self) {
        self.layers.measure().await;
    }

    /// F of w, g, m and coarse whose sides are multiples of [`ALIGN`].
    fn run(&self, [w, g, m, coarse]: &[Tensor<4>; 4]) -> Tensor<4> {
        let layers = &self.layers;
        let e = [
            layers.enter_pooled(&[m], 2),
            layers.enter_pooled(&[m], 4),
            layers.enter_pooled(&[m, coarse], 8),
        ];
        let e: [L::Map; 3] = std::array::from_fn(|i| self.embedding(i, &e[i]));

        let input = layers.enter_unshuffled(&[w, g, m]);
        let mut h = layers.apply(&self.stem, &input, Epilogue::Nothing);
        let mut skips = Vec::new();
        for ((encoder, down), e) in self.encoder.iter().zip(&self.down).zip(&e) {
            h = self.blocks(encoder, h, e);
            let smaller = layers.apply(down, &h, Epilogue::Nothing);
            skips.push(std::mem::replace(&mut h, smaller));
        }
        h = self.blocks(&self.encoder[2], h, &e[2]);
        h = self.attend(&self.attention[0], h);
        h = self.blocks(&self.middle, h, &e[2]);
        h = self.attend(&self.attention[1], h);
        for level in [1, 0] {
            let larger = layers.apply(&self.up[level], &h, Epilogue::Nothing);
            h = layers.shuffle_add(&larger, &skips.remove(level));
            h = self.blocks(&self.decoder[level], h, &e[level]);
        }
        let h = layers.norm_silu(&self.head_norm, &h);
        layers.leave_shuffled(layers.apply(&self.head, &h, Epilogue::Nothing))
    }

    /// The embedding of the maps e at a level: silu(b(silu(a(e)))).
    fn embedding(&self, level: usize, e: &L::Map) -> L::Map {
        let [a, b] = &self.embed[level];
        let inner = self.layers.apply(a, e, Epilogue::Silu);
        self.layers.apply(b, &inner, Epilogue::Silu)
    }

    /// Two residual blocks: h + conv2(silu(conv1(rms(h)) + map(e))), twice.
    fn blocks(&self, pair: &[Block<L>; 2], mut h: L::Map, e: &L::Map) -> L::Map {
        let layers = &self.layers;
        for block in pair {
            let map = layers.apply(&block.map, e, Epilogue::Nothing);
            let normed = layers.norm(&block.norm, &h);
            let inner = layers.apply(&block.conv1, &normed, Epilogue::AddSilu(&map));
            h = layers.apply(&block.conv2, &inner, Epilogue::Add(&h));
        }
        h
    }

    /// A residual attention layer: h + out(attention(qkv(rms(h)))).
    fn attend(&self, attention: &Attention<L>, h: L::Map) -> L::Map {
        let layers = &self.layers;
        let normed = layers.norm(&attention.norm, &h);
        let qkv = layers.apply(&attention.qkv, &normed, Epilogue::Nothing);
        layers.apply(
            &attention.out,
            &layers.attend(&qkv, HEAD),
            Epilogue::Add(&h),
        )
    }
}

/// A residual block.
struct Block<L: Layers> {
    norm: L::Gain,
    conv1: L::Conv,
    conv2: L::Conv,
    map: L::Conv,
}

/// An attention layer.
struct Attention<L: Layers> {
    norm: L::Gain,
    qkv: L::Conv,
    out: L::Conv,
}

/// Prepares layers from the tensors of a weights file.
struct Reader<'a, L: Layers> {
    tensors: &'a Tensors<'a>,
    layers: &'a L,
}

impl<L: Layers> Reader<'_, L> {
    fn conv(
        &self,
        name: &str,
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
    ) -> Result<L::Conv, Error> {
        let weight = self.tensors.floats(
            &format!("{name}.weight"),
            &[outputs, inputs, kernel, kernel],
        )?;
        let bias = self.tensors.floats(&format!("{name}.bias"), &[outputs])?;
        Ok(self.layers.conv(ConvWeights {
            weight: &weight,
            bias: &bias,
            inputs,
            kernel,
            stride,
        }))
    }

    fn gain(&self, name: &str, channels: usize) -> Result<L::Gain, Error> {
        let gain = self.tensors.floats(&format!("{name}.gain"), &[channels])?;
        Ok(self.layers.gain(&gain))
    }

    fn pair(&self, name: &str, width: usize) -> Result<[Block<L>; 2], Error> {
        let block = |i: usize| {
            Ok::<_, Error>(Block {
                norm: self.gain(&format!("{name}.{i}.norm"), width)?,
                conv1: self.conv(&format!("{name}.{i}.conv1"), width, width, 3, 1)?,
                conv2: self.conv(&format!("{name}.{i}.conv2"), width, width, 3, 1)?,
                map: self.conv(&format!("{name}.{i}.map"), EMBED, width, 1, 1)?,
            })
        };
        Ok([block(0)?, block(1)?])
    }

    fn attention(&self, name: &str, width: usize) -> Result<Attention<L>, Error> {
        Ok(Attention {
            norm: self.gain(&format!("{name}.norm"), width)?,
            qkv: self.conv(&format!("{name}.qkv"), width, 3 * width, 1, 1)?,
            out: self.conv(&format!("{name}.out"), width, width, 1, 1)?,
        })
    }
}

/// x with its right and bottom padded to sides that are multiples of [`ALIGN`], by reflection
/// without repeating the edge.
fn aligned(x: Tensor<4>) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let missing = |n: usize| n.next_multiple_of(ALIGN) - n;
    match (missing(height), missing(width)) {
        (0, 0) => x,
        (bottom, right) => x.pad([(0, bottom), (0, right)], PadMode::Reflect),
    }
}
