//! A JPEG file as a measurement (docs/method.md, section 10): the coefficients of every block are
//! known up to the rounding of the quantisation tables.
//!
//! ```text
//! A x = (T m_Y x, T B m_Cb x, T B m_Cr x)     T the 8×8 DCT, B the mean over cells of chroma
//! R   = diag r,   r_k = (q_k/127.5)²/12 + (1/127.5)²/12
//! ```
//!
//! R depends on the tables alone. What the methods of these operators take as s2,
//! `[B or 1, 1, 1, 1]`, is the variance of grain that was in the photo before it was compressed, 0
//! for none; R + s2 A Aᵀ then stands for R. Images are whole MCUs.
//!
//! Small matrices, one for each frequency of a block, are worked out in f64 on the host, since 1/v
//! and 1/r lie orders of magnitude apart. So variances are numbers in host memory.

mod bands;
mod colour;
mod folding;
mod frequencies;
mod full;
mod grey;
mod mcu;
mod posterior;
mod reduced;
mod subsampled;

pub use colour::Tables;
pub use frequencies::Matrices;
pub use full::FullJpeg;
pub use grey::GreyJpeg;
pub use posterior::{BlockMeasurement, PriorPrecision};
pub use reduced::ReducedJpeg;
pub use subsampled::SubsampledJpeg;
