//! Hand-written layers against their plain-tensor twins, on maps whose sides are no multiples of a
//! tile.

use burn::tensor::Tensor;
use eps_restore::low_level::compute::conjugate_gradients::{Stop, conjugate_gradients};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::formula::{self, Formula, Group, View};
use eps_restore::low_level::compute::membrane::Membrane;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::layers::{ConvWeights, Epilogue, Layers, TensorLayers};

use super::comparison::Comparison;

/// What [`Twins::compare`] knows.
pub const KINDS: [&str; 7] = [
    "3×3 convolutions",
    "other convolutions",
    "norms",
    "attention",
    "layouts",
    "formulas",
    "membranes",
];
/// The network's: those whose maps may be stored in less than f32.
#[allow(dead_code, reason = "asked of half precision, on a GPU")]
pub const NETWORK_KINDS: [&str; 5] = [KINDS[0], KINDS[1], KINDS[2], KINDS[3], KINDS[4]];
/// Relative L2 of a GPU's layers in f32: WGSL grants exp and sqrt some ten units in the last place,
/// and no order to sums.
#[allow(dead_code, reason = "the CPU's layers are held closer")]
pub const GPU_TOLERANCE: f64 = 1e-5;
/// Relative L2 in f16, whose roundoff is 5e-4, 3e-4 in the mean square: that of inputs, weights and
/// outputs together, and as much again for attention, which takes exp of 8 times a rounded product.
#[allow(dead_code, reason = "asked of half precision, on a GPU")]
pub const HALF_TOLERANCE: f64 = 1e-3;
/// Sides that end within a tile of 8, of 4 and of 2.
const SIDES: [(usize, usize); 3] = [(8, 16), (10, 14), (7, 5)];
const BATCH: usize = 2;
/// How much further two recurrences of conjugate gradients may lie apart: each amplifies rounding
/// by the ratio of its first residual to its last.
const RECURRENCES: f64 = 5.0;

/// Layers of a place and what they are held against.
pub struct Twins<L: Layers> {
    layers: L,
    tensors: TensorLayers,
    device: ComputeDevice,
    tolerance: f64,
}

impl<L: Layers> Twins<L> {
    /// `tolerance`: relative L2.
    pub fn new(layers: L, device: &ComputeDevice, tolerance: f64) -> Self {
        Self {
            layers,
            tensors: TensorLayers::new(device),
            device: device.clone(),
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
            "formulas" => self.formulas(),
            "membranes" => self.membranes(),
            other => panic!("no layers of kind {other:?}"),
        }
    }

    fn draw(&self, shape: [usize; 4], stream: u64) -> Tensor<4> {
        self.device.tensor_f32(draw(shape, stream), shape)
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

    fn formulas(&self) -> Vec<Comparison> {
        let shapes = |height, width| {
            [
                [
                    [BATCH, 3, height, width],
                    [BATCH, 1, height, width],
                    [1, 1, 1, 1],
                ],
                [
                    [1, 3, height, width],
                    [BATCH, 1, 1, width],
                    [BATCH, 1, 1, 1],
                ],
                [[BATCH, 1, 1, 1], [1, 8, 1, 1], [1, 1, 1, 1]],
                [[1, 1, height, 1], [1, 3, 1, 1], [BATCH, 1, 1, 1]],
            ]
        };
        // The last has lines of several chunks.
        let sides = SIDES.into_iter().chain([(30, 600)]);
        let one = |shapes: [[usize; 4]; 3]| {
            let formulas = formulas_of([0, 1, 2].map(|i| self.draw(shapes[i], 13).into()));
            let (got, want) = (
                formula::tensors(formulas.clone()),
                formula::plain(&formulas),
            );
            let both = got.into_iter().zip(want).enumerate();
            let held =
                both.map(|(i, (got, want))| self.held(&format!("{i} of {shapes:?}"), got, want));
            held.collect::<Vec<_>>()
        };
        let all = sides.flat_map(|(height, width)| shapes(height, width));
        let mut comparisons: Vec<Comparison> = all.flat_map(one).collect();
        let few = self.draw([1, 8, 1, 1], 13);
        let many = [BATCH, 8, 7, 5];
        let spread = formula::spread(few.clone(), many);
        comparisons.push(self.held("spread", spread, few.expand(many)));
        comparisons.extend(self.views());
        comparisons
    }

    /// Images seen otherwise, and sums over groups of them, against copies.
    fn views(&self) -> Vec<Comparison> {
        let f = 3;
        let x = self.draw([BATCH, 3, 6, 12], 13);
        let views = [
            View::Channel(1),
            View::Blocks(f),
            View::Periodic(f),
            View::Apart(f),
            View::First(f),
        ];
        let seen = views.map(|view| {
            // With the image itself where they are of one size: one tensor for both.
            let image = Formula::from(&x);
            let got = (image.view(view) * 2.0 + 1.0).tensor();
            self.held(&format!("{view:?}"), got, view.of(x.clone()) * 2.0 + 1.0)
        });
        let mixed = {
            let image = Formula::from(&x);
            (image.view(View::Channel(2)) - image).tensor()
        };
        let channel = x.clone().narrow(1, 2, 1) - x.clone();
        let sums = [Group::Block, Group::Aliases].map(|group| {
            let other = self.draw(View::First(f).shape(x.dims()), 14);
            let squares = Formula::from(&x) * &x;
            let got = formula::grouped(squares, group, f, |sum| Formula::from(&other) - sum / 9.0);
            let want = other.clone() - group.sums(x.clone().square(), f) / 9.0;
            self.held(&format!("sums over {group:?}"), got, want)
        });
        let mixed = self.held("a channel and all", mixed, channel);
        seen.into_iter().chain(sums).chain([mixed]).collect()
    }

    /// The last side has several tiles of sweeps.
    fn membranes(&self) -> Vec<Comparison> {
        let membrane = Membrane {
            centre: 40.01,
            neighbour: 10.0,
        };
        let mut comparisons = Vec::new();
        for (height, width) in SIDES.into_iter().chain([(1, 9), (61, 35)]) {
            let x = self.draw([BATCH, 3, height, width], 14);
            comparisons.push(self.held(
                &format!("product on {height}×{width}"),
                membrane.times(x.clone()),
                membrane.times_plain(x.clone()),
            ));
            for (images, kinds) in [(1, 1), (BATCH, 3)] {
                // Half of it unknown.
                let data = self.draw([images, kinds, height, width], 15);
                let data = data.clamp_min(0.0) * 100.0;
                let name = format!("with {images}×{kinds} on {height}×{width}");
                let diagonal = data.clone() + 45.0;
                comparisons.push(self.held(
                    &format!("sweeps {name}"),
                    membrane.swept(&(Formula::from(&data) + 45.0), 16),
                    membrane.swept_plain(diagonal, 16),
                ));
                // No larger than the solution.
                let start = self.draw([BATCH, 3, height, width], 16) * 0.02;
                comparisons.push(self.solution(&membrane, &name, [data, x.clone(), start], 16));
            }
        }
        comparisons.extend(self.vanishing_residuals(&membrane));
        comparisons
    }

    /// Equations that a few iterations solve, a diagonal that outweighs the membrane: the rest has
    /// only rounding to work on.
    fn vanishing_residuals(&self, membrane: &Membrane) -> Vec<Comparison> {
        let start = self.draw([BATCH, 3, 9, 13], 17);
        [1e2, 3e2, 1e3, 3e3, 1e4, 3e4, 1e5, 1e6]
            .into_iter()
            .map(|scale| {
                let data = (start.clone().clamp_min(0.0) + 1.0) * scale;
                let b = self.draw([BATCH, 3, 9, 13], 18) * scale;
                let name = format!("under data of {scale:e}");
                self.solution(membrane, &name, [data, b, start.clone()], 25)
            })
            .collect()
    }

    fn solution(
        &self,
        membrane: &Membrane,
        name: &str,
        equations: [Tensor<4>; 3],
        iterations: usize,
    ) -> Comparison {
        let [data, b, start] = &equations;
        // As formulas whose values are these to the last digit; data that are made of two images
        // are computed first.
        let [half, sum] = [data, b].map(|x| Formula::from(x) * 0.5);
        let sum = sum + Formula::from(b) * 0.5;
        let data = match data.dims()[0] {
            1 => half * 2.0,
            _ => half + Formula::from(data) * 0.5,
        };
        let got = membrane
            .solve(&data, &sum, start, iterations)
            .expect("a solution in f32");
        let want = solved(membrane, equations, iterations);
        Comparison {
            tolerance: RECURRENCES * self.tolerance,
            ..self.held(&format!("solution {name}"), got, want)
        }
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

/// Formulas that hold every operation, of tensors that broadcast along every axis, whose result is
/// one value or many.
fn formulas_of([whole, planes, scalar]: [Formula; 3]) -> [Formula; 2] {
    let sum = &whole * &whole + 0.1;
    let quotient = (&planes - &scalar) / &sum;
    [
        quotient.positive() + sum.recip(),
        sum.sqrt() * scalar - sum.ln(),
    ]
}

/// The same equations by [`conjugate_gradients`].
fn solved(membrane: &Membrane, [data, b, start]: [Tensor<4>; 3], iterations: usize) -> Tensor<4> {
    let diagonal = data.clone() + membrane.centre;
    conjugate_gradients(
        |x| membrane.times_plain(x.clone()) + x * data.clone(),
        |r| r / diagonal.clone(),
        b,
        Some(start),
        &Stop::After(iterations),
    )
}

fn draw(shape: [usize; 4], stream: u64) -> Vec<f32> {
    let drawn = WhiteNoise::new(11, stream, &ComputeDevice::cpu()).draw(shape);
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
        Epilogue::Nothing,
        Epilogue::Silu,
        Epilogue::AddSilu(&other),
        Epilogue::Add(&other),
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
