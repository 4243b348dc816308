//! Hand-written layers, formulas and solvers compared with the same arithmetic in plain tensor
//! operations, on maps whose sides are not multiples of a tile.

use burn::tensor::Tensor;
use eps_restore::low_level::compute::conjugate_gradients::{Stop, conjugate_gradients};
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::formula::{self, Formula, Group, View};
use eps_restore::low_level::compute::membrane::Membrane;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::denoiser::layers::{ConvWeights, Epilogue, Layers, TensorLayers};

use super::comparison::Comparison;

/// The kinds of computation that [`Twins::compare`] compares.
pub(crate) const KINDS: [&str; 7] = [
    "3×3 convolutions",
    "other convolutions",
    "norms",
    "attention",
    "layouts",
    "formulas",
    "membranes",
];
/// The kinds that are layers of the network, whose maps may be stored in f16.
#[allow(dead_code, reason = "used by the tests of half precision, on a GPU")]
pub(crate) const NETWORK_KINDS: [&str; 5] = [KINDS[0], KINDS[1], KINDS[2], KINDS[3], KINDS[4]];
/// Relative L2 error of a GPU's layers in f32. WGSL allows errors of about ten units in the last
/// place for exp and sqrt, and any order of summation.
#[allow(dead_code, reason = "the CPU's layers have a smaller tolerance")]
pub(crate) const GPU_TOLERANCE: f64 = 1e-5;
/// Relative L2 error in f16, whose rounding errors are at most 5e-4, and 3e-4 in the mean square.
/// Inputs, weights and outputs are rounded. Attention takes as much again, because it takes the exp
/// of 8 times a rounded product.
#[allow(dead_code, reason = "used by the tests of half precision, on a GPU")]
pub(crate) const HALF_TOLERANCE: f64 = 1e-3;
/// Heights and widths. Some end within a tile of side 8, 4 or 2.
const SIDES: [(usize, usize); 3] = [(8, 16), (10, 14), (7, 5)];
const BATCH: usize = 2;
/// The factor on the tolerance of solutions by conjugate gradients: two recurrences differ by
/// rounding errors, which each amplifies by the ratio of its first residual to its last.
const RECURRENCES: f64 = 5.0;

/// Layers, and the reference for them.
#[derive(Debug)]
pub(crate) struct Twins<L: Layers> {
    layers: L,
    tensors: TensorLayers,
    device: ComputeDevice,
    tolerance: f64,
}

impl<L: Layers> Twins<L> {
    /// `layers` on `device`, with a tolerance for relative L2 errors.
    pub(crate) fn new(layers: L, device: &ComputeDevice, tolerance: f64) -> Self {
        Self {
            layers,
            tensors: TensorLayers::new(device),
            device: device.clone(),
            tolerance,
        }
    }

    /// All comparisons of a kind, one of [`KINDS`].
    pub(crate) fn compare(&self, kind: &str) -> Vec<Comparison> {
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

    fn comparison(&self, name: &str, got: Tensor<4>, want: Tensor<4>) -> Comparison {
        assert_eq!(got.dims(), want.dims(), "{name}");
        Comparison::new(name.replace(' ', "_"), got, want, self.tolerance)
    }

    /// Convolutions given by inputs, outputs, kernel and stride.
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
        // The CPU's epilogues add maps of the pitch of the output. With 12 outputs, as at the head,
        // this one has another pitch; the network adds nothing there.
        let epilogues = if outputs.is_multiple_of(16) { 4 } else { 2 };
        let compare = |epilogue| {
            let name = format!(
                "{inputs}→{outputs} {kernel}×{kernel} on {height}×{width}, {}",
                ["plain", "silu", "add silu", "add"][epilogue]
            );
            let got = convolved(&self.layers, weights, &input, &other, epilogue);
            let want = convolved(&self.tensors, weights, &input, &other, epilogue);
            self.comparison(&name, got, want)
        };
        (0..epilogues).map(compare).collect()
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
                comparisons.push(self.comparison(&name, got, want));
            }
        }
        comparisons
    }

    fn attention(&self) -> Vec<Comparison> {
        let compare = |(height, width)| {
            let qkv = self.draw([BATCH, 3 * 64, height, width], 8);
            let got = attended(&self.layers, &qkv);
            let want = attended(&self.tensors, &qkv);
            self.comparison(&format!("attention on {height}×{width}"), got, want)
        };
        SIDES.into_iter().map(compare).collect()
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
        // Lines of the last size have several chunks.
        let sides = SIDES.into_iter().chain([(30, 600)]);
        let compare = |shapes: [[usize; 4]; 3]| {
            let formulas = formulas_of([0, 1, 2].map(|i| self.draw(shapes[i], 13).into()));
            let (got, want) = (
                formula::tensors(formulas.clone()),
                formula::plain(&formulas),
            );
            let pairs = got.into_iter().zip(want).enumerate();
            let compare = |(i, (got, want))| {
                let name = format!("{i} of {shapes:?}");
                self.comparison(&name, got, want)
            };
            pairs.map(compare).collect::<Vec<_>>()
        };
        let all = sides.flat_map(|(height, width)| shapes(height, width));
        let mut comparisons: Vec<Comparison> = all.flat_map(compare).collect();
        let few = self.draw([1, 8, 1, 1], 13);
        let many = [BATCH, 8, 7, 5];
        let expanded = formula::expand(few.clone(), many);
        comparisons.push(self.comparison("expanded", expanded, few.expand(many)));
        comparisons.extend(self.views());
        comparisons
    }

    /// Views of images, and sums over groups of their pixels, against copies.
    fn views(&self) -> Vec<Comparison> {
        let f = 3;
        let x = self.draw([BATCH, 3, 6, 12], 13);
        let views = [
            View::Channel(1),
            View::Turned(2),
            View::Blocks(f),
            View::Periodic(f),
            View::Apart(f),
            View::First(f),
        ];
        let viewed = views.map(|view| {
            let image = Formula::from(&x);
            let got = (image.view(view) * 2.0 + 1.0).tensor();
            self.comparison(&format!("{view:?}"), got, view.of(x.clone()) * 2.0 + 1.0)
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
            self.comparison(&format!("sums over {group:?}"), got, want)
        });
        let mixed = self.comparison("a channel and all", mixed, channel);
        viewed.into_iter().chain(sums).chain([mixed]).collect()
    }

    /// Products, sweeps and solutions. The sweeps of the last size take several tiles.
    fn membranes(&self) -> Vec<Comparison> {
        let membrane = Membrane {
            centre: 40.01,
            neighbour: 10.0,
        };
        let mut comparisons = Vec::new();
        for (height, width) in SIDES.into_iter().chain([(1, 9), (61, 35)]) {
            let x = self.draw([BATCH, 3, height, width], 14);
            comparisons.push(self.comparison(
                &format!("product on {height}×{width}"),
                membrane.times(x.clone()),
                membrane.times_plain(x.clone()),
            ));
            for (images, kinds) in [(1, 1), (BATCH, 3)] {
                // Zero, that is unknown, at half the pixels.
                let data = self.draw([images, kinds, height, width], 15);
                let data = data.clamp_min(0.0) * 100.0;
                let name = format!("with {images}×{kinds} on {height}×{width}");
                let diagonal = data.clone() + 45.0;
                comparisons.push(self.comparison(
                    &format!("sweeps {name}"),
                    membrane.swept(&(Formula::from(&data) + 45.0), 16),
                    membrane.swept_plain(diagonal, 16),
                ));
                // Of the size of the solution.
                let start = self.draw([BATCH, 3, height, width], 16) * 0.02;
                comparisons.push(self.solution(&membrane, &name, [data, x.clone(), start], 16));
            }
        }
        comparisons.extend(self.vanishing_residuals(&membrane));
        comparisons
    }

    /// Equations whose diagonal outweighs the membrane, so that a few iterations solve them. In the
    /// other iterations the residual is only rounding error.
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
        // Formulas whose values are exactly those of the tensors. `data` of several images contains
        // two tensors, so that a GPU must compute it first.
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
            ..self.comparison(&format!("solution {name}"), got, want)
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
            self.comparison(
                "enter and leave",
                ours.leave(ours.enter(whole.clone())),
                whole.clone(),
            ),
            self.comparison("pooled", pooled(ours, &parts), pooled(plain, &parts)),
            self.comparison(
                "unshuffled",
                ours.leave(ours.enter_unshuffled(&parts)),
                plain.leave(plain.enter_unshuffled(&parts)),
            ),
            self.comparison(
                "leave shuffled",
                ours.leave_shuffled(ours.enter(large.clone())),
                plain.leave_shuffled(plain.enter(large.clone())),
            ),
            self.comparison(
                "shuffle add",
                shuffled(ours, &large, &skip),
                shuffled(plain, &large, &skip),
            ),
        ]
    }
}

/// Formulas that contain all operations, on one value and on many.
fn formulas_of([whole, planes, scalar]: [Formula; 3]) -> [Formula; 2] {
    let sum = &whole * &whole + 0.1;
    let quotient = (&planes - &scalar) / &sum;
    [
        quotient.positive() + sum.recip(),
        sum.sqrt() * scalar - sum.ln(),
    ]
}

/// The reference for [`Membrane::solve`], by [`conjugate_gradients`].
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

/// The convolution with one of four epilogues: none, silu, silu of the sum, the sum.
fn convolved<L: Layers>(
    layers: &L,
    weights: ConvWeights<'_>,
    input: &Tensor<4>,
    other: &Tensor<4>,
    epilogue: usize,
) -> Tensor<4> {
    let (input, other) = (layers.enter(input.clone()), layers.enter(other.clone()));
    let epilogue = [
        Epilogue::Nothing,
        Epilogue::Silu,
        Epilogue::AddSilu(&other),
        Epilogue::Add(&other),
    ][epilogue];
    layers.leave(layers.apply(&layers.conv(weights), &input, epilogue))
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
