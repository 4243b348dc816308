//! Every kernel against its twin, and every quantity against the golden vectors.

use std::sync::atomic::Ordering;

use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::gpu::POISON;
use eps_restore::low_level::denoiser::layers::Precision;
use eps_restore::low_level::denoiser::layers::gpu::{Family, GpuLayers};
use eps_restore::low_level::denoiser::{PhotoDenoiser, Weights};
use serde::Serialize;

use crate::common::golden::Golden;
use crate::comparison::{Comparison, relative_error};
use crate::twins::{GPU_TOLERANCE, HALF_TOLERANCE, KINDS, NETWORK_KINDS, Twins};
use crate::{Failure, Models};

/// Relative L2 tolerance of the network's correction of the Gaussian posterior's mean.
const NETWORK: f64 = 0.01;

/// Comparisons of one kind.
#[derive(Serialize)]
pub(crate) struct Check {
    name: String,
    comparisons: usize,
    /// The largest relative L2 error, as a share of its tolerance.
    worst: f64,
    pub(crate) failed: Vec<String>,
}

impl Check {
    fn of(name: String, comparisons: &[Comparison]) -> Result<Self, Failure> {
        let (mut worst, mut failed) = (0.0f64, Vec::new());
        for comparison in comparisons {
            let norms: Vec<f32> = comparison.norms().try_into_vec_as()?;
            let share = relative_error(&norms) / comparison.tolerance;
            if share.is_nan() || share >= 1.0 {
                failed.push(comparison.name.clone());
            }
            worst = worst.max(share);
        }
        Ok(Self {
            name,
            comparisons: comparisons.len(),
            worst,
            failed,
        })
    }
}

/// Fresh buffers hold NaN meanwhile: what a kernel leaves unwritten fails.
pub(crate) fn all(
    device: &ComputeDevice,
    precisions: &[Precision],
    models: &Models,
) -> Result<Vec<Check>, Failure> {
    POISON.store(true, Ordering::Relaxed);
    let mut checks = against_twins(device, precisions)?;
    checks.extend(against_golden_vectors(device, precisions, models)?);
    POISON.store(false, Ordering::Relaxed);
    Ok(checks)
}

fn against_twins(device: &ComputeDevice, precisions: &[Precision]) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for &precision in precisions {
        let tolerance = match precision {
            Precision::F32 => GPU_TOLERANCE,
            Precision::F16 => HALF_TOLERANCE,
        };
        for family in Family::ALL {
            let layers = GpuLayers::new(device, precision).with_family(family);
            let twins = Twins::new(layers, device, tolerance);
            let kinds = match (family, precision) {
                (Family::Direct, Precision::F32) => &KINDS[..],
                (Family::Direct, Precision::F16) => &NETWORK_KINDS[..],
                // The families differ in these.
                _ => &NETWORK_KINDS[..1],
            };
            for kind in kinds {
                let name = format!("{kind}, {family:?}, {precision:?}");
                checks.push(Check::of(name, &twins.compare(kind))?);
            }
        }
    }
    Ok(checks)
}

fn against_golden_vectors(
    device: &ComputeDevice,
    precisions: &[Precision],
    models: &Models,
) -> Result<Vec<Check>, Failure> {
    let weights = Weights::read(&models.weights)?;
    let mut checks = Vec::new();
    for &precision in precisions {
        let golden = Golden::new(
            &models.weights,
            models.operators.clone(),
            models.network.clone(),
            device,
        );
        let golden =
            golden.with_denoiser(PhotoDenoiser::in_precision(&weights, device, precision)?);
        let mut comparisons = Vec::new();
        for case in golden.cases() {
            if precision == Precision::F32 {
                comparisons.extend(golden.operators(&case));
                comparisons.extend(golden.network(&case));
            }
            comparisons.extend(golden.correction(&case, NETWORK));
        }
        checks.push(Check::of(
            format!("golden vectors, {precision:?}"),
            &comparisons,
        )?);
    }
    Ok(checks)
}
