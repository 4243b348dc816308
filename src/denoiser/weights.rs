//! Released weights: a safetensors file of f16 or f32 tensors in PyTorch's layout, checked before
//! anything is built from it.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::{Cause, Error};

/// The architecture that this crate runs, as the file's metadata names it.
pub const ARCHITECTURE: &str = "photo-v1";

/// A weights file, read and checked for its architecture.
pub struct Weights<'a> {
    file: SafeTensors<'a>,
}

impl<'a> Weights<'a> {
    /// Reads the file's header.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] where the bytes are no safetensors file (truncated, altered) or
    /// hold another network.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let broken = |e: safetensors::SafeTensorError| Error::UnreadableWeights {
            message: format!("not a complete safetensors file ({e}); download it again"),
            source: Cause::new(e),
        };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let named = metadata.metadata().as_ref();
        let architecture = named.and_then(|m| m.get("architecture"));
        if architecture.map(String::as_str) != Some(ARCHITECTURE) {
            return Err(Error::InvalidWeights(format!(
                "the file holds the architecture {}; this version runs {ARCHITECTURE}",
                architecture.map_or("(none named)".into(), |a| format!("{a:?}"))
            )));
        }
        let file = SafeTensors::deserialize(bytes).map_err(broken)?;
        Ok(Self { file })
    }

    /// The values of a tensor of the file, row by row.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] where it is missing, of another shape, of another type, or not
    /// finite.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let invalid = |what: String| Error::InvalidWeights(format!("tensor {name:?} {what}"));
        let view = self
            .file
            .tensor(name)
            .map_err(|_| invalid("is missing".into()))?;
        if view.shape() != shape {
            return Err(invalid(format!(
                "has the shape {:?}, not {shape:?}",
                view.shape()
            )));
        }
        let values = floats(&view).ok_or_else(|| {
            invalid(format!(
                "is of type {:?}, neither F16 nor F32",
                view.dtype()
            ))
        })?;
        if !values.iter().all(|v| v.is_finite()) {
            return Err(invalid("holds a value that is not finite".into()));
        }
        Ok(values)
    }
}

fn floats(view: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = view.data();
    match view.dtype() {
        Dtype::F16 => {
            let halves = bytes.chunks_exact(2);
            Some(
                halves
                    .map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32())
                    .collect(),
            )
        }
        Dtype::F32 => {
            let words = bytes.chunks_exact(4);
            Some(
                words
                    .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                    .collect(),
            )
        }
        _ => None,
    }
}
