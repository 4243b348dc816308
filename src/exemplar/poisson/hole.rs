//! A fill's colours from its gradients.

use crate::exemplar::error::Error;
use crate::exemplar::fill::Fill;
use crate::exemplar::photo::Photo;
use crate::exemplar::poisson::solver::{Solver, TOLERANCE};
use crate::exemplar::poisson::system::System;
use crate::exemplar::watch::{Watch, finished};
use crate::photo::pixels::Window;

/// The deviation of copied gradients, in levels, relative to which others are trusted less.
pub const INSIDE: f32 = 2.0;

/// The colours of a fill's pixels, in its order: the minimiser of the sum over its gradients of
/// (∇x - wanted)² / deviation², with the photo's own colours around the hole.
///
/// `missing` is the mask that the fill was made with. `go_on` is asked at every step.
///
/// # Errors
/// [`Error::InvalidMask`] for a mask of another size, [`Error::NotConverged`] and
/// [`Error::Cancelled`].
pub fn reconstruct(
    photo: &Photo<'_>,
    missing: &[bool],
    fill: &Fill,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Vec<[f32; 3]>, Error> {
    finished(
        async |watch| reconstructed(photo, missing, fill, watch).await,
        &mut |_| go_on(),
    )
}

/// The same, as work that pauses.
pub(crate) async fn reconstructed(
    photo: &Photo<'_>,
    missing: &[bool],
    fill: &Fill,
    watch: Watch<'_>,
) -> Result<Vec<[f32; 3]>, Error> {
    if missing.len() != photo.width() * photo.height() {
        return Err(Error::InvalidMask(
            "it is not of the photo's size".to_owned(),
        ));
    }
    let Some(window) = bounds(fill, photo) else {
        return Ok(Vec::new());
    };
    let known = photo.window(window, missing)?;
    let equations = Equations::of(fill, window, &known.colours)?;
    let mut solver = Solver::new(&equations.system);
    let mut colours = vec![[0.0; 3]; fill.pixels.len()];
    for channel in 0..3 {
        watch.check(channel as f32 / 3.0).await;
        let mut x = vec![0.0; known.colours.len()];
        for pixel in &fill.pixels {
            x[place(window, pixel.x, pixel.y)] = pixel.colour[channel];
        }
        let b = &equations.right_sides[channel];
        solver.solved(b, &mut x, TOLERANCE, watch).await?;
        for (colour, pixel) in colours.iter_mut().zip(&fill.pixels) {
            colour[channel] = x[place(window, pixel.x, pixel.y)];
        }
    }
    Ok(colours)
}

/// The hole and its rim. `None` for a fill without pixels or outside the photo.
fn bounds(fill: &Fill, photo: &Photo<'_>) -> Option<Window> {
    let (width, height) = (photo.width(), photo.height());
    let hole = fill.bounds()?;
    let inside = hole.left + hole.width <= width && hole.top + hole.height <= height;
    inside.then(|| hole.grown(1, width, height))
}

fn place(window: Window, x: u32, y: u32) -> usize {
    (y as usize - window.top) * window.width + x as usize - window.left
}

struct Equations {
    system: System,
    right_sides: [Vec<f32>; 3],
}

impl Equations {
    /// The normal equations, in which what is known is already inserted.
    fn of(fill: &Fill, window: Window, known: &[[f32; 3]]) -> Result<Self, Error> {
        let zeros = vec![0.0; known.len()];
        let mut weights = [zeros.clone(), zeros.clone()];
        let mut diagonal = zeros.clone();
        let mut right_sides = [zeros.clone(), zeros.clone(), zeros];
        let mut inside = vec![false; known.len()];
        for pixel in &fill.pixels {
            inside[place(window, pixel.x, pixel.y)] = true;
        }
        for gradient in &fill.gradients {
            let from = place(window, gradient.x, gradient.y);
            let (dx, dy) = gradient.axis.step();
            let to = from + dx as usize + dy as usize * window.width;
            let weight = (INSIDE / gradient.class.deviation(INSIDE)).powi(2);
            if inside[from] && inside[to] {
                weights[dy as usize][from] = weight;
            }
            for (end, other, sign) in [(from, to, -1.0), (to, from, 1.0)] {
                if !inside[end] {
                    continue;
                }
                for (channel, b) in right_sides.iter_mut().enumerate() {
                    let given = if inside[other] {
                        0.0
                    } else {
                        known[other][channel]
                    };
                    b[end] += weight * (given + sign * gradient.wanted[channel]);
                }
                if !inside[other] {
                    diagonal[end] += weight;
                }
            }
        }
        let system = System::new(window.width, window.height, weights, diagonal)?;
        Ok(Self {
            system,
            right_sides,
        })
    }
}
