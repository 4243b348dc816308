//! Evaluations of the network alone, by its kernels and by Burn's own operations.

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use serde::Serialize;

use crate::Failure;
use crate::timing::{block_on, milliseconds};

#[derive(Serialize)]
pub(crate) struct Timed {
    layers: &'static str,
    precision: String,
    side: usize,
    milliseconds: f64,
}

pub(crate) fn timed(
    device: &ComputeDevice,
    precisions: &[Precision],
    weights: &[u8],
    quick: bool,
) -> Result<Vec<Timed>, Failure> {
    let weights = Weights::read(weights)?;
    let sides: &[usize] = if quick { &[64] } else { &[64, 256] };
    let mut all = Vec::new();
    for &side in sides {
        for &precision in precisions {
            let network = PhotoDenoiser::in_precision(&weights, device, precision)?;
            all.push(Timed {
                layers: "kernels",
                precision: format!("{precision:?}"),
                side,
                milliseconds: time(&network, side, device, quick)?,
            });
        }
        let network = PhotoDenoiser::on_tensors(&weights, device)?;
        all.push(Timed {
            layers: "Burn",
            precision: format!("{:?}", Precision::F32),
            side,
            milliseconds: time(&network, side, device, quick)?,
        });
    }
    Ok(all)
}

fn time(
    network: &PhotoDenoiser,
    side: usize,
    device: &ComputeDevice,
    quick: bool,
) -> Result<f64, Failure> {
    let input = |channels: usize| device.full([1, channels, side, side], 0.1);
    let [w, g, maps, coarse] = [input(3), input(3), input(8), input(3)];
    let evaluate =
        || -> Tensor<4> { network.correction(w.clone(), g.clone(), maps.clone(), coarse.clone()) };
    drop(evaluate());
    block_on(network.measure());
    milliseconds(device, quick, || drop(evaluate()))
}
