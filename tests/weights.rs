//! Files of weights, by each type that a tensor may have.

use std::collections::HashMap;

use eps_restore::Error;
use eps_restore::low_level::denoiser::Weights;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// A file of tensors, each a name, a type, a shape and bytes.
fn file(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
    let network = r#"{"prior": {"axes": [
        [0.5773502691896258, 0.5773502691896258, 0.5773502691896258],
        [0.7071067811865476, 0.0, -0.7071067811865476],
        [0.4082482904638631, -0.8164965809277261, 0.4082482904638631]],
        "precision": [5.0, 40.0, 150.0], "deviation": [0.5, 0.5, 0.5]}, "bottom": 0}"#;
    let metadata = [("architecture", "photo-v2"), ("network", network)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut views = HashMap::new();
    for (name, dtype, shape, bytes) in tensors {
        let view = TensorView::new(*dtype, shape.to_vec(), bytes).expect("as many bytes");
        views.insert((*name).to_owned(), view);
    }
    safetensors::serialize(views, Some(HashMap::from(metadata))).expect("valid")
}

fn halves(values: &[f32]) -> Vec<u8> {
    let bytes = |value: &f32| half::f16::from_f32(*value).to_le_bytes();
    values.iter().flat_map(bytes).collect()
}

#[test]
fn eight_bits_are_multiplied_by_the_scale_of_their_output() {
    let bytes = [1, 255, 127, 129, 0, 2].map(u8::from);
    let scales = halves(&[0.5, 2.0]);
    let file = file(&[
        ("a", Dtype::I8, &[2, 3, 1, 1], &bytes),
        ("a.scale", Dtype::F16, &[2], &scales),
    ]);
    let weights = Weights::read(&file).expect("a file");
    let values = weights
        .tensors()
        .floats("a", &[2, 3, 1, 1])
        .expect("the tensor");
    assert_eq!(values, [0.5, -0.5, 63.5, -254.0, 0.0, 4.0]);
}

#[test]
fn every_fault_of_a_tensor_is_named() {
    let two = [1, 2];
    let halves = [halves(&[1.0, f32::INFINITY]), halves(&[1.0])];
    let file = file(&[
        ("without scales", Dtype::I8, &[2], &two),
        ("few scales", Dtype::I8, &[2], &two),
        ("few scales.scale", Dtype::F16, &[1], &halves[1]),
        ("endless scales", Dtype::I8, &[2], &two),
        ("endless scales.scale", Dtype::F16, &[2], &halves[0]),
        ("endless", Dtype::F16, &[2], &halves[0]),
        ("unsigned", Dtype::U8, &[2], &two),
    ]);
    let weights = Weights::read(&file).expect("a file");
    for (name, fault) in [
        ("absent", "\"absent\" is missing"),
        ("without scales", "\"without scales.scale\" is missing"),
        (
            "few scales",
            "\"few scales.scale\" has the shape [1], not [2]",
        ),
        (
            "endless scales",
            "\"endless scales.scale\" holds a value that is not finite",
        ),
        ("endless", "\"endless\" holds a value that is not finite"),
        ("unsigned", "\"unsigned\" is of type U8, not F16, F32 or I8"),
    ] {
        let error = weights.tensors().floats(name, &[2]).expect_err(name);
        let Error::InvalidWeights(message) = error else {
            panic!("{error:?}");
        };
        assert!(message.contains(fault), "{message}");
    }
}

/// Draws of a linear congruence.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// What a stranger may do to a file whose header ends at `header`.
fn mutate(file: &mut Vec<u8>, header: usize, random: &mut Random) {
    match random.below(7) {
        0 => file[8 + random.below(header - 8)] ^= 1 << random.below(8),
        1 => file.truncate(random.below(file.len())),
        2 => file.truncate(random.below(header)),
        3 => file[..8].copy_from_slice(&(random.below(1 << 40) as u64).to_le_bytes()),
        4 => file.extend(vec![7; 1 + random.below(1000)]),
        // A digit of an offset or a shape.
        5 => {
            let from = 8 + random.below(header - 8);
            let digit = file[from..header].iter().position(u8::is_ascii_digit);
            file[from + digit.unwrap_or(0)] = b'0' + random.below(10) as u8;
        }
        // A half that is not finite.
        _ => {
            let at = header + 2 * random.below((file.len() - header) / 2 - 1);
            file[at..at + 2].copy_from_slice(&0x7c00_u16.to_le_bytes());
        }
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/photo-v2.safetensors");
    let whole = std::fs::read(path).expect("the released weights");
    let header = 8 + u64::from_le_bytes(whole[..8].try_into().expect("eight bytes")) as usize;
    let mut random = Random(7);
    let mut refused = 0;
    for _ in 0..500 {
        let mut file = whole.clone();
        mutate(&mut file, header, &mut random);
        if let Err(error) = eps_restore::Denoiser::on_cpu(&file) {
            assert_eq!(error.code(), "invalid-weights", "{error}");
            refused += 1;
        }
    }
    assert!(refused > 300, "{refused} of 500 refused");
}
