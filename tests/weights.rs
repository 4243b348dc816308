//! Files of weights, by each type that a tensor may have.

use std::collections::HashMap;

use eps_restore::Error;
use eps_restore::low_level::denoiser::Weights;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// A file of tensors, each a name, a type, a shape and bytes.
fn file(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
    let architecture = ("architecture".to_owned(), "photo-v1".to_owned());
    let mut views = HashMap::new();
    for (name, dtype, shape, bytes) in tensors {
        let view = TensorView::new(*dtype, shape.to_vec(), bytes).expect("as many bytes");
        views.insert((*name).to_owned(), view);
    }
    safetensors::serialize(views, Some(HashMap::from([architecture]))).expect("valid")
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
    let values = weights.floats("a", &[2, 3, 1, 1]).expect("the tensor");
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
        let error = weights.floats(name, &[2]).expect_err(name);
        let Error::InvalidWeights(message) = error else {
            panic!("{error:?}");
        };
        assert!(message.contains(fault), "{message}");
    }
}
