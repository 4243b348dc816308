//! How much of a spectrum a DCT coefficient of a block sees.
//!
//! A block's samples are means of fy×fx pixels: f = 1 is the photo itself, 2 the chroma of 4:2:0.
//! Coefficient (u, v) is then a filter of 8 fy × 8 fx pixels, g_u ⊗ g_v, g_u(i) = C_u,i/f / f. On
//! noise with spectrum n̂(|w|) it has the variance
//!
//! ```text
//! (1/4π²) ∫ |ĝ_u(w_y)|² |ĝ_v(w_x)|² n̂(|w|) dw  =  Σ_r A_uv,r n̂(ρ_r)
//! ```
//!
//! with cells of the radius, narrow beside an octave. White noise of variance 1 gives 1/(fy fx).

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::estimation::dct::{AREA, BASIS, SIDE};

/// The cells of the radius: four an octave.
pub(super) const CELLS: usize = 20;
/// The least radius that has a cell of its own; the cell below takes the rest, down to 0.
const LEAST: f64 = 0.4;
/// The samples of a half axis of frequencies.
const GRID: usize = 64;

/// The frequency of a cell in the units of a block's indices: ρ = 8 |w|/π, so that Nyquist's is 8
/// along an axis and 8√2 in the corner.
pub(super) fn radius_of_cell(cell: usize) -> f32 {
    (LEAST * 2f64.powf((cell as f64 + 0.5) / 4.0)) as f32
}

/// The cell of a radius.
fn cell_of_radius(rho: f64) -> usize {
    let cell = 4.0 * (rho / LEAST).log2();
    (cell.max(0.0) as usize).min(CELLS - 1)
}

/// The responses of all coefficients of a block: for each of 64, its weight in each cell.
pub(super) struct Response(Vec<[f32; CELLS]>);

impl Response {
    /// Of blocks whose samples are means of `factors` = \[fy, fx\] pixels.
    pub(super) fn new([fy, fx]: [usize; 2]) -> Self {
        let cells = cells_of_grid();
        let (vertical, horizontal) = (powers(fy), powers(fx));
        let mut rows = Vec::with_capacity(AREA);
        for u in &vertical {
            for v in &horizontal {
                let mut row = [0.0f64; CELLS];
                for (cell, at) in cells.iter().zip(0..) {
                    row[*cell] += u[at / GRID] * v[at % GRID];
                }
                rows.push(row.map(|sum| (sum / (GRID * GRID) as f64) as f32));
            }
        }
        Self(rows)
    }

    /// The weights of one coefficient.
    pub(super) fn of(&self, coefficient: usize) -> &[f32; CELLS] {
        &self.0[coefficient]
    }
}

/// The share of the frequencies of pixels in each cell: the response of a single pixel.
pub(super) static AREAS: LazyLock<[f32; CELLS]> = LazyLock::new(|| {
    let mut areas = [0.0; CELLS];
    for cell in cells_of_grid() {
        areas[cell] += 1.0 / (GRID * GRID) as f32;
    }
    areas
});

/// The cell of each frequency of the grid, row by row.
fn cells_of_grid() -> Vec<usize> {
    let along = |i: usize| SIDE as f64 * (i as f64 + 0.5) / GRID as f64;
    (0..GRID * GRID)
        .map(|at| cell_of_radius(along(at / GRID).hypot(along(at % GRID))))
        .collect()
}

/// |ĝ_u(w)|² for each frequency u of a block and each w of the grid, by samples of `f` pixels.
fn powers(f: usize) -> Vec<[f64; GRID]> {
    let power = |u: usize, w: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        for i in 0..SIDE * f {
            let tap = f64::from(BASIS[u][i / f]) / f as f64;
            re += tap * (w * i as f64).cos();
            im += tap * (w * i as f64).sin();
        }
        re * re + im * im
    };
    (0..SIDE)
        .map(|u| std::array::from_fn(|j| power(u, PI * (j as f64 + 0.5) / GRID as f64)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_is_divided_by_the_pixels_of_a_sample() {
        for factors in [[1, 1], [1, 2], [2, 2], [4, 4]] {
            let response = Response::new(factors);
            let white = 1.0 / (factors[0] * factors[1]) as f32;
            for k in 0..AREA {
                let sum: f32 = response.of(k).iter().sum();
                assert!((sum / white - 1.0).abs() < 1e-3, "{factors:?} {k} {sum}");
            }
        }
        assert!((AREAS.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
