//! The networks that this crate runs, and what the metadata of a file of weights says of its own:
//! the architecture by name, and from photo-v2 on, under `network`, the prior that it was trained
//! under.

use std::collections::HashMap;

use serde::Deserialize;

use crate::compute::symmetric_3x3::Matrix;
use crate::error::{Cause, Error};
use crate::posterior::SIGMA_DATA;
use crate::prior::axes::Axes;
use crate::prior::model::PriorModel;

/// The largest difference between an entry of U in a file and in this crate.
const ROUNDING: f64 = 1e-9;

/// A network that this crate runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Architecture {
    /// The prior that the network corrects.
    pub prior: PriorModel,
    /// Whether it was trained on operators whose maps are incomplete.
    pub knows_incomplete_maps: bool,
}

impl Architecture {
    /// The architecture that a file's metadata names.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] for another architecture, for a network that this crate does not
    /// run, or for images of another deviation.
    pub fn of(metadata: Option<&HashMap<String, String>>) -> Result<Self, Error> {
        let entry = |key: &str| metadata.and_then(|m| m.get(key)).map(String::as_str);
        if let Some(stated) = entry("sigma_data")
            && stated.parse() != Ok(SIGMA_DATA)
        {
            return Err(Error::InvalidWeights(format!(
                "the file states sigma_data {stated:?}; this version takes {SIGMA_DATA}"
            )));
        }
        match entry("architecture") {
            Some("photo-v1") => Ok(Self {
                prior: PriorModel::PHOTO_V1,
                knows_incomplete_maps: false,
            }),
            Some("photo-v2") => Ok(Self {
                prior: prior_of(entry("network").unwrap_or_default())?,
                knows_incomplete_maps: true,
            }),
            other => Err(Error::InvalidWeights(format!(
                "the file holds the architecture {}; this version runs photo-v1 and photo-v2",
                other.map_or("(none named)".into(), |name| format!("{name:?}"))
            ))),
        }
    }
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
    joint_products: bool,
}

fn prior_of(network: &str) -> Result<PriorModel, Error> {
    let broken = |e| Error::UnreadableWeights {
        message: format!("the metadata of photo-v2 lacks a description of its network ({e})"),
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
    let near = |axes: &Axes| {
        let pairs = axes
            .matrix()
            .into_iter()
            .flatten()
            .zip(prior.axes.as_flattened());
        pairs
            .into_iter()
            .all(|(u, stated)| (u - stated).abs() < ROUNDING)
    };
    match [Axes::Rgb, Axes::Opponent].iter().find(|axes| near(axes)) {
        Some(axes) => Ok(PriorModel {
            axes: *axes,
            stiffness: prior.precision,
            joint_products: prior.joint_products,
            counts_frame: true,
        }),
        None => invalid(format!(
            "the prior's colour axes are {:?}; this version knows RGB and opponent axes",
            prior.axes
        )),
    }
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

    fn of(architecture: &str, network: &str) -> Result<Architecture, Error> {
        let entries = [("architecture", architecture), ("network", network)];
        let entries = entries.map(|(key, value)| (key.into(), value.into()));
        Architecture::of(Some(&HashMap::from(entries)))
    }

    #[test]
    fn both_editions_are_read() {
        let v1 = of("photo-v1", "").expect("photo-v1 describes no network");
        assert_eq!(v1.prior, PriorModel::PHOTO_V1);
        let v2 = of("photo-v2", NETWORK).expect("a description as training writes it");
        assert_eq!(v2.prior, PriorModel::PHOTO_V2);
        assert!(v2.knows_incomplete_maps && !v1.knows_incomplete_maps);
    }

    #[test]
    fn other_networks_are_refused() {
        let changed = |from: &str, to: &str| of("photo-v2", &NETWORK.replace(from, to));
        let refused = [
            of("photo-v3", NETWORK),
            Architecture::of(None),
            of("photo-v2", ""),
            changed(r#""bottom": 0"#, r#""bottom": 320"#),
            changed("[0.5, 0.5, 0.5]", "[0.85, 0.35, 0.15]"),
            changed("5.0, 40.0", "0.0, 40.0"),
            changed("-0.816496580927726", "0.816496580927726"),
        ];
        for architecture in refused {
            let code = architecture.expect_err("another network").code();
            assert_eq!(code, "invalid-weights");
        }
    }
}
