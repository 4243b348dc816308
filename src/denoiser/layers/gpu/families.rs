//! Which of the families of 3×3 convolutions a layer runs on: the fastest by a short measurement,
//! since devices differ.
//!
//! A barrier costs a software adapter dearly and a GPU little, a cache the other way round: the
//! fastest kernel on one is not the fastest on the other.

use std::cell::RefCell;
use std::collections::BTreeMap;

use burn_cubecl::tensor::CubeTensor;
use web_time::Instant;

use super::map::GpuMap;
use super::weights::Packed;
use super::{direct, layout, tiled, winograd};
use crate::compute::device::ComputeDevice;
use crate::denoiser::layers::{ConvWeights, Epilogue, Precision};

/// A way to compute a 3×3 convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Registers alone.
    Direct,
    /// Workgroup memory, in tiles of so many rows.
    Tiled(usize),
    /// Winograd's, in tiles of so many outputs a side, 2 or 4.
    Winograd(usize),
}

impl Family {
    /// In the order in which they are tried. The first is what runs before any measurement.
    pub const ALL: [Self; 6] = [
        Self::Direct,
        Self::Winograd(4),
        Self::Winograd(2),
        Self::Tiled(16),
        Self::Tiled(8),
        Self::Tiled(32),
    ];

    fn fits(self, conv: &Packed) -> bool {
        match self {
            Self::Tiled(_) => tiled::fits(conv),
            Self::Direct | Self::Winograd(_) => true,
        }
    }

    fn convolve(self, conv: &Packed, x: &GpuMap, epilogue: Epilogue<'_, GpuMap>) -> GpuMap {
        match self {
            Self::Direct => direct::convolve(conv, x, epilogue, direct::BLOCK),
            Self::Tiled(rows) => tiled::convolve(conv, x, epilogue, rows),
            Self::Winograd(size) => winograd::convolve(conv, x, epilogue, size),
        }
    }
}

/// What a layer's speed depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    inputs: usize,
    outputs: usize,
    batch: usize,
    height: usize,
    width: usize,
}

impl Shape {
    fn pixels(&self) -> usize {
        self.batch * self.height * self.width
    }
}

/// What runs on what.
pub struct Families {
    forced: Option<Family>,
    /// The shapes seen, and the fastest family of those that were measured.
    fastest: RefCell<BTreeMap<Shape, Option<Family>>>,
}

/// Runs of a measurement, of which the fastest counts.
const RUNS: usize = 2;
/// A family this many times slower than another at its first run is not run again.
const HOPELESS: f64 = 1.5;

impl Families {
    /// To be measured; or `forced`, wherever it fits.
    pub fn new(forced: Option<Family>) -> Self {
        Self {
            forced,
            fastest: RefCell::default(),
        }
    }

    /// A 3×3 convolution on the family that was fastest for its shape, else for the nearest number
    /// of pixels, else on the first.
    pub fn convolve(&self, conv: &Packed, x: &GpuMap, epilogue: Epilogue<'_, GpuMap>) -> GpuMap {
        let family = match self.forced {
            Some(forced) if forced.fits(conv) => forced,
            Some(_) => Family::Direct,
            None => self.of(Shape {
                inputs: conv.inputs,
                outputs: conv.outputs,
                batch: x.batch(),
                height: x.height(),
                width: x.width(),
            }),
        };
        family.convolve(conv, x, epilogue)
    }

    fn of(&self, shape: Shape) -> Family {
        let mut fastest = self.fastest.borrow_mut();
        if let Some(family) = *fastest.entry(shape).or_default() {
            return family;
        }
        let same = |other: &Shape| (other.inputs, other.outputs) == (shape.inputs, shape.outputs);
        let ratio = |other: &Shape| {
            let (a, b) = (shape.pixels() as f64, other.pixels() as f64);
            (a / b).max(b / a)
        };
        let measured = fastest.iter().filter(|(other, _)| same(other));
        let measured = measured.filter_map(|(other, family)| Some((ratio(other), (*family)?)));
        let nearest = measured.min_by(|(a, _), (b, _)| a.total_cmp(b));
        nearest.map_or(Family::ALL[0], |(_, family)| family)
    }

    fn unmeasured(&self) -> Vec<Shape> {
        let seen = self.fastest.borrow();
        let new = seen.iter().filter(|(_, family)| family.is_none());
        new.map(|(shape, _)| *shape).collect()
    }

    /// Measures the shapes seen since the last time.
    pub async fn measure(&self, device: &ComputeDevice, precision: Precision) {
        for shape in self.unmeasured() {
            let family = fastest(shape, device, precision).await;
            self.fastest.borrow_mut().insert(shape, Some(family));
        }
    }
}

async fn fastest(shape: Shape, device: &ComputeDevice, precision: Precision) -> Family {
    let conv = Packed::new(
        ConvWeights {
            weight: &vec![0.0; shape.outputs * shape.inputs * 9],
            bias: &vec![0.0; shape.outputs],
            inputs: shape.inputs,
            kernel: 3,
            stride: 1,
        },
        device,
        precision,
    );
    let zeros = device.zeros([shape.batch, shape.inputs, shape.height, shape.width]);
    let x = layout::enter_pooled(&[&zeros], 1, precision);
    let mut best = (f64::INFINITY, Family::ALL[0]);
    for family in Family::ALL {
        if !family.fits(&conv) {
            continue;
        }
        // Compiles, and transforms the weights.
        seconds(family, &conv, &x).await;
        for _ in 0..RUNS {
            let taken = seconds(family, &conv, &x).await;
            let hopeless = taken > best.0 * HOPELESS;
            if taken < best.0 {
                best = (taken, family);
            }
            if hopeless {
                break;
            }
        }
    }
    best.1
}

/// Seconds of one run, until the device has done it.
async fn seconds(family: Family, conv: &Packed, x: &GpuMap) -> f64 {
    synced(&x.values).await;
    let begin = Instant::now();
    family.convolve(conv, x, Epilogue::Silu);
    synced(&x.values).await;
    begin.elapsed().as_secs_f64()
}

/// Waits for the device. A device that is lost shows at the next reading.
async fn synced(on: &CubeTensor) {
    let _ = on.client.sync().await;
}
