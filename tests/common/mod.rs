//! What several integration tests need: the committed weights, the golden vectors, errors.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod cases;
pub(crate) mod comparison;
pub(crate) mod crops;
pub(crate) mod dense;
pub(crate) mod digits;
pub(crate) mod figures;
pub(crate) mod gaussian;
pub(crate) mod golden;
pub(crate) mod rounded;

use std::path::PathBuf;

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;

/// A committed file of `models/`.
pub(crate) fn model(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The values of each window's image, as `Composite::restored` takes them.
pub(crate) fn values(images: Vec<Tensor<4>>) -> Vec<Vec<f32>> {
    let values = images.into_iter().map(Tensor::try_into_vec_as);
    values.collect::<Result<_, _>>().expect("on the CPU")
}

/// The photos that quality is tested on, `[B, 3, 64, 64]`.
pub(crate) fn committed_crops(device: &ComputeDevice) -> Tensor<4> {
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/crops");
    let folder = std::fs::read_dir(data).expect("committed crops");
    let mut files: Vec<PathBuf> = folder.map(|e| e.expect("a file").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "png"));
    files.sort();
    let crop = |f: &PathBuf| crops::centre_crop(f, figures::SIDE, device).expect("a 64×64 crop");
    Tensor::cat(files.iter().map(crop).collect(), 0)
}
