//! The choice among several families of kernels for 3×3 convolutions, by a short measurement on the
//! device.
//!
//! No family is the fastest everywhere. On a software adapter barriers are expensive and caches
//! large; on a GPU barriers are cheap and caches small.

use std::cell::RefCell;
use std::collections::BTreeMap;

use burn_cubecl::tensor::CubeTensor;
use web_time::Instant;

use super::map::GpuMap;
use super::weights::Packed;
use super::{direct, layout, tiled, winograd};
use crate::compute::device::ComputeDevice;
use crate::denoiser::layers::{ConvWeights, Epilogue, Precision};

/// A family of kernels for 3×3 convolutions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Blocks in registers (`direct.rs`).
    Direct,
    /// Tiles in workgroup memory (`tiled.rs`). The argument is the number of rows of a tile.
    Tiled(usize),
    /// Winograd's minimal filtering (`winograd.rs`). The argument is the side of a tile, 2 or 4.
    Winograd(usize),
}

impl Family {
    /// All families, in the order in which they are measured. The first one is used before any
    /// measurement.
    pub const ALL: [Self; 6] = [
        Self::Direct,
        Self::Winograd(4),
        Self::Winograd(2),
        Self::Tiled(16),
        Self::Tiled(8),
        Self::Tiled(32),
    ];

    /// Whether this family can compute a convolution.
    fn supports(self, conv: &Packed) -> bool {
        match self {
            Self::Tiled(_) => tiled::supports(conv),
            Self::Direct | Self::Winograd(_) => true,
        }
    }

    /// Convolves x by this family and applies the epilogue.
    fn convolve(self, conv: &Packed, x: &GpuMap, epilogue: Epilogue<'_, GpuMap>) -> GpuMap {
        match self {
            Self::Direct => direct::convolve(conv, x, epilogue, direct::BLOCK),
            Self::Tiled(rows) => tiled::convolve(conv, x, epilogue, rows),
            Self::Winograd(size) => winograd::convolve(conv, x, epilogue, size),
        }
    }
}

/// The sizes that the speed of a layer depends on.
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

/// The family of each layer.
#[derive(Debug)]
pub(super) struct Families {
    forced: Option<Family>,
    /// The shapes evaluated so far, and their fastest family. None before it is measured.
    fastest: RefCell<BTreeMap<Shape, Option<Family>>>,
}

/// Timed runs of a family, of which the fastest counts.
const RUNS: usize = 2;
/// A family whose first run takes this many times the best time so far is not run again.
const TOO_SLOW: f64 = 1.5;

impl Families {
    /// Families that are chosen by measurement. If `forced` is given, it serves all layers that it
    /// supports, and [`Family::Direct`] the others.
    pub(super) fn new(forced: Option<Family>) -> Self {
        Self {
            forced,
            fastest: RefCell::default(),
        }
    }

    /// Convolves x with a 3×3 kernel, by the family chosen for its shape, and applies the epilogue.
    pub(super) fn convolve(
        &self,
        conv: &Packed,
        x: &GpuMap,
        epilogue: Epilogue<'_, GpuMap>,
    ) -> GpuMap {
        let family = match self.forced {
            Some(forced) if forced.supports(conv) => forced,
            Some(_) => Family::Direct,
            None => self.choose(Shape {
                inputs: conv.inputs,
                outputs: conv.outputs,
                batch: x.batch(),
                height: x.height(),
                width: x.width(),
            }),
        };
        family.convolve(conv, x, epilogue)
    }

    /// The fastest family for a shape. Before it is measured: the fastest one for the measured
    /// shape with the same channels and the nearest number of pixels, or the first of all.
    fn choose(&self, shape: Shape) -> Family {
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
        let fastest = self.fastest.borrow();
        let new = fastest.iter().filter(|(_, family)| family.is_none());
        new.map(|(shape, _)| *shape).collect()
    }

    /// Measures the shapes that were evaluated since the last call.
    pub(super) async fn measure(&self, device: &ComputeDevice, precision: Precision) {
        for shape in self.unmeasured() {
            let family = fastest(shape, device, precision).await;
            self.fastest.borrow_mut().insert(shape, Some(family));
        }
    }
}

/// Measures the fastest family for a shape.
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
        if !family.supports(&conv) {
            continue;
        }
        // Untimed: the first run compiles the pipelines and transforms the weights.
        seconds(family, &conv, &x).await;
        for _ in 0..RUNS {
            let time = seconds(family, &conv, &x).await;
            let too_slow = time > best.0 * TOO_SLOW;
            if time < best.0 {
                best = (time, family);
            }
            if too_slow {
                break;
            }
        }
    }
    best.1
}

/// The seconds of one run, from an idle device to its end.
async fn seconds(family: Family, conv: &Packed, x: &GpuMap) -> f64 {
    synchronize(&x.values).await;
    let begin = Instant::now();
    family.convolve(conv, x, Epilogue::Silu);
    synchronize(&x.values).await;
    begin.elapsed().as_secs_f64()
}

/// Waits until the device of `tensor` is idle. An error is dropped: if the device is lost, the next
/// reading reports it.
async fn synchronize(tensor: &CubeTensor) {
    let _ = tensor.client.sync().await;
}
