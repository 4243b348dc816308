//! An evaluation of D under way: the network's inputs, its tiles, and the sum of what it said of
//! them.

use std::rc::Rc;

use burn::tensor::Tensor;

use super::divisible::Loan;
use super::network_inputs::NetworkInputs;
use super::part_ledger::PartLedger;
use crate::compute::device::{Backend, ComputeDevice};
use crate::compute::formula::Formula;
use crate::denoiser::tiling::{Tile, Tiling};
use crate::error::Error;
use crate::posterior::SIGMA_DATA;

/// The inputs of the network, for the whole image or for a tile.
#[derive(Debug)]
pub(super) struct Inputs {
    /// w/sigma_data.
    pub(super) w: Tensor<4>,
    /// g/sigma_data.
    pub(super) g: Tensor<4>,
    pub(super) maps: Tensor<4>,
    pub(super) coarse: Tensor<4>,
}

impl Inputs {
    fn within(&self, tile: &Tile) -> Self {
        let crop = |x: &Tensor<4>| crop(x, tile);
        Self {
            w: crop(&self.w),
            g: crop(&self.g),
            maps: crop(&self.maps),
            coarse: crop(&self.coarse),
        }
    }
}

/// The part of an image within a tile. Axes of length 1, along which x broadcasts, stay.
fn crop(x: &Tensor<4>, tile: &Tile) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let rows = if height == 1 { 0..1 } else { tile.rows.clone() };
    let columns = if width == 1 {
        0..1
    } else {
        tile.columns.clone()
    };
    let whole = [0..batch, 0..channels, 0..height, 0..width];
    let part = [0..batch, 0..channels, rows, columns];
    if part == whole {
        return x.clone();
    }
    x.clone().slice(part)
}

/// An unfinished evaluation of D.
#[derive(Debug)]
pub struct Evaluation {
    inputs: Inputs,
    deviation: Formula,
    tiling: Tiling,
    /// F of the tiles that are computed and not yet added.
    ledger: PartLedger<Tensor<4>>,
    /// The sum of weighted tiles of F so far. None before the first tile.
    f: Option<Tensor<4>>,
    /// What loans recognise this evaluation by.
    identity: Rc<()>,
}

impl Evaluation {
    pub(super) fn new(inputs: Inputs, deviation: Formula, tiling: Tiling) -> Self {
        Self {
            inputs,
            deviation,
            ledger: PartLedger::new(tiling.tiles().len()),
            tiling,
            f: None,
            identity: Rc::default(),
        }
    }

    /// The tile to compute next. None once all are computed.
    pub(super) fn next(&self) -> Option<usize> {
        self.ledger.next()
    }

    /// The inputs of a tile.
    pub(super) fn inputs_of(&self, part: usize) -> Inputs {
        self.inputs.within(&self.tiling.tiles()[part])
    }

    /// Enters F of a tile. False if the tile had been computed before.
    pub(super) fn enter(&mut self, part: usize, f: Tensor<4>) -> bool {
        let is_new = self.ledger.enter(part, f);
        while let Some((part, f)) = self.ledger.take() {
            self.add(part, f);
        }
        is_new
    }

    /// D, once all tiles are computed.
    pub(super) fn finish(&mut self) -> Option<Tensor<4>> {
        if !self.ledger.is_complete() {
            return None;
        }
        let g = Formula::from(&self.inputs.g) * SIGMA_DATA;
        let d = match self.f.take() {
            Some(f) => g + Formula::from(f) * &self.deviation,
            None => g,
        };
        Some(d.tensor())
    }

    /// Tiles that nobody computes.
    pub(super) fn open(&self) -> usize {
        self.ledger.open()
    }

    /// Whether all tiles that are left are lent.
    pub(super) fn is_lent_out(&self) -> bool {
        self.ledger.next().is_some() && self.ledger.open() == 0
    }

    /// See [`Divisible::lend`](super::Divisible::lend).
    pub(super) fn lend(&mut self) -> Option<(Loan, NetworkInputs)> {
        if ComputeDevice::of(&self.inputs.w).backend() != Backend::Cpu {
            return None;
        }
        let part = self.ledger.lend()?;
        let Inputs { w, g, maps, coarse } = self.inputs_of(part);
        let loan = Loan::new(self.identity.clone(), part);
        Some((loan, NetworkInputs::of([w, g, maps, coarse])))
    }

    /// See [`Divisible::give_back`](super::Divisible::give_back).
    pub(super) fn give_back(&mut self, loan: &Loan, output: &[f32]) -> Result<bool, Error> {
        let Some(part) = loan.part_of(&self.identity) else {
            return Ok(false);
        };
        let tile = &self.tiling.tiles()[part];
        let [images, channels, ..] = self.inputs.w.dims();
        let shape = [images, channels, tile.rows.len(), tile.columns.len()];
        if output.len() != shape.iter().product::<usize>() {
            return Err(Error::InvalidOption(format!(
                "{} values for a tile of shape {shape:?}",
                output.len()
            )));
        }
        let device = ComputeDevice::of(&self.inputs.w);
        Ok(self.enter(part, device.tensor_f32(output.to_vec(), shape)))
    }

    /// See [`Divisible::reopen`](super::Divisible::reopen).
    pub(super) fn reopen(&mut self, loan: &Loan) {
        if let Some(part) = loan.part_of(&self.identity) {
            self.ledger.reopen(part);
        }
    }

    /// Adds F of one tile, times the weights of the tile.
    fn add(&mut self, part: usize, f: Tensor<4>) {
        let tile = &self.tiling.tiles()[part];
        let [batch, ..] = f.dims();
        let Some(weights) = self.tiling.weights(tile, &ComputeDevice::of(&f)) else {
            self.f = Some(f);
            return;
        };
        let sum = self.f.take();
        let sum = sum.unwrap_or_else(|| self.inputs.g.zeros_like());
        let part = [0..batch, 0..3, tile.rows.clone(), tile.columns.clone()];
        let added = Formula::from(sum.clone().slice(part.clone())) + Formula::from(f) * weights;
        let added = added.tensor();
        self.f = Some(sum.slice_assign(part, added));
    }
}
