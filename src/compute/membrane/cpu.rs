//! The membrane on the CPU in f32, row by row.

use burn::tensor::Tensor;

use super::{Membrane, Steps};
use crate::compute::device::ComputeDevice;
use crate::compute::host::{Borrowed, values};

/// Partial sums of an inner product, which vectorise.
const LANES: usize = 16;

/// Calls `f(start, above, row, below)` for each row of a plane, where `start` is the index of the
/// row's first value. Above the first row and below the last, the row itself takes the place of the
/// missing one.
fn each_row(plane: &[f32], width: usize, mut f: impl FnMut(usize, &[f32], &[f32], &[f32])) {
    let height = plane.len() / width;
    let row = |i: usize| &plane[i * width..(i + 1) * width];
    for i in 0..height {
        let (above, below) = (row(i.saturating_sub(1)), row((i + 1).min(height - 1)));
        f(i * width, above, row(i), below);
    }
}

/// The sum of the four neighbours of each pixel of a row.
fn neighbours(above: &[f32], row: &[f32], below: &[f32], to: &mut [f32]) {
    let last = row.len() - 1;
    let at = |left: usize, j: usize, right: usize| above[j] + below[j] + row[left] + row[right];
    to[0] = at(0, 0, last.min(1));
    to[last] = at(last.saturating_sub(1), last, last);
    if last < 2 {
        return;
    }
    let inner = to[1..last].iter_mut();
    let vertical = above[1..last].iter().zip(&below[1..last]);
    let horizontal = row[..last - 1].iter().zip(&row[2..]);
    for (to, ((above, below), (left, right))) in inner.zip(vertical.zip(horizontal)) {
        *to = above + below + left + right;
    }
}

/// See [`Membrane::times`].
pub(super) fn times(membrane: &Membrane, x: Tensor<4>) -> Tensor<4> {
    let (shape, device, x) = (x.dims(), ComputeDevice::of(&x), Borrowed::<f32>::new(x));
    let [_, _, height, width] = shape;
    let (centre, neighbour) = (membrane.centre as f32, membrane.neighbour as f32);
    let mut y = vec![0.0; x.len()];
    for (x, y) in x
        .chunks_exact(height * width)
        .zip(y.chunks_exact_mut(height * width))
    {
        each_row(x, width, |start, above, row, below| {
            let y = &mut y[start..start + width];
            neighbours(above, row, below, y);
            y.iter_mut()
                .zip(row)
                .for_each(|(y, x)| *y = x * centre - *y * neighbour);
        });
    }
    device.tensor_f32(y, shape)
}

/// See [`Membrane::swept`].
pub(super) fn swept(membrane: &Membrane, diagonal: Tensor<4>, sweeps: usize) -> Tensor<4> {
    let (shape, device, diagonal) = (
        diagonal.dims(),
        ComputeDevice::of(&diagonal),
        Borrowed::<f32>::new(diagonal.clone()),
    );
    let [_, _, height, width] = shape;
    let square = (membrane.neighbour * membrane.neighbour) as f32;
    let mut v: Vec<f32> = diagonal.iter().map(|d| 1.0 / d).collect();
    let mut next = vec![0.0; height * width];
    for (v, diagonal) in v
        .chunks_exact_mut(height * width)
        .zip(diagonal.chunks_exact(height * width))
    {
        for _ in 0..sweeps {
            each_row(v, width, |start, above, row, below| {
                let next = &mut next[start..start + width];
                neighbours(above, row, below, next);
                let diagonal = &diagonal[start..start + width];
                next.iter_mut()
                    .zip(diagonal)
                    .for_each(|(v, d)| *v = 1.0 / (d - *v * square));
            });
            v.copy_from_slice(&next);
        }
    }
    device.tensor_f32(v, shape)
}

/// See [`Membrane::solve`].
pub(super) fn solve(
    membrane: &Membrane,
    data: &Tensor<4>,
    b: &Tensor<4>,
    start: &Tensor<4>,
    iterations: usize,
) -> Tensor<4> {
    let (shape, device) = (b.dims(), ComputeDevice::of(b));
    let [_, channels, height, width] = shape;
    let [images, kinds, ..] = data.dims();
    let area = height * width;
    let start = start.clone().expand(shape);
    let (data, b, mut x) = (
        Borrowed::<f32>::new(data.clone()),
        Borrowed::<f32>::new(b.clone()),
        values::<f32>(start),
    );
    for (image, (x, b)) in x
        .chunks_exact_mut(channels * area)
        .zip(b.chunks_exact(channels * area))
        .enumerate()
    {
        let from = image.min(images - 1) * kinds * area;
        let equations = Equations {
            membrane,
            data: &data[from..from + kinds * area],
            kinds,
            area,
            width,
        };
        equations.solve(b, x, iterations);
    }
    device.tensor_f32(x, shape)
}

/// The equations of one image.
struct Equations<'a> {
    membrane: &'a Membrane,
    /// The planes of the data term: one for all channels, or one for each.
    data: &'a [f32],
    /// The number of these planes.
    kinds: usize,
    /// Pixels of a plane.
    area: usize,
    width: usize,
}

impl Equations<'_> {
    /// Calls `f(first, data)` for each plane of an image of `count` values: the index of the
    /// plane's first value, and that of the first value of its data term.
    fn each_plane(&self, count: usize, mut f: impl FnMut(usize, usize)) {
        for channel in 0..count / self.area {
            f(channel * self.area, channel.min(self.kinds - 1) * self.area);
        }
    }

    /// Replaces the start in x by the iterate.
    fn solve(&self, b: &[f32], x: &mut [f32], iterations: usize) {
        let (n, area, width) = (b.len(), self.area, self.width);
        let (centre, neighbour) = (self.membrane.centre as f32, self.membrane.neighbour as f32);
        let inverse: Vec<f32> = self.data.iter().map(|d| 1.0 / (d + centre)).collect();
        let (mut r, mut z, mut mz) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        self.each_plane(n, |first, data| {
            let (r, b) = (&mut r[first..first + area], &b[first..first + area]);
            each_row(
                &x[first..first + area],
                width,
                |start, above, row, below| {
                    let r = &mut r[start..start + width];
                    neighbours(above, row, below, r);
                    let data = &self.data[data + start..data + start + width];
                    let parts = row.iter().zip(data).zip(&b[start..start + width]);
                    for (r, ((x, d), b)) in r.iter_mut().zip(parts) {
                        *r = b - (x * (d + centre) - *r * neighbour);
                    }
                },
            );
        });
        let (mut previous_x, mut previous_r) = (x.to_vec(), r.clone());
        let mut current = x.to_vec();
        let mut steps = Steps::default();
        for _ in 0..iterations {
            let mut products = [0.0; 2];
            self.each_plane(n, |first, data| {
                let (r, z) = (&r[first..first + area], &mut z[first..first + area]);
                let inverse = &inverse[data..data + area];
                z.iter_mut()
                    .zip(r.iter().zip(inverse))
                    .for_each(|(z, (r, w))| *z = r * w);
                let mz = &mut mz[first..first + area];
                each_row(z, width, |start, above, row, below| {
                    let (r, mz) = (&r[start..start + width], &mut mz[start..start + width]);
                    neighbours(above, row, below, mz);
                    mz.iter_mut()
                        .zip(r)
                        .for_each(|(mz, r)| *mz = r - *mz * neighbour);
                    products[0] += dot(r, row);
                    products[1] += dot(row, mz);
                });
            });
            let [gamma, rho] = steps.next(products[0] as f32, products[1] as f32);
            advance(&mut previous_x, &current, &z, gamma, rho);
            advance(&mut previous_r, &r, &mz, -gamma, rho);
            std::mem::swap(&mut previous_x, &mut current);
            std::mem::swap(&mut previous_r, &mut r);
        }
        x.copy_from_slice(&current);
    }
}

/// previous <- rho (current + gamma direction) + (1 - rho) previous.
fn advance(previous: &mut [f32], current: &[f32], direction: &[f32], gamma: f32, rho: f32) {
    for (previous, (current, direction)) in previous.iter_mut().zip(current.iter().zip(direction)) {
        *previous = rho * (current + gamma * direction) + (1.0 - rho) * *previous;
    }
}

/// The inner product of two rows: [`LANES`] partial sums in f32, added up in f64.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0f32; LANES];
    let (a_rest, b_rest) = (
        a.chunks_exact(LANES).remainder(),
        b.chunks_exact(LANES).remainder(),
    );
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| f64::from(a * b));
    sums.iter().map(|&sum| f64::from(sum)).sum::<f64>() + rest.sum::<f64>()
}
