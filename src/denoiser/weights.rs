//! Files of weights: safetensors files of f16 or f32 tensors in PyTorch's layout, which are checked
//! when they are read (`docs/method.md`, section 6.5).

use std::fmt::{self, Debug};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::architecture::Architecture;
use crate::error::{Cause, Error};

/// A file of weights.
pub struct Weights<'a> {
    file: SafeTensors<'a>,
    architecture: Architecture,
}

impl Debug for Weights<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights")
            .field("architecture", &self.architecture)
            .field("tensors", &self.file.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Weights<'a> {
    /// Reads the header of the file.
    ///
    /// # Errors
    /// [`Error::UnreadableWeights`] if the bytes are not a complete safetensors file, and
    /// [`Error::InvalidWeights`] if they hold another architecture.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let broken = |e: safetensors::SafeTensorError| Error::UnreadableWeights {
            message: format!("not a complete safetensors file ({e}); download it again"),
            source: Cause::new(e),
        };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        Ok(Self {
            architecture: Architecture::of(metadata.metadata().as_ref())?,
            file: SafeTensors::deserialize(bytes).map_err(broken)?,
        })
    }

    /// The network that the weights are of.
    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// The values of the tensor `name`, in row-major order.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] if the tensor is missing, has another shape, is neither f16 nor
    /// f32, or has values that are not finite.
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

/// The values as f32. None for other types than f16 and f32.
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
