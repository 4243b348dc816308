//! The product restores as well as the PyTorch reference: the five tasks of the paper on four committed crops, within 0.15 dB.
//!
//! `tests/data/figures.json` holds the reference's mean PSNR over 12 draws of noise and masks, and its standard error. Here the same crops are restored
//! with other draws, whose own standard error is sqrt(12/DRAWS) times as large; three of the difference's standard errors are allowed beside the 0.15 dB.

mod common;

use std::path::PathBuf;
use std::rc::Rc;

use common::figures::{Figures, METHODS, TASKS, measure};
use common::{committed_crops, model};
use eps_restore::denoiser::{PhotoDenoiser, Weights};
use eps_restore::place::Place;

const DRAWS: usize = 3;
const REFERENCE_DRAWS: usize = 12;
const TOLERANCE: f64 = 0.15;

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn numbers(value: &serde_json::Value) -> Vec<f64> {
    let list = value.as_array().expect("a list of numbers");
    list.iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn released(place: &Place) -> Rc<PhotoDenoiser> {
    let bytes = model("photo-v1.safetensors");
    let weights = Weights::read(&bytes).expect("the released weights");
    Rc::new(PhotoDenoiser::new(&weights, place).expect("complete weights"))
}

/// photo-v1 was trained on neither.
#[test]
fn one_evaluation_beats_the_linear_estimate_of_incoherent_measurements() {
    let place = Place::cpu();
    let denoiser = released(&place);
    let truth = committed_crops(&place);
    for task in ["mosaic", "Hadamard"] {
        let mut figures = Figures::default();
        measure(task, &truth, &denoiser, 1, &mut figures);
        let [w0, mean, refined, sample, _] = figures.mean_psnr();
        println!("{task}: {w0:.2}, {mean:.2}, refined {refined:.2}, a sample {sample:.2} dB");
        assert!(w0 < mean && mean < refined, "{task}");
    }
}

#[test]
fn the_papers_tasks_reach_the_reference() {
    let place = Place::cpu();
    let denoiser = released(&place);
    let text = std::fs::read(data().join("figures.json")).expect("figures.json");
    let reference: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let truth = committed_crops(&place);
    for task in TASKS {
        let mut figures = Figures::default();
        for seed in 0..DRAWS as u64 {
            measure(task, &truth, &denoiser, seed, &mut figures);
        }
        let (want, error) = (&reference[task]["psnr"], &reference[task]["standard_error"]);
        let (want, error) = (numbers(want), numbers(error));
        for (i, got) in figures.mean_psnr().into_iter().enumerate() {
            let spread = error[i] * (1.0 + REFERENCE_DRAWS as f64 / DRAWS as f64).sqrt();
            println!(
                "{task:14} {:14} {got:.2} dB, reference {:.2} ± {spread:.2}",
                METHODS[i], want[i]
            );
            assert!(
                (got - want[i]).abs() < TOLERANCE + 3.0 * spread,
                "{task}, {}: {got:.2} dB, the reference reaches {:.2}",
                METHODS[i],
                want[i]
            );
        }
    }
}
