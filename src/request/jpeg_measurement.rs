//! A JPEG file as a measurement: its operator, and y from its coefficients.

use std::rc::Rc;

use burn::tensor::Tensor;

use crate::compute::block_dct::{BLOCK, FREQUENCIES, forward, inverse};
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Fourier;
use crate::error::Error;
use crate::operators::LinearOperator;
use crate::operators::jpeg::{BlockMeasurement, FullJpeg, ReducedJpeg, SubsampledJpeg, Tables};
use crate::photo::jpeg::{ColorSpace, Component, Jpeg};
use crate::request::margin::fading;
use crate::request::task::Reduction;

/// Rows and columns of the pixels that a file codes: whole MCUs.
///
/// # Errors
/// [`Error::InvalidImage`] for a file whose coefficients have no closed form here.
pub(super) fn coded_size(file: &Jpeg) -> Result<[usize; 2], Error> {
    cell(file)?;
    let luma = &file.components()[0];
    Ok([luma.blocks_high() * BLOCK, luma.blocks_wide() * BLOCK])
}

/// Rows and columns of the pixels that are measured: those that a file codes, and an MCU more where
/// the photo was reduced by a filter before. Its circular borders would else mix opposite edges.
///
/// # Errors
/// As [`coded_size`].
pub(super) fn measured_size(
    file: &Jpeg,
    reduced: Option<(usize, Reduction)>,
) -> Result<[usize; 2], Error> {
    let (coded, margin) = (coded_size(file)?, margin(file, reduced)?);
    Ok([0, 1].map(|i| coded[i] + BLOCK * margin[i]))
}

/// Blocks of luma beyond those that a file codes, down and across.
fn margin(file: &Jpeg, reduced: Option<(usize, Reduction)>) -> Result<[usize; 2], Error> {
    match reduced {
        Some((factor, reduction)) if reduction.margin(factor) > 0 => cell(file),
        _ => Ok([0, 0]),
    }
}

/// The operator of a file, and y. The images have the size of the transform: [`measured_size`],
/// times the factor by which the photo was reduced before.
///
/// # Errors
/// As [`coded_size`]; [`Error::InvalidOption`] for a Gaussian reduction.
pub(super) fn measurement(
    file: &Jpeg,
    reduced: Option<(usize, Reduction)>,
    fourier: &Fourier,
) -> Result<(Rc<dyn LinearOperator>, Tensor<4>), Error> {
    let (jpeg, y) = of_pixels(file, reduced, fourier.device())?;
    let operator: Rc<dyn LinearOperator> = match reduced {
        None => jpeg,
        Some((factor, Reduction::BlockMean)) => {
            Rc::new(ReducedJpeg::block_mean(factor, jpeg, fourier.clone())?)
        }
        Some((factor, Reduction::Bicubic)) => {
            Rc::new(ReducedJpeg::bicubic(factor, jpeg, fourier.clone())?)
        }
        Some((_, Reduction::Gaussian { .. })) => {
            return Err(Error::InvalidOption(
                "a JPEG file is enlarged from block means or a bicubic reduction".into(),
            ));
        }
    };
    Ok((operator, y))
}

/// The operator of a file on the pixels that are measured, and y. A grey file is that of a grey
/// photo.
fn of_pixels(
    file: &Jpeg,
    reduced: Option<(usize, Reduction)>,
    device: &ComputeDevice,
) -> Result<(Rc<dyn BlockMeasurement>, Tensor<4>), Error> {
    let (size, cell) = (measured_size(file, reduced)?, cell(file)?);
    let margin = margin(file, reduced)?;
    let components = file.components();
    let steps = |component: &Component| component.table().map(f64::from);
    let tables = Tables {
        luma: steps(&components[0]),
        chroma: steps(components.last().expect("a file has a component")),
    };
    let plane = |i: usize| {
        // Chroma has one block where luma has a cell of them.
        let added = if i == 0 {
            margin
        } else {
            margin.map(|n| n.min(1))
        };
        continued(plane(file, i, device), added)
    };
    let planes: Vec<Tensor<4>> = (0..components.len()).map(plane).collect();
    Ok(match (file.color_space(), cell) {
        (ColorSpace::Grey, _) => {
            // A grey photo has no colour: chroma is 0, up to the rounding to 8 bits.
            let tables = Tables {
                chroma: [0.0; FREQUENCIES],
                ..tables
            };
            let luma = planes[0].clone();
            let chroma = luma.zeros_like().repeat_dim(1, 2);
            (
                Rc::new(FullJpeg::new(&tables, size, device)?),
                Tensor::cat(vec![luma, chroma], 1),
            )
        }
        (ColorSpace::YCbCr, [1, 1]) => (
            Rc::new(FullJpeg::new(&tables, size, device)?),
            Tensor::cat(planes, 1),
        ),
        (ColorSpace::YCbCr, cell) => {
            let line = |x: Tensor<4>| x.reshape([1, 1, 1, -1]);
            (
                Rc::new(SubsampledJpeg::new(&tables, cell, size, device)?),
                Tensor::cat(planes.into_iter().map(line).collect(), 3),
            )
        }
    })
}

/// The pixels of a cell of chroma, of rows and of columns.
fn cell(file: &Jpeg) -> Result<[usize; 2], Error> {
    let [luma, chroma @ ..] = file.components() else {
        return Ok([1, 1]);
    };
    let factors = |c: &Component| {
        let sampling = c.sampling();
        [sampling.vertical, sampling.horizontal].map(usize::from)
    };
    let of = |c: &Component| {
        let (whole, part) = (factors(luma), factors(c));
        [0, 1].map(|i| {
            if whole[i].is_multiple_of(part[i]) {
                whole[i] / part[i]
            } else {
                0
            }
        })
    };
    let cells: Vec<[usize; 2]> = chroma.iter().map(of).collect();
    let alike = chroma
        .windows(2)
        .all(|two| two[0].table() == two[1].table());
    let cell = cells.first().copied().unwrap_or([1, 1]);
    let possible = cell.iter().all(|side| (1..=2).contains(side));
    if alike && possible && cells.iter().all(|other| *other == cell) {
        return Ok(cell);
    }
    Err(Error::InvalidImage(format!(
        "the JPEG's chroma has cells of {cells:?} pixels; 1 or 2 on each side are possible, the \
         same and with the same table for Cb and Cr: restore its pixels instead"
    )))
}

/// The coefficients of a component, and blocks more down and across that fade from its last pixels
/// to its first.
fn continued(plane: Tensor<4>, [down, across]: [usize; 2]) -> Tensor<4> {
    if down * across == 0 {
        return plane;
    }
    let [_, _, height, width] = plane.dims();
    let pixels = fading(inverse(plane.clone()), 2, BLOCK * down);
    let whole = forward(fading(pixels, 3, BLOCK * across));
    whole.slice_assign([0..1, 0..1, 0..height, 0..width], plane)
}

/// The coefficients of a component in place, `[1, 1, H, W]`.
fn plane(file: &Jpeg, component: usize, device: &ComputeDevice) -> Tensor<4> {
    let blocks = file.dequantised(component);
    let component = &file.components()[component];
    let [height, width] = [component.blocks_high(), component.blocks_wide()].map(|n| n * BLOCK);
    let mut values = vec![0.0; height * width];
    for (i, block) in blocks.iter().enumerate() {
        let (row, column) = (i / component.blocks_wide(), i % component.blocks_wide());
        for (line, coefficients) in block.chunks_exact(BLOCK).enumerate() {
            let at = (row * BLOCK + line) * width + column * BLOCK;
            values[at..at + BLOCK].copy_from_slice(coefficients);
        }
    }
    device.tensor_f32(values, [1, 1, height, width])
}
