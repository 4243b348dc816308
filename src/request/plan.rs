//! What a request will do, decided once: its windows, their cost, and the noise to assume.

use crate::denoiser::tiling::TileSize;
use crate::error::Error;
use crate::request::Request;
use crate::request::cost::{Cost, Outline, Target};
use crate::request::noise::AssumedNoise;
use crate::request::windows::WindowPlan;

/// The plan of a restoration.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The size of the result, and the parts of it that are restored.
    pub windows: WindowPlan,
    /// Evaluations of the network, and memory.
    pub cost: Cost,
    /// None where the photo is unknown, from which it may have to be estimated.
    pub noise: Option<AssumedNoise>,
}

impl Plan {
    /// The plan of a request of which only the outline is known.
    ///
    /// # Errors
    /// Those of [`WindowPlan::new`], and [`Error::InvalidOption`] for an impossible sampler.
    pub fn outline(outline: &Outline<'_>, tiles: TileSize, target: Target) -> Result<Self, Error> {
        outline.sampler.check()?;
        let Outline {
            width,
            height,
            task,
            keeps_known,
            ..
        } = *outline;
        let windows = WindowPlan::new(task, width, height, keeps_known)?;
        Ok(Self {
            cost: Cost::of(outline, &windows, tiles, target),
            windows,
            noise: None,
        })
    }

    /// The plan of a request.
    ///
    /// # Errors
    /// A typed [`Error`] for the first invalid part of the request.
    pub fn new(request: &Request, tiles: TileSize, target: Target) -> Result<Self, Error> {
        let noise = Some(request.check()?);
        let plan = Self::outline(&Outline::of(request), tiles, target)?;
        Ok(Self { noise, ..plan })
    }
}
