//! The effect of the solver alone on the variance of a posterior: `cargo run --release --example
//! calibration` prints the first table of docs/calibration.md.
//!
//! For N(0, s²) the exact denoiser is D = s²/(s² + tau²) z. A solver that starts from the exact
//! distribution at tau_max should end with variance s². A deterministic solver multiplies its start
//! by a number; the stochastic one is drawn 400000 times, for a standard error of 0.2 % of the
//! variance.

use burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::compute::white_noise::WhiteNoise;
use eps_restore::low_level::sampler::interpolant::Interpolant;
use eps_restore::low_level::sampler::{Sampler, SolverKind};

const DEVIATIONS: [f64; 4] = [0.05, 0.1, 0.2, 0.4];
const DRAWS: usize = 400_000;

/// A sampler that takes `evaluations`, or the nearest number below that its solver can take.
/// `evaluations` includes the one for the mean where the sampler starts from it.
fn sampler(solver: SolverKind, evaluations: usize, from_mean: bool) -> Sampler {
    let left = evaluations - usize::from(from_mean);
    let points = match solver {
        SolverKind::Heun | SolverKind::Churn => left.div_ceil(2),
        _ => left,
    };
    let (tau_max, tau_min) = match from_mean {
        true => (5.0, if evaluations == 5 { 0.03 } else { 0.01 }),
        false => (80.0, 0.002),
    };
    Sampler {
        solver,
        interpolant: Interpolant::Edm,
        points,
        tau_max,
        tau_min,
        from_mean,
        refine_mean: false,
    }
}

/// The variance of a sampler's samples of N(0, s²), over s².
fn ratio(sampler: Sampler, s: f64, device: &ComputeDevice) -> f64 {
    let (s2, top) = (s * s, sampler.tau_max * sampler.tau_max);
    let mut noise = WhiteNoise::new(1, 0, device);
    let start = match sampler.solver {
        SolverKind::Churn => noise.draw([1, 1, 1, DRAWS]),
        _ => device.scalar(1.0),
    };
    let mut solver = sampler.solver(start * (s2 + top).sqrt(), noise);
    while let Some((z, tau)) = solver.query() {
        solver.answer(z * (s2 / (s2 + tau * tau)));
    }
    let sample: Tensor<4> = solver.sample();
    sample.square().mean().into_scalar::<f64>() / s2
}

fn main() {
    let device = ComputeDevice::cpu_f64();
    println!("| solver | start | evaluations | points | s = 0.05 | 0.1 | 0.2 | 0.4 |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, solver) in [
        ("Euler", SolverKind::Euler),
        ("Heun", SolverKind::Heun),
        ("DPM-Solver++(2M)", SolverKind::DpmSolver2M),
        ("EDM churn", SolverKind::Churn),
    ] {
        for (start, from_mean) in [("80", false), ("5, from the mean", true)] {
            for evaluations in [5, 7, 11, 19] {
                let sampler = sampler(solver, evaluations, from_mean);
                let made = sampler.evaluations() + usize::from(from_mean);
                let ratios = DEVIATIONS.map(|s| format!("{:.2}", ratio(sampler, s, &device)));
                println!(
                    "| {name} | {start} | {made} | {} | {} |",
                    sampler.points,
                    ratios.join(" | ")
                );
            }
        }
    }
}
