//! Every quantity of the method against the PyTorch reference's golden vectors, on the CPU in f32.
//!
//! Tolerances, relative L2 per tensor: 1e-5 against the operators' vectors (computed in f64), 1e-4 for the pivots of convolutions, whose DFT of a state at
//! tau = 80 rounds 160 times its signal; 1e-3 for the network, computed in f32 on both sides.

mod common;

use burn::tensor::Tensor;
use common::golden::{CASES, Golden, SIZES, denoiser};
use common::relative;
use eps_restore::denoiser::Denoiser;
use eps_restore::interpolant;
use eps_restore::place::Place;
use eps_restore::sampler::{DpmSolver2M, Heun, Solver};

fn cases() -> impl Iterator<Item = String> {
    CASES
        .iter()
        .flat_map(|case| SIZES.iter().map(move |size| format!("{case}.{size}")))
}

#[test]
fn operators_match_the_reference() {
    let golden = Golden::operators(&Place::cpu());
    for case in cases() {
        let posterior = golden.posterior(&case);
        let of = |name: &str| golden.get(&format!("{case}.{name}"));
        let (z, t2) = (of("z"), of("tau").square());
        let g = posterior.gaussian_mean(z.clone(), t2.clone());
        let mut quantities = vec![
            ("w0", posterior.linear_estimate()),
            ("mu", posterior.pivot(z.clone(), t2.clone())),
            ("g", g.clone()),
            ("q", posterior.gaussian_variance(t2.clone())),
            ("w", posterior.shrunk_pivot(z, t2.clone(), g)),
            ("v", posterior.band_variances(t2.clone())),
            ("p", posterior.pixel_variance(t2)),
        ];
        if !case.starts_with("none") {
            let measurement = posterior.measurement();
            quantities.push((
                "adjoint_y",
                measurement.operator.adjoint(measurement.y.clone()),
            ));
        }
        let convolution = case.starts_with("gaussian") || case.starts_with("motion");
        for (name, got) in quantities {
            let error = relative(got, &of(name));
            let pivot = name == "mu" || name == "w";
            let tolerance = if convolution && pivot { 1e-4 } else { 1e-5 };
            println!("{case:20} {name:9} {error:.1e}");
            assert!(
                error < tolerance,
                "{case}.{name}: relative error {error:.2e}"
            );
        }
    }
}

#[test]
fn network_matches_the_reference() {
    let place = Place::cpu();
    let (golden, outputs, net) = (
        Golden::operators(&place),
        Golden::network(&place),
        denoiser(&place),
    );
    for case in cases() {
        let posterior = golden.posterior(&case);
        let t2 = golden.get(&format!("{case}.tau")).square();
        let level = net.level_at(&posterior, t2);
        let d = net.denoise(&posterior, golden.get(&format!("{case}.z")), &level);
        let error = relative(d, &outputs.get(&case));
        println!("{case:20} {error:.1e}");
        assert!(error < 1e-3, "{case}: relative error {error:.2e}");
    }
}

/// Runs a solver to its end, with photo-v1 on one posterior.
fn run(mut solver: impl Solver, mut d: impl FnMut(Tensor<4>, f64) -> Tensor<4>) -> Tensor<4> {
    while let Some((z, tau)) = solver.query() {
        solver.answer(d(z, tau));
    }
    solver.sample()
}

#[test]
fn samplers_match_the_reference() {
    let place = Place::cpu();
    let (golden, outputs, net) = (
        Golden::operators(&place),
        Golden::network(&place),
        denoiser(&place),
    );
    let posterior = golden.posterior("mask.48x32");
    let d = |z, tau| net.denoise(&posterior, z, &net.level(&posterior, tau));
    let start = outputs.get("heun.start");

    let mean = d(start.clone(), 80.0);
    let heun = run(Heun::new(interpolant::edm(10, 80.0, 0.002), start), d);
    let centre = outputs.get("from_mean.mean") + outputs.get("from_mean.deviation");
    let z = centre + outputs.get("from_mean.noise") * 5.0;
    let from_mean = run(DpmSolver2M::new(interpolant::edm(6, 5.0, 0.02), z), d);

    for (name, got) in [
        ("from_mean.mean", mean),
        ("heun.result", heun),
        ("from_mean.result", from_mean),
    ] {
        let error = relative(got, &outputs.get(name));
        println!("{name:20} {error:.1e}");
        assert!(error < 1e-3, "{name}: relative error {error:.2e}");
    }
}
