//! A band of neighbouring lines of a torus, and a symmetric operator P on it that is diagonal in
//! the DFT. A Fourier transform along the lines leaves a Hermitian Toeplitz system across them at
//! each frequency.
//!
//! The recursion of Levinson and Durbin gives the first column of a Toeplitz inverse, that of
//! Trench the rest, both in w² operations for w lines (Golub and Van Loan, Matrix Computations,
//! section 4.7). They run in f64, since the condition number reaches 1e7.
//!
//! Values on a band are those at the frequencies along it, line by line. The systems at frequencies
//! k and -k are complex conjugates.

use rustfft::num_complex::{Complex, Complex64};
use rustfft::{FftDirection, FftPlanner};

use crate::compute::fourier::Real;

const ZERO: Complex64 = Complex64::new(0.0, 0.0);

/// The Toeplitz matrices of P on a band, at the frequencies up to the middle one.
pub(super) struct Toeplitz {
    lines: usize,
    /// The number of frequencies along the band.
    along: usize,
    /// The first column of each matrix.
    columns: Vec<Vec<Complex64>>,
}

/// The inverses of [`Toeplitz`].
pub(super) struct ToeplitzInverse {
    lines: usize,
    along: usize,
    /// Each inverse, row by row.
    inverses: Vec<Vec<Complex64>>,
}

impl Toeplitz {
    /// P on `lines` neighbouring lines. `spectrum(k, j)`, real and even, is P at frequency k of
    /// `along` and j of `across`.
    pub(super) fn new(
        lines: usize,
        [along, across]: [usize; 2],
        spectrum: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let plan = FftPlanner::new().plan_fft(across, FftDirection::Inverse);
        let unit = 1.0 / across as f64;
        let mut line = vec![ZERO; across];
        let mut scratch = vec![ZERO; plan.get_inplace_scratch_len()];
        let columns = (0..=along / 2).map(|k| {
            for (j, value) in line.iter_mut().enumerate() {
                *value = Complex64::new(spectrum(k, j) * unit, 0.0);
            }
            plan.process_with_scratch(&mut line, &mut scratch);
            line[..lines].to_vec()
        });
        Self {
            lines,
            along,
            columns: columns.collect(),
        }
    }

    /// The inverse at each frequency.
    pub(super) fn inverse(&self) -> ToeplitzInverse {
        ToeplitzInverse {
            lines: self.lines,
            along: self.along,
            inverses: self.columns.iter().map(|t| toeplitz_inverse(t)).collect(),
        }
    }

    /// P x on the band.
    pub(super) fn times<T: Real>(&self, x: &[Complex<T>]) -> Vec<Complex<T>> {
        let mut product = x.to_vec();
        each_frequency(&mut product, self.along, |k, mirrored, x, y| {
            let t = &self.columns[k];
            for (i, y) in y.iter_mut().enumerate() {
                let entry = |j: usize| if i >= j { t[i - j] } else { t[j - i].conj() };
                *y = row_times(mirrored, x, entry);
            }
        });
        product
    }

    /// xᴴ P x.
    pub(super) fn energy<T: Real>(&self, x: &[Complex<T>]) -> f64 {
        let product = self.times(x);
        dot(x, &product) / self.along as f64
    }
}

impl ToeplitzInverse {
    /// Replaces x on the band by P^-1 x.
    pub(super) fn times<T: Real>(&self, x: &mut [Complex<T>]) {
        each_frequency(x, self.along, |k, mirrored, x, y| {
            let rows = self.inverses[k].chunks_exact(self.lines);
            for (row, y) in rows.zip(y) {
                *y = row_times(mirrored, x, |j| row[j]);
            }
        });
    }
}

/// A row of a matrix times x. At a mirrored frequency the row's conjugate is meant.
fn row_times(mirrored: bool, x: &[Complex64], entry: impl Fn(usize) -> Complex64) -> Complex64 {
    let terms = x.iter().enumerate();
    if mirrored {
        terms.map(|(j, x)| entry(j).conj() * x).sum()
    } else {
        terms.map(|(j, x)| entry(j) * x).sum()
    }
}

/// Replaces the values across the lines, x, by a matrix product, y: `multiply(k, mirrored, x, y)`
/// at frequency k, up to the middle one, or at its mirror image -k.
fn each_frequency<T: Real>(
    values: &mut [Complex<T>],
    along: usize,
    multiply: impl Fn(usize, bool, &[Complex64], &mut [Complex64]),
) {
    let lines = values.len() / along;
    if lines == 0 {
        return;
    }
    let (mut x, mut y) = (vec![ZERO; lines], vec![ZERO; lines]);
    for k in 0..along {
        for (j, x) in x.iter_mut().enumerate() {
            *x = wide(values[j * along + k]);
        }
        multiply(k.min(along - k), 2 * k > along, &x, &mut y);
        for (j, y) in y.iter().enumerate() {
            values[j * along + k] = narrow(*y);
        }
    }
}

/// The real part of aᴴ b.
pub(super) fn dot<T: Real>(a: &[Complex<T>], b: &[Complex<T>]) -> f64 {
    let terms = a.iter().zip(b).map(|(a, b)| {
        let (a, b) = (wide(*a), wide(*b));
        a.re * b.re + a.im * b.im
    });
    terms.sum()
}

/// In f64.
pub(super) fn wide<T: Real>(x: Complex<T>) -> Complex64 {
    Complex64::new(x.re.to_f64(), x.im.to_f64())
}

/// In the float type T.
pub(super) fn narrow<T: Real>(x: Complex64) -> Complex<T> {
    Complex::new(float(x.re), float(x.im))
}

/// A number in the float type T.
pub(super) fn float<T: Real>(x: f64) -> T {
    T::from_f64(x).expect("a float")
}

/// The inverse, row by row, of the positive definite Hermitian Toeplitz matrix with first column t
/// (Trench).
fn toeplitz_inverse(t: &[Complex64]) -> Vec<Complex64> {
    let n = t.len();
    let mut inverse = vec![ZERO; n * n];
    if n == 0 {
        return inverse;
    }
    let x = first_column_of_inverse(t);
    for i in 0..n {
        inverse[i * n] = x[i];
        inverse[i] = x[i].conj();
    }
    for i in 1..n {
        for j in 1..n {
            let reflected = x[n - i].conj() * x[n - j];
            let step = (x[i] * x[j].conj() - reflected) / x[0].re;
            inverse[i * n + j] = inverse[(i - 1) * n + j - 1] + step;
        }
    }
    inverse
}

/// x with T x = (1, 0, 0, …), for the matrix T with first column t (Levinson and Durbin).
fn first_column_of_inverse(t: &[Complex64]) -> Vec<Complex64> {
    // The leading m×m part of T times the filter a is (error, 0, 0, …).
    let (mut a, mut error) = (vec![Complex64::new(1.0, 0.0)], t[0].re);
    for m in 1..t.len() {
        let correlation: Complex64 = (0..m).map(|j| t[m - j] * a[j]).sum();
        let reflection = correlation / error;
        let reversed: Vec<Complex64> = a.iter().rev().map(Complex64::conj).collect();
        a.push(ZERO);
        for (a, b) in a[1..].iter_mut().zip(reversed) {
            *a -= reflection * b;
        }
        error -= (reflection * correlation.conj()).re;
    }
    a.into_iter().map(|a| a / error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toeplitz_inverse_inverts() {
        let t = [(5.0, 0.0), (1.0, 2.0), (-0.5, 0.3), (0.2, -0.7)];
        let t = t.map(|(re, im)| Complex64::new(re, im));
        let (n, inverse) = (t.len(), toeplitz_inverse(&t));
        let entry = |i: usize, j: usize| match i >= j {
            true => t[i - j],
            false => t[j - i].conj(),
        };
        for i in 0..n {
            for j in 0..n {
                let product: Complex64 = (0..n).map(|k| entry(i, k) * inverse[k * n + j]).sum();
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((product - expected).norm() < 1e-14, "{i} {j}: {product}");
            }
        }
    }

    #[test]
    fn the_inverse_undoes_the_product_at_every_frequency() {
        // Even under (k, j) -> (-k, -j), but not in k or in j alone.
        let (along, across, lines) = (6, 9, 3);
        let wave = |k: usize, j: usize| {
            let angle = |at: usize, n: usize| 2.0 * std::f64::consts::PI * at as f64 / n as f64;
            2.0 + (angle(k, along) + angle(j, across)).cos()
        };
        let band = Toeplitz::new(lines, [along, across], wave);
        let values = (0..lines * along).map(|i| Complex64::new((i as f64).sin(), (i as f64).cos()));
        let values: Vec<Complex64> = values.collect();
        let mut product = band.times(&values);
        assert!(dot(&values, &product) > 0.0);
        band.inverse().times(&mut product);
        for (a, b) in values.iter().zip(product) {
            assert!((a - b).norm() < 1e-12, "{a} {b}");
        }
    }
}
