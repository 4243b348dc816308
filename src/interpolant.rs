//! Times of an interpolant as a grid of tau = beta_t/alpha_t, from the noisiest down.
//!
//! With z = x_t/alpha_t = x + tau eps every Gaussian interpolant is the same problem in (z, tau); only the grid differs.

/// EDM's grid (Karras et al. 2022, equation 5): `points` values from `tau_max` down to `tau_min`, evenly spaced in tau^(1/7).
pub fn edm(points: usize, tau_max: f64, tau_min: f64) -> Vec<f64> {
    const RHO: f64 = 7.0;
    let (top, bottom) = (tau_max.powf(1.0 / RHO), tau_min.powf(1.0 / RHO));
    let last = (points.max(2) - 1) as f64;
    (0..points)
        .map(|i| (top + i as f64 / last * (bottom - top)).powf(RHO))
        .collect()
}
