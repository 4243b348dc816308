//! The network that this crate runs, and what the metadata of a file of weights says of its own:
//! the architecture by name, and under `network` the prior that it was trained under.

use std::collections::HashMap;

use serde::Deserialize;

use crate::compute::symmetric_3x3::Matrix;
use crate::error::{Cause, Error};
use crate::posterior::SIGMA_DATA;
use crate::prior::axes;
use crate::prior::model::PriorModel;

/// The architecture of the networks that restore photos, by its name in files.
pub(super) const PHOTO: &str = "photo-v2";
/// The largest difference between an entry of U in a file and in this crate.
const ROUNDING: f64 = 1e-9;

type Metadata = HashMap<String, String>;

/// Whether a file with this metadata is of the architecture `wanted`.
///
/// # Errors
/// [`Error::InvalidWeights`] where it is of another.
pub(super) fn check(metadata: &Metadata, wanted: &str) -> Result<(), Error> {
    let named = metadata.get("architecture");
    if named.is_some_and(|name| name == wanted) {
        return Ok(());
    }
    Err(Error::InvalidWeights(format!(
        "the file holds the architecture {}; {wanted} is needed here",
        named.map_or("(none named)".into(), |name| format!("{name:?}"))
    )))
}

/// The prior under which the network of a file was trained, from the file's metadata.
///
/// # Errors
/// [`Error::InvalidWeights`] for a network that this crate does not run, or for images of another
/// deviation.
pub(super) fn prior(metadata: &Metadata) -> Result<PriorModel, Error> {
    described(metadata.get("network").map_or("", String::as_str))
}

/// The entry `network`.
#[derive(Deserialize)]
struct Description {
    prior: PriorDescription,
    /// The width of a level at 1/16; 0 for none.
    bottom: usize,
}

#[derive(Deserialize)]
struct PriorDescription {
    /// The rows of U.
    axes: Matrix,
    /// c.
    precision: [f64; 3],
    /// s.
    deviation: [f64; 3],
}

fn described(network: &str) -> Result<PriorModel, Error> {
    let broken = |e| Error::UnreadableWeights {
        message: format!("the metadata of {PHOTO} lacks a description of its network ({e})"),
        source: Cause::new(e),
    };
    let Description { prior, bottom } = serde_json::from_str(network).map_err(broken)?;
    let invalid = |what: String| Err(Error::InvalidWeights(what));
    if bottom != 0 {
        return invalid(format!(
            "the network has a level at 1/16 of width {bottom}; this version runs none"
        ));
    }
    if prior.deviation != [SIGMA_DATA; 3] {
        return invalid(format!(
            "the deviations on the axes are {:?}; this version takes {SIGMA_DATA} for each",
            prior.deviation
        ));
    }
    if !prior.precision.iter().all(|c| *c > 0.0 && c.is_finite()) {
        return invalid(format!(
            "the prior's precisions are {:?}; they must be above 0",
            prior.precision
        ));
    }
    let entries = axes::matrix().into_iter().flatten();
    let far = |(u, stated): (f64, &f64)| (u - stated).abs() > ROUNDING;
    if entries.zip(prior.axes.as_flattened()).any(far) {
        return invalid(format!(
            "the prior's colour axes are {:?}; this version knows opponent axes",
            prior.axes
        ));
    }
    Ok(PriorModel {
        stiffness: prior.precision,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: &str = r#"{"prior": {"name": "v2", "axes": [
        [0.5773502691896257, 0.5773502691896257, 0.5773502691896257],
        [0.7071067811865476, 0.0, -0.7071067811865476],
        [0.408248290463863, -0.816496580927726, 0.408248290463863]],
        "precision": [5.0, 40.0, 150.0], "deviation": [0.5, 0.5, 0.5],
        "joint_products": false, "loss_weights": [0.3, 0.3, 0.4]}, "bottom": 0}"#;

    fn of(architecture: &str, network: &str) -> Result<PriorModel, Error> {
        let entries = [("architecture", architecture), ("network", network)];
        let entries = entries.map(|(key, value)| (key.into(), value.into()));
        let metadata = HashMap::from(entries);
        check(&metadata, PHOTO)?;
        prior(&metadata)
    }

    #[test]
    fn the_prior_is_the_stated_one() {
        let released = of("photo-v2", NETWORK).expect("a description as training writes it");
        assert_eq!(released, PriorModel::PHOTO_V2);
        let other = of("photo-v2", &NETWORK.replace("5.0, 40.0", "5.0, 124.0"));
        let other = other.expect("another prior").stiffness;
        assert_eq!(other, [5.0, 124.0, 150.0]);
    }

    #[test]
    fn other_networks_are_refused() {
        let changed = |from: &str, to: &str| of("photo-v2", &NETWORK.replace(from, to));
        let refused = [
            of("photo-v1", NETWORK),
            of("photo-v3", NETWORK),
            check(&HashMap::new(), PHOTO).and_then(|()| prior(&HashMap::new())),
            of("photo-v2", ""),
            changed(r#""bottom": 0"#, r#""bottom": 320"#),
            changed("[0.5, 0.5, 0.5]", "[0.85, 0.35, 0.15]"),
            changed("5.0, 40.0", "0.0, 40.0"),
            changed("-0.816496580927726", "0.816496580927726"),
        ];
        for prior in refused {
            let code = prior.expect_err("another network").code();
            assert_eq!(code, "invalid-weights");
        }
    }
}
