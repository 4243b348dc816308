//! A linear operator that a page states in JavaScript, as functions on Float32Arrays.
//!
//! `apply(x, { width, height })` takes the image's three planes, row by row, in [-1, 1], and gives
//! the measurement's; `adjoint(y, { width, height })` the other way, its size being the
//! measurement's. `imageSize({ width, height })`, of a measurement, gives the image's size; without
//! it the two are the same.

use std::cell::RefCell;
use std::rc::Rc;

use eps_restore::Error;
use eps_restore::burn::tensor::Tensor;
use eps_restore::low_level::compute::device::ComputeDevice;
use eps_restore::low_level::operators::LinearMap;
use eps_restore::low_level::request::task::OperatorSource;
use js_sys::{Float32Array, Function};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

/// The module's functions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserFunctions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    apply: Function,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    adjoint: Function,
    /// Undefined where the image has the measurement's size.
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    image_size: JsValue,
}

/// Those functions, and the first thing that went wrong in one of them: a linear map has no way to
/// say so.
#[derive(Debug)]
pub(crate) struct UserOperator {
    functions: UserFunctions,
    failure: RefCell<Option<Error>>,
}

impl UserOperator {
    pub(crate) fn new(functions: UserFunctions) -> Self {
        Self {
            functions,
            failure: RefCell::default(),
        }
    }

    /// # Errors
    /// What a function threw, or what was wrong with what it gave.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.failure.borrow().clone() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// The function's values, or as many that are not numbers once one has failed.
    fn call(&self, name: &str, x: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
        let expected = 3 * to[0] * to[1];
        let values = self.check().and_then(|()| {
            let function = match name {
                "apply" => &self.functions.apply,
                _ => &self.functions.adjoint,
            };
            let given = Float32Array::from(x).into();
            let answer = function.call2(&JsValue::UNDEFINED, &given, &size(from));
            let answer = answer.map_err(|thrown| threw(name, &thrown))?;
            values(name, answer, expected)
        });
        values.unwrap_or_else(|failure| {
            self.failure.borrow_mut().get_or_insert(failure);
            vec![f32::NAN; expected]
        })
    }
}

fn values(name: &str, answer: JsValue, expected: usize) -> Result<Vec<f32>, Error> {
    let Ok(array) = answer.dyn_into::<Float32Array>() else {
        return Err(Error::InvalidOperator(format!(
            "{name} gave something that is no Float32Array"
        )));
    };
    let values = array.to_vec();
    if values.len() != expected {
        return Err(Error::InvalidOperator(format!(
            "{name} gave {} values where three planes take {expected}",
            values.len()
        )));
    }
    if values.iter().all(|v| v.is_finite()) {
        return Ok(values);
    }
    Err(Error::InvalidOperator(format!(
        "{name} gave values that are not finite"
    )))
}

fn threw(name: &str, thrown: &JsValue) -> Error {
    let text = match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{thrown:?}"),
    };
    Error::InvalidOperator(format!("{name} threw: {text}"))
}

/// `{ width, height }`. Numbers of JavaScript's, which may be anything.
#[derive(Serialize, Deserialize)]
struct Size {
    width: f64,
    height: f64,
}

fn size([height, width]: [usize; 2]) -> JsValue {
    let size = Size {
        width: width as f64,
        height: height as f64,
    };
    serde_wasm_bindgen::to_value(&size).expect("two numbers are a plain object")
}

/// The sides that `imageSize` gave.
fn sides(answer: JsValue) -> Result<[usize; 2], Error> {
    let is_side = |n: f64| n.fract() == 0.0 && (1.0..=1e6).contains(&n);
    match serde_wasm_bindgen::from_value(answer) {
        Ok(Size { width, height }) if is_side(width) && is_side(height) => {
            Ok([height as usize, width as usize])
        }
        _ => Err(Error::InvalidOperator(
            "imageSize gave no { width, height } of whole numbers".into(),
        )),
    }
}

impl OperatorSource for UserOperator {
    fn image_size(&self, measured: [usize; 2]) -> Result<[usize; 2], Error> {
        let Some(function) = self.functions.image_size.dyn_ref::<Function>() else {
            return Ok(measured);
        };
        let answer = function.call1(&JsValue::UNDEFINED, &size(measured));
        let answer = answer.map_err(|thrown| threw("imageSize", &thrown))?;
        sides(answer)
    }

    fn map(self: Rc<Self>, image: [usize; 2], measured: [usize; 2]) -> Rc<dyn LinearMap> {
        Rc::new(UserMap {
            operator: self,
            image,
            measured,
        })
    }
}

/// The operator at one size.
struct UserMap {
    operator: Rc<UserOperator>,
    image: [usize; 2],
    measured: [usize; 2],
}

impl UserMap {
    fn each(&self, name: &str, x: Tensor<4>, from: [usize; 2], to: [usize; 2]) -> Tensor<4> {
        let (batch, device) = (x.dims()[0], ComputeDevice::of(&x));
        let x: Vec<f32> = x.try_into_vec_as().expect("a tensor on the CPU");
        let images = x.chunks_exact(3 * from[0] * from[1]);
        let values = images.flat_map(|image| self.operator.call(name, image, from, to));
        device.tensor_f32(values.collect(), [batch, 3, to[0], to[1]])
    }
}

impl LinearMap for UserMap {
    fn measurement_shape(&self, [batch, ..]: [usize; 4]) -> [usize; 4] {
        [batch, 3, self.measured[0], self.measured[1]]
    }

    fn apply(&self, x: Tensor<4>) -> Tensor<4> {
        self.each("apply", x, self.image, self.measured)
    }

    fn adjoint(&self, y: Tensor<4>) -> Tensor<4> {
        self.each("adjoint", y, self.measured, self.image)
    }
}
