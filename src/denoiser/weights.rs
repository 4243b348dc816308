//! Files of weights: safetensors files of tensors in PyTorch's layout, in f16, f32 or eight bits,
//! which are checked when they are read (`docs/method.md`, section 6.5).

use std::collections::HashMap;
use std::fmt::{self, Debug};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::architecture;
use crate::error::{Cause, Error};
use crate::prior::model::PriorModel;

/// The weights of a network that restores photos.
pub struct Weights<'a> {
    tensors: Tensors<'a>,
    prior: PriorModel,
}

impl Debug for Weights<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights")
            .field("prior", &self.prior)
            .field("tensors", &self.tensors)
            .finish()
    }
}

impl<'a> Weights<'a> {
    /// Reads the header of the file.
    ///
    /// # Errors
    /// [`Error::UnreadableWeights`] if the bytes are not a complete safetensors file, and
    /// [`Error::InvalidWeights`] if they hold another architecture.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let (tensors, metadata) = Tensors::read(bytes, architecture::PHOTO)?;
        let prior = architecture::prior(&metadata)?;
        Ok(Self { tensors, prior })
    }

    /// The prior under which the network was trained.
    pub fn prior(&self) -> PriorModel {
        self.prior
    }

    /// The tensors of the file.
    pub fn tensors(&self) -> &Tensors<'a> {
        &self.tensors
    }
}

/// The tensors of a file of weights.
pub struct Tensors<'a> {
    file: SafeTensors<'a>,
}

impl Debug for Tensors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tensors")
            .field("count", &self.file.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Tensors<'a> {
    /// Reads the header of a file of this architecture, and its metadata.
    ///
    /// # Errors
    /// [`Error::UnreadableWeights`] if the bytes are not a complete safetensors file, and
    /// [`Error::InvalidWeights`] if they hold another architecture.
    pub(crate) fn read(
        bytes: &'a [u8],
        architecture: &str,
    ) -> Result<(Self, HashMap<String, String>), Error> {
        let broken = |e: safetensors::SafeTensorError| Error::UnreadableWeights {
            message: format!("not a complete safetensors file ({e}); download it again"),
            source: Cause::new(e),
        };
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let metadata = metadata.metadata().clone().unwrap_or_default();
        architecture::check(&metadata, architecture)?;
        let file = SafeTensors::deserialize(bytes).map_err(broken)?;
        Ok((Self { file }, metadata))
    }

    /// The values of the tensor `name`, in row-major order. A tensor in eight bits is multiplied
    /// by the scale of each of its outputs, the tensor `NAME.scale`.
    ///
    /// # Errors
    /// [`Error::InvalidWeights`] if the tensor or its scales are missing, have another shape or
    /// type, or hold values that are not finite.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let view = self.tensor(name, shape)?;
        let values = match view.dtype() {
            Dtype::F16 => of_halves(view.data()),
            Dtype::F32 => of_words(view.data()),
            Dtype::I8 => {
                let scales = self.floats(&format!("{name}.scale"), &shape[..1])?;
                scaled(view.data(), &scales)
            }
            other => {
                let what = format!("is of type {other:?}, not F16, F32 or I8");
                return Err(invalid(name, &what));
            }
        };
        if !values.iter().all(|v| v.is_finite()) {
            return Err(invalid(name, "holds a value that is not finite"));
        }
        Ok(values)
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<TensorView<'_>, Error> {
        let view = self.file.tensor(name);
        let view = view.map_err(|_| invalid(name, "is missing"))?;
        if view.shape() != shape {
            let what = format!("has the shape {:?}, not {shape:?}", view.shape());
            return Err(invalid(name, &what));
        }
        Ok(view)
    }
}

fn invalid(name: &str, what: &str) -> Error {
    Error::InvalidWeights(format!("tensor {name:?} {what}"))
}

fn of_halves(bytes: &[u8]) -> Vec<f32> {
    let halves = bytes.chunks_exact(2);
    halves
        .map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32())
        .collect()
}

fn of_words(bytes: &[u8]) -> Vec<f32> {
    let words = bytes.chunks_exact(4);
    words
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

/// Signed bytes times the scale of their output, of which each has as many.
fn scaled(bytes: &[u8], scales: &[f32]) -> Vec<f32> {
    let outputs = bytes.chunks_exact((bytes.len() / scales.len().max(1)).max(1));
    let of_output = |(bytes, scale): (&[u8], &f32)| {
        let values = bytes
            .iter()
            .map(|byte| f32::from(byte.cast_signed()) * scale);
        values.collect::<Vec<f32>>()
    };
    outputs.zip(scales).flat_map(of_output).collect()
}
