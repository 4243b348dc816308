//! Matrix products C = A B for row-major A `[m, k]` and C `[m, n]`, with B packed once into panels
//! of columns.
//!
//! A tile of C is held in registers. k and n are not blocked: a panel of B is at most 48 KiB here,
//! and stays in the first- or second-level cache while all rows of A use it.

use super::dispatch::dispatched;

/// The rows of C are padded to a multiple of this number of columns.
pub(super) const PANEL: usize = 16;
/// Columns of a tile of C. On wasm, rows of four vectors would leave too few registers for several
/// rows.
#[cfg(target_family = "wasm")]
const WIDTH: usize = 8;
#[cfg(not(target_family = "wasm"))]
const WIDTH: usize = PANEL;
/// Rows of a tile of C.
#[cfg(target_family = "wasm")]
const ROWS: usize = 4;
#[cfg(not(target_family = "wasm"))]
const ROWS: usize = 6;

/// B `[k, n]` in panels of [`WIDTH`] columns, each `[k, WIDTH]`. Columns are zero-padded to a
/// multiple of [`PANEL`].
#[derive(Debug, Clone)]
pub(super) struct Packed {
    k: usize,
    columns: usize,
    panels: Vec<f32>,
}

impl Packed {
    /// The matrix of the values `at(row, column)`.
    pub(super) fn new(k: usize, n: usize, at: impl Fn(usize, usize) -> f32) -> Self {
        let columns = n.next_multiple_of(PANEL);
        let value = |row, column| if column < n { at(row, column) } else { 0.0 };
        let mut panels = Vec::with_capacity(columns * k);
        for left in (0..columns).step_by(WIDTH) {
            for row in 0..k {
                panels.extend((left..left + WIDTH).map(|column| value(row, column)));
            }
        }
        Self { k, columns, panels }
    }

    /// Columns of C, a multiple of [`PANEL`].
    pub(super) fn columns(&self) -> usize {
        self.columns
    }
}

dispatched! {
    /// C = A B for `m` rows. The rows of A are `k` apart, those of C `b.columns()`.
    pub(super) fn multiply[] [] (a: &[f32], b: &Packed, c: &mut [f32], m: usize) = multiply_rows
}

#[inline(always)]
fn multiply_rows<const FMA: bool>(a: &[f32], b: &Packed, c: &mut [f32], m: usize) {
    let (k, ldc) = (b.k, b.columns);
    assert!(a.len() >= m * k && c.len() >= m * ldc);
    for (j, panel) in b.panels.chunks_exact(k * WIDTH).enumerate() {
        let mut i = 0;
        while i + ROWS <= m {
            tile::<FMA, ROWS>(&a[i * k..], panel, &mut c[i * ldc + j * WIDTH..], ldc, k);
            i += ROWS;
        }
        while i + 2 <= m {
            tile::<FMA, 2>(&a[i * k..], panel, &mut c[i * ldc + j * WIDTH..], ldc, k);
            i += 2;
        }
        if i < m {
            tile::<FMA, 1>(&a[i * k..], panel, &mut c[i * ldc + j * WIDTH..], ldc, k);
        }
    }
}

/// A tile of M rows by [`WIDTH`] columns, in registers for the whole sum over k.
#[cfg(not(target_family = "wasm"))]
#[inline(always)]
fn tile<const FMA: bool, const M: usize>(
    a: &[f32],
    panel: &[f32],
    c: &mut [f32],
    ldc: usize,
    k: usize,
) {
    let rows: [&[f32]; M] = std::array::from_fn(|i| &a[i * k..(i + 1) * k]);
    let mut sums = [[0.0f32; WIDTH]; M];
    for (step, b) in panel.chunks_exact(WIDTH).enumerate() {
        for (row, sums) in rows.iter().zip(&mut sums) {
            // SAFETY: a panel has k steps, a row k values.
            let x = unsafe { *row.get_unchecked(step) };
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = if FMA {
                    x.mul_add(*b, *sum)
                } else {
                    *sum + x * b
                };
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        c[i * ldc..i * ldc + WIDTH].copy_from_slice(sums);
    }
}

/// A tile of M rows by [`WIDTH`] columns, in wasm vectors. The compiler does not vectorise the
/// plain loop.
#[cfg(target_family = "wasm")]
#[inline(always)]
fn tile<const FMA: bool, const M: usize>(
    a: &[f32],
    panel: &[f32],
    c: &mut [f32],
    ldc: usize,
    k: usize,
) {
    use core::arch::wasm32::{f32x4_splat, v128, v128_load, v128_load32_splat, v128_store};
    assert!(a.len() >= M * k && panel.len() >= k * WIDTH && c.len() >= (M - 1) * ldc + WIDTH);
    let mut sums = [[f32x4_splat(0.0); 2]; M];
    let (a, panel, c) = (a.as_ptr(), panel.as_ptr(), c.as_mut_ptr());
    // SAFETY: every address lies within the lengths just asserted; wasm loads need no alignment.
    unsafe {
        for step in 0..k {
            let b = panel.add(step * WIDTH);
            let b = [v128_load(b.cast()), v128_load(b.add(4).cast())];
            for (i, sums) in sums.iter_mut().enumerate() {
                let x = v128_load32_splat(a.add(i * k + step).cast());
                sums[0] = multiply_add(x, b[0], sums[0]);
                sums[1] = multiply_add(x, b[1], sums[1]);
            }
        }
        for (i, sums) in sums.iter().enumerate() {
            let row = c.add(i * ldc);
            v128_store(row.cast::<v128>(), sums[0]);
            v128_store(row.add(4).cast::<v128>(), sums[1]);
        }
    }
}

/// a b + c, as two instructions. Relaxed SIMD's fused multiply-add was slower in V8: 56 against 60
/// GFLOP/s in tiles of 4 rows, and half of that in tiles of 5, 6 or 8 rows, which spill registers.
#[cfg(target_family = "wasm")]
#[inline(always)]
fn multiply_add(
    a: core::arch::wasm32::v128,
    b: core::arch::wasm32::v128,
    c: core::arch::wasm32::v128,
) -> core::arch::wasm32::v128 {
    core::arch::wasm32::f32x4_add(c, core::arch::wasm32::f32x4_mul(a, b))
}
