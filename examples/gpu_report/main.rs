//! What a GPU of this machine computes, and how fast, as JSON:
//!
//!     cargo run --release --features webgpu --example gpu_report -- --out gpu.json
//!
//! Every kernel is held against its twin in plain tensor operations and against the golden vectors,
//! in f32 and, where the adapter has it, in f16; the five tasks against the CPU. Then kernels,
//! evaluations and restorations are timed. `--models` names the
//! folder of the weights, so that the program can be carried to another machine. By the feature
//! `webgpu` kernels go the way that they go in a browser, as WGSL.

mod checks;
mod evaluations;
mod kernels;
mod peak;
mod restorations;
mod timing;

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/common/twins.rs"]
mod twins;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use common::comparison;
use eps_restore::low_level::compute::webgpu::webgpu_device;
use eps_restore::low_level::denoiser::layers::Precision;
use serde::Serialize;

use crate::timing::block_on;

type Failure = Box<dyn std::error::Error>;

#[derive(Parser)]
struct Options {
    /// The folder of the weights and the golden vectors.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Where the JSON goes; without it, to standard output.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Small sizes and single runs: a rehearsal on a software adapter.
    #[arg(long)]
    quick: bool,
}

/// The files that the report needs.
struct Models {
    weights: Vec<u8>,
    operators: Vec<u8>,
    network: Vec<u8>,
}

impl Models {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))
        };
        Ok(Self {
            weights: read("photo-v2.safetensors")?,
            operators: read("golden-operators-v2.safetensors")?,
            network: read("golden-network-v2.safetensors")?,
        })
    }
}

#[derive(Serialize)]
struct Report {
    device: String,
    driver: String,
    backend: String,
    /// The most f32 multiplications and additions a second that a kernel of nothing else reaches.
    peak_tflops: f64,
    checks: Vec<checks::Check>,
    kernels: Vec<kernels::Timed>,
    evaluations: Vec<evaluations::Timed>,
    restorations: Vec<restorations::Timed>,
    /// The comparisons and tasks that were computed wrongly.
    failed: Vec<String>,
    seconds: f64,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse();
    let begin = Instant::now();
    let models = Models::read(&options.models)?;
    let (device, setup) = block_on(webgpu_device())?;
    let adapter = setup.adapter.get_info();
    let mut precisions = vec![Precision::F32];
    if Precision::F16.is_supported(&device) {
        precisions.push(Precision::F16);
    }
    let told = |what: &str| eprintln!("{:6.1} s  {what}", begin.elapsed().as_secs_f64());
    told(&adapter.name);
    let checks = checks::all(&device, &precisions, &models)?;
    told("checks");
    let peak_tflops = peak::teraflops(&device, options.quick)?;
    told(&format!("{peak_tflops:.2} TFLOP/s at most"));
    let kernels = kernels::timed(&device, &precisions, peak_tflops, options.quick)?;
    told("kernels");
    let evaluations = evaluations::timed(&device, &precisions, &models.weights, options.quick)?;
    told("evaluations");
    let restorations = restorations::timed(&device, &models.weights, options.quick)?;
    let wrong = restorations.iter().filter(|run| run.is_wrong());
    let failed: Vec<String> = checks
        .iter()
        .flat_map(|check| check.failed.clone())
        .chain(wrong.map(|run| run.task.into()))
        .collect();
    let report = Report {
        device: adapter.name,
        driver: format!("{} {}", adapter.driver, adapter.driver_info),
        backend: adapter.backend.to_string(),
        peak_tflops,
        checks,
        kernels,
        evaluations,
        restorations,
        failed,
        seconds: begin.elapsed().as_secs_f64(),
    };
    let json = serde_json::to_string_pretty(&report)?;
    match options.out {
        Some(path) => std::fs::write(path, json)?,
        None => println!("{json}"),
    }
    told("done");
    if report.failed.is_empty() {
        return Ok(());
    }
    Err(format!("computed wrongly: {}", report.failed.join(", ")).into())
}
