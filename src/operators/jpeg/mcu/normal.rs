//! x ↦ Aᵀ W A x. A mixes colours, takes the means of cells for chroma, and transforms blocks; W
//! weighs luma and chroma at each frequency.

use std::array::from_fn;

use burn::tensor::Tensor;
use nalgebra::Matrix3;

use super::Cells;
use crate::compute::block_dct::tile::{
    Dct, LANES, Tile, Weights, add_products, real, set_tile, tile_at, zeros,
};
use crate::compute::block_dct::{BLOCK, FrequencyMatrices};
use crate::compute::device::ComputeDevice;
use crate::compute::fourier::Real;
use crate::compute::host::{Borrowed, tensor};

/// The tiles of three planes.
type Tiles<T> = [Tile<T>; 3];

/// Aᵀ W A of images `[B, 3, H, W]`. `weights`: of luma, 1×1, and of chroma, 2×2.
pub(in crate::operators::jpeg) fn weighed_normal<T: Real>(
    mixing: &Matrix3<f64>,
    cell: [usize; 2],
    [luma, chroma]: &[FrequencyMatrices; 2],
    x: Tensor<4>,
) -> Tensor<4> {
    let (shape @ [_, channels, height, width], device) = (x.dims(), ComputeDevice::of(&x));
    let x = Borrowed::<T>::new(x);
    let mut to = vec![T::zero(); x.len()];
    let image_length = channels * height * width;
    let images = x
        .chunks_exact(image_length)
        .zip(to.chunks_exact_mut(image_length));
    for (image, (x, to)) in images.enumerate() {
        let normal = Normal {
            dct: Dct::new(),
            mixing: from_fn(|row| from_fn(|column| real(mixing[(row, column)]))),
            luma: Weights::transposed(luma, image),
            chroma: Weights::transposed(chroma, image),
            cells: Cells::new(cell),
            size: [height, width],
        };
        normal.pass(x, to);
    }
    tensor(to, shape, &device)
}

/// Aᵀ W A of one image.
struct Normal<T> {
    dct: Dct<T>,
    /// M', row by row.
    mixing: [[T; 3]; 3],
    luma: Weights<T>,
    chroma: Weights<T>,
    cells: Cells<T>,
    size: [usize; 2],
}

impl<T: Real> Normal<T> {
    fn pass(&self, x: &[T], to: &mut [T]) {
        let ([height, width], [rows, columns]) = (self.size, self.cells.cell);
        for top in (0..height).step_by(rows * BLOCK) {
            let line = |c: usize, row: usize| (c * height + top + row * BLOCK) * width;
            let tiles = |row: usize, left: usize| -> Tiles<T> {
                from_fn(|c| tile_at(&x[line(c, row)..], width, left))
            };
            for left in (0..width).step_by(columns * LANES) {
                let mut means: Tiles<T> = from_fn(|_| zeros());
                for place in self.cells.places(left, width) {
                    let pixels = tiles(place.within[0], place.left);
                    for (pixels, means) in pixels.iter().zip(&mut means) {
                        self.cells.add_means(pixels, place, means);
                    }
                }
                let chroma = self.chroma(&means);
                for place in self.cells.places(left, width) {
                    let row = place.within[0];
                    let mut result = self.luma(&tiles(row, place.left));
                    for (c, tile) in result.iter_mut().enumerate() {
                        self.cells.add_spread(&chroma[c], place, tile);
                        set_tile(&mut to[line(c, row)..], width, place.left, tile);
                    }
                }
            }
        }
    }

    /// What luma adds to the three planes.
    fn luma(&self, pixels: &Tiles<T>) -> Tiles<T> {
        let [of_luma, ..] = &self.mixing;
        let coefficients = self.dct.forward_transposed(&mixed(of_luma, pixels));
        let weighed = self.luma.times(0, &[coefficients]);
        let luma = [self.dct.inverse_of_transposed(&weighed)];
        from_fn(|c| mixed(&[of_luma[c]], &luma))
    }

    /// What chroma adds to the cells of the three planes.
    fn chroma(&self, means: &Tiles<T>) -> Tiles<T> {
        let [_, of_chroma @ ..] = &self.mixing;
        let coefficients: [Tile<T>; 2] =
            from_fn(|j| self.dct.forward_transposed(&mixed(&of_chroma[j], means)));
        let chroma: [Tile<T>; 2] = from_fn(|j| {
            let weighed = self.chroma.times(j, &coefficients);
            self.dct.inverse_of_transposed(&weighed)
        });
        let share = |row: &[T; 3], c: usize| row[c] * self.cells.share;
        from_fn(|c| mixed(&[share(&of_chroma[0], c), share(&of_chroma[1], c)], &chroma))
    }
}

/// The tiles, each times its weight, added.
fn mixed<T: Real, const N: usize>(weights: &[T; N], tiles: &[Tile<T>; N]) -> Tile<T> {
    let mut sum = zeros();
    for (weight, tile) in weights.iter().zip(tiles) {
        for (to, values) in sum.iter_mut().zip(tile) {
            add_products(to, &[*weight; LANES], values);
        }
    }
    sum
}
