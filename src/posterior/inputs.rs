//! g, w and the pivot of one query together: what they share is computed once, and on a GPU in a
//! few launches.

use burn::tensor::Tensor;

use super::measured_frequencies::MeasuredFrequencies;
use super::{DATA_VARIANCE, Posterior, shrunk_query};
use crate::compute::formula::{Formula, View, tensors};
use crate::compute::fourier::ComplexFormula;
use crate::operators::{Aliasing, DiagonalInDft, PriorUpdate, SpectralForm};

impl Posterior {
    /// `epilogue([g, w, pivot])` for the query z at t2 = tau²: formulas of
    /// [`Self::gaussian_mean`], [`Self::shrunk_pivot`] and [`Self::pivot`] in one computation.
    pub fn inputs<const M: usize>(
        &self,
        z: Tensor<4>,
        t2: Tensor<4>,
        epilogue: impl Fn([Formula; 3]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        if let PriorUpdate::Spectral(update) = self.measurement.operator.prior_update() {
            match update.form() {
                SpectralForm::Diagonal(diagonal) => {
                    return self.diagonal_inputs(&diagonal, z, t2, epilogue);
                }
                SpectralForm::Aliased(aliasing) => {
                    return self.aliased_inputs(aliasing, z, t2, epilogue);
                }
                SpectralForm::Other => {}
            }
        }
        let g = Formula::from(self.gaussian_mean(z.clone(), t2.clone()));
        // One node each, so that the three results read z and g once.
        let z = Formula::from(z);
        let w = self.shrunk(z.clone(), t2.clone(), g.clone());
        let pivot = self.update(z, t2);
        tensors(epilogue([g, w, pivot]))
    }

    /// The inputs for an operator that is diagonal in the DFT. With b = conj(k) F y/s2,
    /// P = |k|²/s2, d = sigma_data², and (m, v) the query shrunk towards g,
    ///
    /// ```text
    /// F g     = (F z + t2 b)/(1 + t2 (Q̂ + P))
    /// F pivot = (F z + t2 b)/(1 + t2 P)
    /// F w     = (F m + v b)/(1 + v P)
    ///         = (F z + t2 b) (d + t2/(1 + t2 (Q̂ + P)))/(d + t2)/(1 + v P)
    /// ```
    ///
    /// All three are means with positive weights, which keep their digits (docs/method.md, section
    /// 5.4).
    fn diagonal_inputs<const M: usize>(
        &self,
        diagonal: &DiagonalInDft<'_>,
        z: Tensor<4>,
        t2: Tensor<4>,
        epilogue: impl Fn([Formula; 3]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        let measured = self.measured_frequencies.get_or_init(|| {
            MeasuredFrequencies::new(&self.measurement, diagonal, self.prior.fourier())
        });
        let [t, prior, known] = [
            Formula::from(t2),
            self.prior.precision_spectrum().into(),
            Formula::from(&measured.precision),
        ];
        let sum = &t + DATA_VARIANCE;
        let smooth = ((prior + &known) * &t + 1.0).recip();
        let shrunk = (&smooth * &t + DATA_VARIANCE) / (&sum + &t * DATA_VARIANCE * &known);
        let sharp = (&known * &t + 1.0).recip();
        let respond = |z: ComplexFormula| {
            let both = z.plus(&measured.data, &t);
            [&smooth, &shrunk, &sharp].map(|gain| both.scale(gain))
        };
        self.prior.fourier().through(z, respond, epilogue)
    }

    /// The inputs for an operator that filters and keeps every f-th pixel of both axes. With S the
    /// sum over each alias group divided by f², and d = sigma_data²,
    ///
    /// ```text
    /// a = 1/(1 + t2 Q̂),   E = t2 a,   D = S(|k|² E),   c = S(|k|²),   v = t2 d/(d + t2)
    /// u = F^-1 a F z
    /// R = F (y - A u),   T = F (y - A z)      transforms of images that are 0 but at kept pixels
    ///
    /// g     = u + F^-1 E conj(k) R/(s2 + D)
    /// pivot = z + F^-1 t2 conj(k) T/(s2 + t2 c)
    /// w     = m + F^-1 v conj(k) W/(s2 + v c),   m = (d z + t2 g)/(d + t2)
    /// W     = F (y - A m) = (d T + t2 s2 R/(s2 + D))/(d + t2)
    /// ```
    ///
    /// This takes three pairs of transforms: z into u and the two responses, then the two residuals
    /// at once.
    fn aliased_inputs<const M: usize>(
        &self,
        aliasing: &Aliasing,
        z: Tensor<4>,
        t2: Tensor<4>,
        epilogue: impl Fn([Formula; 3]) -> [Formula; M],
    ) -> [Tensor<4>; M] {
        let (fourier, kept) = (self.prior.fourier(), View::Kept(aliasing.factor()));
        let (t, s2) = (Formula::from(t2), Formula::from(&self.measurement.s2));
        let sum = &t + DATA_VARIANCE;
        let prior = Formula::from(self.prior.precision_spectrum());
        let smooth = (prior * &t + 1.0).recip();

        let responses = |z: ComplexFormula| {
            let (u, response) = (z.scale(&smooth), z.times(aliasing.spectrum()));
            [u, response.scale(&smooth), response]
        };
        let [u, filtered_u, filtered_z] = fourier.through(&z, responses, |images| images);

        let y = aliasing.spread(self.measurement.y.clone());
        let residual = |response: Tensor<4>| &y - Formula::from(response).view(kept);
        // A GPU transforms both as one complex image, in which the rounding error of the larger one
        // affects the other. So both get unit scale.
        let scale = (&t + 1.0).sqrt();
        let residuals = [residual(filtered_u), residual(filtered_z) / &scale];

        let e = &smooth * &t;
        let data = &s2 + aliasing.repeated_data_spectrum(e.clone());
        let power = aliasing.repeated_power();
        let white = |v: &Formula| v / (&s2 + v * &power);
        let v = &t * DATA_VARIANCE / &sum;
        let respond = |[r, t_scaled]: [ComplexFormula; 2]| {
            let k = r.like(aliasing.spectrum());
            let [r, z] = [r, t_scaled.scale(&scale)].map(|x| x.correlated(&k));
            let w = z.scale(DATA_VARIANCE).sum(r.scale(&t * &s2 / &data));
            [
                r.scale(&e / &data),
                w.scale(white(&v) / &sum),
                z.scale(white(&t)),
            ]
        };
        let z = Formula::from(z);
        fourier.through_both(residuals, respond, |[g, w, pivot]| {
            let g = g + &u;
            let [m, _] = shrunk_query(z.clone(), &t, g.clone());
            epilogue([g, m + w, pivot + &z])
        })
    }
}
