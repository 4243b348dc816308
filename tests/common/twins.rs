//! Hand-written layers against their plain-tensor twins, on maps whose sides are no multiples of a tile.

use burn::tensor::Tensor;
use eps_restore::kernels::{After, ConvWeights, Layers, TensorLayers};
use eps_restore::noise::Noise;
use eps_restore::place::Place;

use super::comparison::Comparison;

/// What [`Twins::compare`] knows.
pub const KINDS: [&str; 5] = [
    "3×3 convolutions",
    "other convolutions",
    "norms",
    "attention",
    "layouts",
];
/// Sides that end within a tile of 8, of 4 and of 2.
const SIDES: [(usize, usize); 3] = [(8, 16), (10, 14), (7, 5)];
const BATCH: usize = 2;

/// Layers of a place and what they are held against.
pub struct Twins<L: Layers> {
    layers: L,
    tensors: TensorLayers,
    place: Place,
    tolerance: f64,
}

impl<L: Layers> Twins<L> {
    /// `tolerance`: relative L2.
    pub fn new(layers: L, place: &Place, tolerance: f64) -> Self {
        Self {
            layers,
            tensors: TensorLayers::new(place),
            place: place.clone(),
            tolerance,
        }
    }

    /// All layers of a kind.
    pub fn compare(&self, kind: &str) -> Vec<Comparison> {
        match kind {
            "3×3 convolutions" => {
                self.convolutions(&[(56, 64, 3, 1), (64, 12, 3, 1), (32, 256, 3, 1)])
            }
            "other convolutions" => {
                self.convolutions(&[(11, 32, 1, 1), (32, 96, 1, 1), (64, 128, 2, 2)])
            }
            "norms" => self.norms(),
            "attention" => self.attention(),
            "layouts" => self.layouts(),
            other => panic!("no layers of kind {other:?}"),
        }
    }

    fn draw(&self, shape: [usize; 4], stream: u64) -> Tensor<4> {
        self.place.tensor_f32(draw(shape, stream), shape)
    }

    fn held(&self, name: &str, got: Tensor<4>, want: Tensor<4>) -> Comparison {
        assert_eq!(got.dims(), want.dims(), "{name}");
        Comparison::new(name.replace(' ', "_"), got, want, self.tolerance)
    }

    /// Of inputs, outputs, kernel and stride.
    fn convolutions(&self, kinds: &[(usize, usize, usize, usize)]) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        for &(inputs, outputs, kernel, stride) in kinds {
            let scale = 1.0 / ((inputs * kernel * kernel) as f32).sqrt();
            let mut weight = draw([outputs, inputs, kernel, kernel], 1);
            weight.iter_mut().for_each(|w| *w *= scale);
            let bias = draw([1, outputs, 1, 1], 2);
            let weights = ConvWeights {
                weight: &weight,
                bias: &bias,
                inputs,
                kernel,
                stride,
            };
            for (height, width) in SIDES {
                comparisons.extend(self.convolution(weights, height, width));
            }
        }
        comparisons
    }

    fn convolution(
        &self,
        weights: ConvWeights<'_>,
        height: usize,
        width: usize,
    ) -> Vec<Comparison> {
        let ConvWeights {
            inputs,
            kernel,
            stride,
            ..
        } = weights;
        let outputs = weights.bias.len();
        let input = self.draw([BATCH, inputs, height, width], 3);
        let other = self.draw([BATCH, outputs, height / stride, width / stride], 4);
        // The network never adds to the head's 12 channels: others need the pitch of the output.
        let afters = if outputs.is_multiple_of(16) { 4 } else { 2 };
        let one = |after| {
            let name = format!(
                "{inputs}→{outputs} {kernel}×{kernel} on {height}×{width}, {}",
                ["plain", "silu", "add silu", "add"][after]
            );
            let got = convolved(&self.layers, weights, &input, &other, after);
            let want = convolved(&self.tensors, weights, &input, &other, after);
            self.held(&name, got, want)
        };
        (0..afters).map(one).collect()
    }

    fn norms(&self) -> Vec<Comparison> {
        let mut comparisons = Vec::new();
        let gain = draw([1, 64, 1, 1], 7);
        for (height, width) in SIDES {
            let input = self.draw([BATCH, 64, height, width], 5) * 3.0;
            for silu in [false, true] {
                let got = normed(&self.layers, &gain, &input, silu);
                let want = normed(&self.tensors, &gain, &input, silu);
                let name = format!("norm on {height}×{width}, silu {silu}");
                comparisons.push(self.held(&name, got, want));
            }
        }
        comparisons
    }

    fn attention(&self) -> Vec<Comparison> {
        let one = |(height, width)| {
            let qkv = self.draw([BATCH, 3 * 64, height, width], 8);
            let got = attended(&self.layers, &qkv);
            let want = attended(&self.tensors, &qkv);
            self.held(&format!("attention on {height}×{width}"), got, want)
        };
        SIDES.into_iter().map(one).collect()
    }

    fn layouts(&self) -> Vec<Comparison> {
        let whole = self.draw([BATCH, 3, 16, 24], 9);
        let shared = self.draw([1, 8, 16, 24], 10);
        let parts = [&whole, &whole, &shared];
        let large = self.draw([BATCH, 48, 8, 12], 11);
        let skip = self.draw([BATCH, 12, 16, 24], 12);
        let (ours, plain) = (&self.layers, &self.tensors);
        vec![
            self.held(
                "enter and leave",
                ours.leave(ours.enter(whole.clone())),
                whole.clone(),
            ),
            self.held("pooled", pooled(ours, &parts), pooled(plain, &parts)),
            self.held(
                "unshuffled",
                ours.leave(ours.enter_unshuffled(&parts)),
                plain.leave(plain.enter_unshuffled(&parts)),
            ),
            self.held(
                "leave shuffled",
                ours.leave_shuffled(ours.enter(large.clone())),
                plain.leave_shuffled(plain.enter(large.clone())),
            ),
            self.held(
                "shuffle add",
                shuffled(ours, &large, &skip),
                shuffled(plain, &large, &skip),
            ),
        ]
    }
}

fn draw(shape: [usize; 4], stream: u64) -> Vec<f32> {
    let drawn = Noise::new(11, stream, &Place::cpu()).draw(shape);
    drawn.try_into_vec_as().expect("the CPU reads back")
}

/// `after`: nothing, silu, add and silu, add.
fn convolved<L: Layers>(
    layers: &L,
    weights: ConvWeights<'_>,
    input: &Tensor<4>,
    other: &Tensor<4>,
    after: usize,
) -> Tensor<4> {
    let (input, other) = (layers.enter(input.clone()), layers.enter(other.clone()));
    let after = [
        After::Nothing,
        After::Silu,
        After::AddSilu(&other),
        After::Add(&other),
    ][after];
    layers.leave(layers.apply(&layers.conv(weights), &input, after))
}

fn normed<L: Layers>(layers: &L, gain: &[f32], input: &Tensor<4>, silu: bool) -> Tensor<4> {
    let (gain, input) = (layers.gain(gain), layers.enter(input.clone()));
    layers.leave(if silu {
        layers.norm_silu(&gain, &input)
    } else {
        layers.norm(&gain, &input)
    })
}

fn attended<L: Layers>(layers: &L, qkv: &Tensor<4>) -> Tensor<4> {
    layers.leave(layers.attend(&layers.enter(qkv.clone()), 32))
}

fn pooled<L: Layers>(layers: &L, parts: &[&Tensor<4>]) -> Tensor<4> {
    layers.leave(layers.enter_pooled(parts, 4))
}

fn shuffled<L: Layers>(layers: &L, x: &Tensor<4>, skip: &Tensor<4>) -> Tensor<4> {
    let (x, skip) = (layers.enter(x.clone()), layers.enter(skip.clone()));
    layers.leave(layers.shuffle_add(&x, &skip))
}
