//! `tests/golden.rs` in a browser: built as a wasm library of its own, driven by `golden.test.mjs` on WebGPU and on the CPU.

#![cfg(target_family = "wasm")]

#[path = "../common/golden.rs"]
mod golden;

use burn::tensor::Device;
use eps_restore::place::Place;
use golden::{Check, Comparison, relative_error};
use wasm_bindgen::prelude::*;

/// The comparisons on one device.
#[wasm_bindgen]
pub struct GoldenCheck {
    check: Check,
}

#[wasm_bindgen]
impl GoldenCheck {
    /// `device`: "webgpu" or "cpu".
    pub async fn create(
        device: String,
        weights: Vec<u8>,
        operators: Vec<u8>,
        network: Vec<u8>,
    ) -> GoldenCheck {
        console_error_panic_hook::set_once();
        let device = match device.as_str() {
            "webgpu" => Device::wgpu_options()
                .init_async()
                .await
                .expect("a WebGPU device"),
            _ => Device::flex(),
        };
        GoldenCheck {
            check: Check::new(&weights, operators, network, &Place::new(device)),
        }
    }

    /// `case.size` for every case and size.
    pub fn cases() -> Vec<String> {
        Check::cases().collect()
    }

    /// A line `name error tolerance` for each quantity of a case, the denoised image last.
    pub async fn compare(&self, case: String) -> Vec<String> {
        let mut comparisons = self.check.operators(&case);
        comparisons.push(self.check.network(&case));
        lines(comparisons).await
    }

    /// The same for the runs of both samplers.
    pub async fn samplers(&self) -> Vec<String> {
        lines(self.check.samplers()).await
    }
}

async fn lines(comparisons: Vec<Comparison>) -> Vec<String> {
    let mut lines = Vec::new();
    for comparison in comparisons {
        let norms = comparison
            .norms()
            .into_data_async()
            .await
            .expect("a result");
        let norms = norms.try_into_vec::<f32>().expect("f32");
        let error = relative_error(&norms);
        lines.push(format!(
            "{} {error:e} {:e}",
            comparison.name, comparison.tolerance
        ));
    }
    lines
}
