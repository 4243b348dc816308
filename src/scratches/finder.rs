//! The network on a photo, a tile at a time.

use std::fmt::{self, Debug};
use std::rc::Rc;

use burn::tensor::Tensor;

use super::regions::certain_regions;
use crate::compute::device::ComputeDevice;
use crate::denoiser::layers::Layers;
use crate::denoiser::layers::cpu::CpuLayers;
use crate::denoiser::tiling::{Tile, TileSize, Tiling};
use crate::denoiser::{MAPS, Tensors, UNet};
use crate::error::Error;
use crate::photo::mask::Mask;
use crate::photo::pixels::{Photo, Window};

/// The architecture, by its name in files.
const ARCHITECTURE: &str = "scratches-v1";
/// Channels at each level, from the finest.
const WIDTHS: [usize; 3] = [16, 32, 64];
/// The shortest side that the network takes, in pixels.
const SHORTEST: usize = 8;

/// The network that finds scratches and dust, on the CPU.
pub struct ScratchFinder {
    network: UNet<CpuLayers>,
    device: ComputeDevice,
}

impl Debug for ScratchFinder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScratchFinder").finish_non_exhaustive()
    }
}

impl ScratchFinder {
    /// The finder with the weights of the file `models/scratches-v1.safetensors`.
    ///
    /// # Errors
    /// [`Error::UnreadableWeights`] and [`Error::InvalidWeights`] for other files.
    pub fn new(weights: &[u8]) -> Result<Self, Error> {
        let (tensors, _) = Tensors::read(weights, ARCHITECTURE)?;
        Ok(Self {
            network: UNet::new(&tensors, WIDTHS, CpuLayers)?,
            device: ComputeDevice::cpu(),
        })
    }

    /// The scratches and dust of a photo: the whole search at once.
    pub fn find(self: &Rc<Self>, photo: Photo) -> Mask {
        let mut search = self.search(photo);
        while search.advance() {}
        search.mask()
    }

    /// A search that is advanced tile by tile. Nothing of a photo with a side below 8 pixels is
    /// searched.
    pub fn search(self: &Rc<Self>, photo: Photo) -> ScratchSearch {
        let size = [photo.height(), photo.width()];
        ScratchSearch {
            finder: Rc::clone(self),
            logits: vec![0.0; size[0] * size[1]],
            tiling: Tiling::new(size, TileSize::default()),
            next: 0,
            photo,
        }
    }
}

/// F of the pixels x `[1, 3, H, W]` in [-1, 1]: H W values, row by row. Both sides are at least 8.
fn logits<L: Layers>(network: &UNet<L>, device: &ComputeDevice, x: Tensor<4>) -> Vec<f32> {
    let [_, _, height, width] = x.dims();
    let nothing = x.zeros_like();
    let maps = device.zeros([1, MAPS, height, width]);
    let f = network.forward(x, nothing.clone(), maps, nothing);
    let first = f.slice([0..1, 0..1, 0..height, 0..width]);
    first.try_into_vec_as().expect("a tensor on the CPU")
}

/// A search under way.
#[derive(Debug)]
pub struct ScratchSearch {
    finder: Rc<ScratchFinder>,
    photo: Photo,
    tiling: Tiling,
    next: usize,
    /// The weighted sum of F over the tiles so far, row by row.
    logits: Vec<f32>,
}

impl ScratchSearch {
    /// Searches one more tile. False once all are searched.
    pub fn advance(&mut self) -> bool {
        let Some(tile) = self.tiling.tiles().get(self.next).cloned() else {
            return false;
        };
        self.next += 1;
        if self.photo.width().min(self.photo.height()) >= SHORTEST {
            self.search_tile(&tile);
        }
        self.next < self.tiling.tiles().len()
    }

    /// The share of the tiles that are searched, 0 to 1.
    pub fn share(&self) -> f32 {
        self.next as f32 / self.tiling.tiles().len() as f32
    }

    /// What was found so far. Regions at the edge of what is searched may grow.
    pub fn mask(&self) -> Mask {
        let (width, height) = (self.photo.width(), self.photo.height());
        let found = certain_regions(&self.logits, width);
        Mask::new(width, height, found).expect("an entry a pixel")
    }

    /// Adds F of a tile, times the weights of the tile.
    fn search_tile(&mut self, tile: &Tile) {
        let window = Window {
            left: tile.columns.start,
            top: tile.rows.start,
            width: tile.columns.len(),
            height: tile.rows.len(),
        };
        let ScratchFinder { network, device } = &*self.finder;
        let logits = logits(network, device, self.photo.tensor(window, device));
        let weights = self.tiling.weights(tile, device);
        let weights: Option<Vec<f32>> =
            weights.map(|plane| plane.try_into_vec_as().expect("a tensor on the CPU"));
        for (i, at) in window.offsets(self.photo.width()) {
            let weight = weights.as_ref().map_or(1.0, |weights| weights[i]);
            self.logits[at] += weight * logits[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denoiser::layers::TensorLayers;

    /// The layers of the restoring network are tested in its widths; these are narrower.
    #[test]
    fn its_layers_agree_with_plain_tensor_operations() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/models/scratches-v1.safetensors"
        );
        let weights = std::fs::read(path).expect("the released weights");
        let (tensors, _) = Tensors::read(&weights, ARCHITECTURE).expect("the finder's weights");
        let device = ComputeDevice::cpu();
        let values = (0..3 * 40 * 56).map(|i| (i as f32 * 0.37).sin() * 0.8);
        let x = device.tensor_f32(values.collect(), [1, 3, 40, 56]);
        let plain = UNet::new(&tensors, WIDTHS, TensorLayers::new(&device));
        let own = UNet::new(&tensors, WIDTHS, CpuLayers);
        let expected = logits(&plain.expect("the finder's weights"), &device, x.clone());
        let computed = logits(&own.expect("the finder's weights"), &device, x);
        let largest = expected.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
        for (a, b) in computed.iter().zip(&expected) {
            assert!((a - b).abs() <= 1e-4 * largest, "{a} instead of {b}");
        }
    }
}
