//! The hand-written layers against their plain-tensor twins, on maps whose sides are no multiples of a tile.
//!
//! Tolerance, relative L2: 2e-6, some tens of f32's unit roundoff; the transforms of F(4×4, 3×3) amplify rounding about ten times.

use burn::tensor::Tensor;
use eps_restore::kernels::cpu::CpuLayers;
use eps_restore::kernels::{After, ConvWeights, Layers, TensorLayers};
use eps_restore::noise::Noise;
use eps_restore::place::Place;

const TOLERANCE: f64 = 2e-6;
/// A batch of two, sides that end within a tile of 4 and of 2.
const SIDES: [(usize, usize); 3] = [(8, 8), (10, 14), (7, 5)];

fn draw(shape: [usize; 4], stream: u64) -> Tensor<4> {
    Noise::new(11, stream, &Place::cpu()).draw(shape)
}

fn values(tensor: Tensor<4>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("the CPU reads back")
}

fn assert_equal(name: &str, got: Tensor<4>, want: Tensor<4>) {
    assert_eq!(got.dims(), want.dims(), "{name}");
    let (got, want) = (values(got), values(want));
    let square = |v: f32| f64::from(v) * f64::from(v);
    let difference: f64 = got.iter().zip(&want).map(|(a, b)| square(a - b)).sum();
    let norm: f64 = want.iter().map(|b| square(*b)).sum();
    let error = (difference / norm).sqrt();
    assert!(error < TOLERANCE, "{name}: relative error {error:.1e}");
}

/// What a layer makes of maps, in terms of tensors, on any layers.
fn through<L: Layers>(
    layers: &L,
    maps: &[Tensor<4>],
    f: impl Fn(&L, &[L::Map]) -> L::Map,
) -> Tensor<4> {
    let maps: Vec<L::Map> = maps.iter().map(|m| layers.enter(m.clone())).collect();
    layers.leave(f(layers, &maps))
}

/// Compares one layer on both, given as the same expression over `$layers` and `$maps`.
macro_rules! assert_twins {
    ($name:expr, $inputs:expr, |$layers:ident, $maps:ident| $body:expr) => {{
        let inputs: Vec<Tensor<4>> = $inputs;
        let got = through(&CpuLayers, &inputs, |$layers, $maps| $body);
        let tensors = TensorLayers::new(&Place::cpu());
        let want = through(&tensors, &inputs, |$layers, $maps| $body);
        assert_equal($name, got, want);
    }};
}

#[test]
fn convolutions() {
    let kinds = [
        (56, 64, 3, 1),
        (64, 12, 3, 1),
        (32, 256, 3, 1),
        (11, 32, 1, 1),
        (32, 96, 1, 1),
        (64, 128, 2, 2),
    ];
    for (inputs, outputs, kernel, stride) in kinds {
        let scale = 1.0 / ((inputs * kernel * kernel) as f64).sqrt();
        let weight = values(draw([outputs, inputs, kernel, kernel], 1) * scale);
        let bias = values(draw([1, outputs, 1, 1], 2));
        let weights = ConvWeights {
            weight: &weight,
            bias: &bias,
            inputs,
            kernel,
            stride,
        };
        for (height, width) in SIDES {
            let name = format!("{inputs}→{outputs} {kernel}×{kernel} on {height}×{width}");
            let input = draw([2, inputs, height, width], 3);
            let other = draw([2, outputs, height / stride, width / stride], 4);
            assert_twins!(&name, vec![input.clone()], |layers, maps| {
                layers.apply(&layers.conv(weights), &maps[0], After::Nothing)
            });
            assert_twins!(&name, vec![input.clone()], |layers, maps| {
                layers.apply(&layers.conv(weights), &maps[0], After::Silu)
            });
            // The network never adds to the head's 12 channels: others need the pitch of the output.
            if outputs % 16 == 0 {
                assert_twins!(&name, vec![input.clone(), other.clone()], |layers, maps| {
                    layers.apply(&layers.conv(weights), &maps[0], After::AddSilu(&maps[1]))
                });
                assert_twins!(&name, vec![input, other], |layers, maps| {
                    layers.apply(&layers.conv(weights), &maps[0], After::Add(&maps[1]))
                });
            }
        }
    }
}

#[test]
fn norm_silu_and_sum() {
    for (height, width) in SIDES {
        let inputs = || {
            vec![
                draw([2, 64, height, width], 5) * 3.0,
                draw([2, 64, height, width], 6),
            ]
        };
        let gain = values(draw([1, 64, 1, 1], 7));
        assert_twins!("norm", inputs(), |layers, maps| layers
            .norm(&layers.gain(&gain), &maps[0]));
        assert_twins!("silu", vec![inputs()[0].clone() * 10.0], |layers, maps| {
            layers.silu(maps[0].clone())
        });
        assert_twins!("add", inputs(), |layers, maps| layers
            .add(maps[0].clone(), &maps[1]));
    }
}

#[test]
fn attention() {
    for (height, width) in SIDES {
        let qkv = vec![draw([2, 3 * 64, height, width], 8)];
        assert_twins!("attend", qkv, |layers, maps| layers.attend(&maps[0], 32));
    }
}

#[test]
fn pooling_and_shuffling() {
    let inputs = || vec![draw([2, 12, 16, 24], 9), draw([2, 8, 16, 24], 10)];
    assert_twins!("pool", inputs(), |layers, maps| layers.pool(&maps[0], 4));
    assert_twins!("join", inputs(), |layers, maps| layers
        .join(&[&maps[0], &maps[1]]));
    assert_twins!("shuffle", inputs(), |layers, maps| layers.shuffle(&maps[0]));
    assert_twins!("unshuffle", inputs(), |layers, maps| layers
        .unshuffle(&maps[0]));
}
