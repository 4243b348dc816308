//! What a measurement is continued by beside its window.

use std::f64::consts::PI;

use burn::tensor::Tensor;
use burn::tensor::ops::PadMode;

use crate::compute::device::ComputeDevice;
use crate::request::canvas::{Canvas, MarginKind};

/// A window's measurement on its canvas, `[1, C, H, W]`: beside the window its own values again, or
/// `beside` where nothing was measured.
pub(super) fn padded(x: Tensor<4>, canvas: Canvas, beside: f64) -> Tensor<4> {
    let frame = canvas.frame();
    let pad = |x: Tensor<4>, mode| x.pad(frame.map(|[before, after]| (before, after)), mode);
    match canvas.margin_kind() {
        Some(MarginKind::Unmeasured) => pad(x, PadMode::Constant(beside as f32)),
        Some(MarginKind::Mirrored) => pad(x, PadMode::Reflect),
        Some(MarginKind::Fading) => {
            let [[_, rows], [_, columns]] = frame;
            fading(fading(x, 2, rows), 3, columns)
        }
        Some(MarginKind::Coded) | None => x,
    }
}

/// x followed by `count` lines along `axis`, from its last line to its first by half a cosine.
pub(super) fn fading(x: Tensor<4>, axis: usize, count: usize) -> Tensor<4> {
    let lines = x.dims()[axis];
    let share = |i| 0.5 - 0.5 * (PI * (i + 1) as f64 / (count + 1) as f64).cos();
    let mut shape = [1; 4];
    shape[axis] = count;
    let device = ComputeDevice::of(&x);
    let share = device.tensor((0..count).map(share).collect(), shape);
    let (first, last) = (
        x.clone().narrow(axis, 0, 1),
        x.clone().narrow(axis, lines - 1, 1),
    );
    let added = last.clone() + (first - last) * share;
    Tensor::cat(vec![x, added], axis)
}
