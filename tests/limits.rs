//! The limits of requests, which the npm package checks before a request reaches this crate: its
//! file `pkg/src/shared/limits.ts` is made from the constants here. To make it again:
//!
//!     UPDATE_LIMITS=1 cargo test --release --test limits

use std::fs;
use std::path::Path;

use eps_restore::low_level::estimation::blur::{LARGEST, SMALLEST};
use eps_restore::low_level::photo::blur_kernel::{MAX_LENGTH, MAX_SIGMA};
use eps_restore::low_level::request::MAX_SAMPLES;
use eps_restore::low_level::request::cost::PAGE;
use eps_restore::low_level::request::noise::MAX_LEVEL;
use eps_restore::low_level::request::problem::GREY_SUM_TOLERANCE;
use eps_restore::low_level::request::task::Reduction;
use eps_restore::low_level::sampler::{MAX_POINTS, Sampler, TAU_RANGE};

#[test]
fn the_package_has_the_same_limits() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("pkg/src/shared/limits.ts");
    if std::env::var_os("UPDATE_LIMITS").is_some() {
        fs::write(&file, limits()).expect("a writable file");
    }
    let committed = fs::read_to_string(&file).expect("a committed file");
    assert_eq!(committed, limits(), "see the header of tests/limits.rs");
}

fn limits() -> String {
    let [lowest, highest] = TAU_RANGE;
    let Sampler {
        points,
        tau_max,
        tau_min,
        ..
    } = Sampler::DEFAULT;
    let block_means = Reduction::BlockMean.factors();
    let filters = Reduction::Bicubic.factors();
    let sampler = format!(
        "export const DEFAULT_SAMPLER = {{ points: {points}, tauMax: {tau_max}, \
         tauMin: {tau_min} }} as const;"
    );
    format!(
        "\
// Written by tests/limits.rs from the constants of the Rust crate.

/** What restorations can be asked for. */
export const LIMITS = {{
  /** The most samples. */
  samples: {MAX_SAMPLES},
  /** The most points of a sampler's grid. */
  points: {MAX_POINTS},
  /** The lowest and the highest noise level of a sampler. */
  tau: [{lowest}, {highest}],
  /** The highest standard deviation of noise, in 8-bit levels. */
  noise: {MAX_LEVEL},
  /** The factors of superResolve, for means of blocks and for the other reductions. */
  factors: {{ blockMean: {block_means:?}, filtered: {filters:?} }},
  /** The largest standard deviation of a Gaussian blur, in pixels. */
  gaussianSigma: {MAX_SIGMA},
  /** The longest motion blur, in pixels. */
  motionLength: {MAX_LENGTH},
  /** The smallest and the largest side of a kernel of any shape that is looked for, in pixels. */
  kernelSide: [{SMALLEST}, {LARGEST}],
  /** How far the sum of the weights of a grey may be from 1. */
  greySum: {GREY_SUM_TOLERANCE},
  /** The most memory that a restoration may take, in bytes. */
  pageBytes: {PAGE},
}} as const;

/** The sampler of a restoration that names none. */
{sampler}
"
    )
}
