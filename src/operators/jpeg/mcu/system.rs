//! y ↦ ((v + s2) A Aᵀ + R) y of coefficients. Luma sees the cells of chroma spread over their
//! pixels, and chroma the means of luma over its cells.

use std::array::from_fn;

use burn::tensor::Tensor;

use super::Cells;
use crate::compute::block_dct::tile::{Dct, LANES, Tile, Weights, set_tile, tile_at, zeros};
use crate::compute::block_dct::{BLOCK, FrequencyMatrices};
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Real;
use crate::compute::host::{Borrowed, tensor};

/// The system's matrices at each frequency.
pub(in crate::operators::jpeg) struct CoupledMatrices {
    /// From luma to itself, 1×1.
    pub luma: FrequencyMatrices,
    /// From chroma's cells to luma's pixels, 1×2.
    pub to_luma: FrequencyMatrices,
    /// From the means of luma over cells to chroma, 2×1.
    pub to_chroma: FrequencyMatrices,
    /// From chroma to itself, 2×2.
    pub chroma: FrequencyMatrices,
}

/// The system times y `[B, 1, 1, n]`: luma `size`, and then two planes of chroma.
pub(in crate::operators::jpeg) fn system<T: Real>(
    matrices: &CoupledMatrices,
    cell: [usize; 2],
    size: [usize; 2],
    y: Tensor<4>,
) -> Tensor<4> {
    let (shape @ [.., count], device) = (y.dims(), ComputeDevice::of(&y));
    let y = Borrowed::<T>::new(y);
    let mut to = vec![T::zero(); y.len()];
    let images = y.chunks_exact(count).zip(to.chunks_exact_mut(count));
    for (image, (y, to)) in images.enumerate() {
        let system = System {
            dct: Dct::new(),
            luma: Weights::new(&matrices.luma, image),
            to_luma: Weights::new(&matrices.to_luma, image),
            to_chroma: Weights::new(&matrices.to_chroma, image),
            chroma: Weights::new(&matrices.chroma, image),
            cells: Cells::new(cell),
            size,
        };
        system.pass(y, to);
    }
    tensor(to, shape, &device)
}

/// The system of one image.
struct System<T> {
    dct: Dct<T>,
    luma: Weights<T>,
    to_luma: Weights<T>,
    to_chroma: Weights<T>,
    chroma: Weights<T>,
    cells: Cells<T>,
    size: [usize; 2],
}

impl<T: Real> System<T> {
    fn pass(&self, y: &[T], to: &mut [T]) {
        let ([height, width], [rows, columns]) = (self.size, self.cells.cell);
        let (y, y_chroma) = y.split_at(height * width);
        let (to, to_chroma) = to.split_at_mut(height * width);
        let small = [height / rows, width / columns];
        for top in (0..small[0]).step_by(BLOCK) {
            let lines = top * rows * width;
            let plane = |j: usize| (j * small[0] + top) * small[1];
            for left in (0..small[1]).step_by(LANES) {
                let chroma = from_fn(|j| tile_at(&y_chroma[plane(j)..], small[1], left));
                let (y, to) = (&y[lines..], &mut to[lines..]);
                let means = self.luma(&chroma, left * columns, y, to);
                let means = [self.dct.forward(&means)];
                for j in 0..2 {
                    let tile = sum(
                        self.chroma.times(j, &chroma),
                        &self.to_chroma.times(j, &means),
                    );
                    set_tile(&mut to_chroma[plane(j)..], small[1], left, &tile);
                }
            }
        }
    }

    /// The result's luma below a tile of chroma, whose first pixel is in column `left`. Returns the
    /// means of luma over the tile's cells.
    fn luma(&self, chroma: &[Tile<T>; 2], left: usize, y: &[T], to: &mut [T]) -> Tile<T> {
        let width = self.size[1];
        let cells = self.dct.inverse(&self.to_luma.times(0, chroma));
        let mut means = zeros();
        for place in self.cells.places(left, width) {
            let line = place.within[0] * BLOCK * width;
            let coefficients = tile_at(&y[line..], width, place.left);
            let pixels = self.dct.inverse(&coefficients);
            self.cells.add_means(&pixels, place, &mut means);
            let mut across = zeros();
            self.cells.add_spread(&cells, place, &mut across);
            let own = self.luma.times(0, &[coefficients]);
            let tile = sum(own, &self.dct.forward(&across));
            set_tile(&mut to[line..], width, place.left, &tile);
        }
        means
    }
}

fn sum<T: Real>(mut a: Tile<T>, b: &Tile<T>) -> Tile<T> {
    for (a, b) in a.as_flattened_mut().iter_mut().zip(b.as_flattened()) {
        *a = *a + *b;
    }
    a
}
