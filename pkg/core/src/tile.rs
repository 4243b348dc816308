//! The network's inputs for a tile on their way between workers: the shapes, and one array of
//! numbers, whose buffer can be transferred.

use eps_restore::Error;
use eps_restore::low_level::denoiser::{NetworkInputs, Planes};
use js_sys::{Float32Array, Uint32Array};
use serde::Serialize;

/// Axes of an input.
const AXES: usize = 4;

/// `LentTile` of TypeScript.
#[derive(Serialize)]
pub(crate) struct LentTile {
    number: u32,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    shape: Uint32Array,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    values: Float32Array,
}

impl LentTile {
    pub(crate) fn new(number: u32, inputs: &NetworkInputs) -> Self {
        let planes = &inputs.planes;
        let sides = planes.iter().flat_map(|plane| plane.shape);
        let sides: Vec<u32> = sides.map(|side| side as u32).collect();
        let total: usize = planes.iter().map(|plane| plane.values.len()).sum();
        let values = Float32Array::new_with_length(total as u32);
        let mut from = 0;
        for plane in planes {
            let to = from + plane.values.len() as u32;
            values.subarray(from, to).copy_from(&plane.values);
            from = to;
        }
        Self {
            number,
            shape: Uint32Array::from(sides.as_slice()),
            values,
        }
    }
}

/// The inputs that a [`LentTile`] holds.
///
/// # Errors
/// [`Error::InvalidOption`] for other numbers of shapes. The network checks them.
pub(crate) fn network_inputs(shape: &[u32], values: &Float32Array) -> Result<NetworkInputs, Error> {
    let mut from = 0;
    let plane = |shape: &[u32]| {
        let to = from + shape.iter().product::<u32>();
        let values = values.subarray(from, to).to_vec();
        from = to;
        let shape = [shape[0], shape[1], shape[2], shape[3]].map(|side| side as usize);
        Planes { shape, values }
    };
    let planes: Vec<Planes> = shape.chunks_exact(AXES).map(plane).collect();
    let planes = planes.try_into().map_err(|planes: Vec<Planes>| {
        Error::InvalidOption(format!("{} inputs of a tile instead of four", planes.len()))
    })?;
    Ok(NetworkInputs { planes })
}
