//! The grain of a photo: the deviation of its noise over brightness, and the noise's spectrum in
//! four bands of luma and of chroma.
//!
//! The noise of a camera grows and falls with brightness, bent by its gamma curve, and chroma noise
//! is coarser than luma noise. Both are read off the flattest blocks of each bin of brightness
//! (Ponomarenko et al., *An Automatic Approach to Lossy Compression of AVIRIS Images*, IGARSS 2007;
//! Colom and Buades, *Analysis and Extension of the Ponomarenko et al. Method*, IPOL 2013), in
//! pixels or in a JPEG's coefficients. What may be texture ends as a bound.

mod axes;
mod bound;
mod curve;
mod estimate;
mod fit;
mod flat;
mod jpeg;
mod kind;
mod model;
mod pixels;
mod quantised;
mod response;
mod spectrum;
mod variances;

pub use curve::KNOTS;
pub use model::{Certainty, Grain, Part};
pub use spectrum::BANDS;
pub use variances::VarianceTable;
