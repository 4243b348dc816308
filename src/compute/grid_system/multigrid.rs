//! Conjugate gradients, preconditioned with one symmetric V-cycle of multigrid.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::level::Level;
use super::transfer::Transfer;
use super::{GridSystem, cut, padded};

/// Sweeps of damped Jacobi before and after the coarse correction.
const SWEEPS: usize = 2;
const DAMPING: f64 = 0.8;
/// The largest side of the grid that is solved directly.
const COARSEST: usize = 8;
/// Keeps quotients finite once the residual has vanished.
const TINY: f64 = 1e-20;

/// A system and its coarser ones.
#[derive(Debug)]
pub struct Multigrid {
    size: [usize; 2],
    /// The finest first.
    levels: Vec<Level>,
    transfers: Vec<Transfer>,
    coarsest: Cholesky<f64, Dyn>,
}

impl Multigrid {
    /// The solver of a system.
    ///
    /// # Panics
    /// Where a mass is not above 0, or a tie below 0 or not finite.
    pub fn new(system: &GridSystem) -> Self {
        let size = system.size;
        let longest = size[0].max(size[1]);
        let halvings = longest.div_ceil(COARSEST).next_power_of_two().ilog2();
        let whole = size.map(|n| n.next_multiple_of(1 << halvings));
        let mut levels = vec![Level::of(system.padded(whole))];
        let mut transfers = Vec::new();
        for depth in 0..halvings as usize {
            let transfer = Transfer::new(&levels[depth]);
            levels.push(transfer.galerkin(&levels[depth]));
            transfers.push(transfer);
        }
        let coarsest = factorised(levels.last().expect("the finest"));
        Self {
            size,
            levels,
            transfers,
            coarsest,
        }
    }

    /// M⁻¹ b after exactly `iterations` iterations from `start`, or from b's first cycle. The
    /// network was trained on these iterates.
    pub fn solve(&self, b: &[f64], start: Option<&[f64]>, iterations: usize) -> Vec<f64> {
        let (finest, size) = (&self.levels[0], self.size);
        let b = padded(b, size, finest.size, 0.0);
        let mut x = match start {
            Some(start) => padded(start, size, finest.size, 0.0),
            None => self.cycle(&b, 0),
        };
        let mut r = minus(&b, &finest.times(&x));
        let mut z = self.cycle(&r, 0);
        let mut p = z.clone();
        let mut rz = dot(&r, &z);
        for _ in 0..iterations {
            let product = finest.times(&p);
            let a = rz / (dot(&p, &product) + TINY);
            add(&mut x, a, &p);
            add(&mut r, -a, &product);
            z = self.cycle(&r, 0);
            let before = std::mem::replace(&mut rz, dot(&r, &z));
            let share = rz / (before + TINY);
            p.iter_mut().zip(&z).for_each(|(p, z)| *p = z + share * *p);
        }
        cut(&x, finest.size, size)
    }

    /// Near M⁻¹ r; symmetric and positive.
    fn cycle(&self, r: &[f64], depth: usize) -> Vec<f64> {
        let level = &self.levels[depth];
        let Some(transfer) = self.transfers.get(depth) else {
            let solved = self.coarsest.solve(&DVector::from_column_slice(r));
            return solved.as_slice().to_vec();
        };
        let smooth = |x: &mut [f64]| {
            let product = level.times(x);
            let residuals = r.iter().zip(&product).zip(&level.diagonal);
            for (x, ((r, product), diagonal)) in x.iter_mut().zip(residuals) {
                *x += DAMPING / diagonal * (r - product);
            }
        };
        let gain = level.diagonal.iter().map(|d| DAMPING / d);
        let mut x: Vec<f64> = gain.zip(r).map(|(gain, r)| gain * r).collect();
        (1..SWEEPS).for_each(|_| smooth(&mut x));
        let residual = transfer.restrict(&minus(r, &level.times(&x)));
        let correction = transfer.prolong(&self.cycle(&residual, depth + 1));
        add(&mut x, 1.0, &correction);
        (0..SWEEPS).for_each(|_| smooth(&mut x));
        x
    }
}

/// The factors of a small system's matrix.
fn factorised(level: &Level) -> Cholesky<f64, Dyn> {
    let n = level.mass.len();
    let mut matrix = DMatrix::zeros(n, n);
    for j in 0..n {
        let unit: Vec<f64> = (0..n).map(|i| f64::from(i == j)).collect();
        matrix.set_column(j, &DVector::from_vec(level.times(&unit)));
    }
    Cholesky::new(matrix).expect("masses above 0 and finite ties make a positive matrix")
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn add(to: &mut [f64], share: f64, x: &[f64]) {
    to.iter_mut().zip(x).for_each(|(to, x)| *to += share * x);
}
