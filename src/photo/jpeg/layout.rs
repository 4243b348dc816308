//! Components: their sampling factors, quantisation tables and blocks (T.81 A.1.1, A.2.4).

use super::error::WriteError;

/// How densely a component is sampled: relative to the other components' factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sampling {
    /// Along a row, 1..=4.
    pub horizontal: u8,
    /// Along a column, 1..=4.
    pub vertical: u8,
}

impl Sampling {
    /// Factors of 1.
    pub const ONE: Self = Self {
        horizontal: 1,
        vertical: 1,
    };

    pub(super) fn is_valid(self) -> bool {
        [self.horizontal, self.vertical]
            .iter()
            .all(|n| (1..=4).contains(n))
    }

    /// Blocks in an MCU.
    pub(super) fn area(self) -> usize {
        usize::from(self.horizontal) * usize::from(self.vertical)
    }
}

/// A component without its coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Its sampling factors.
    pub sampling: Sampling,
    /// Its quantisation steps in 8-bit levels, in row-major order, each at least 1.
    pub table: [u16; 64],
}

/// A component: a grid of 8x8 blocks of quantised coefficients.
///
/// The grid covers whole MCUs. Its blocks beyond the picture's edge are padding, as the file has
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    layout: Layout,
    /// Samples in a row and in a column of the picture.
    samples: [usize; 2],
    blocks_wide: usize,
    blocks: Vec<[i16; 64]>,
}

impl Component {
    /// Its sampling factors.
    pub fn sampling(&self) -> Sampling {
        self.layout.sampling
    }

    /// Its quantisation steps in 8-bit levels, in row-major order.
    pub fn table(&self) -> &[u16; 64] {
        &self.layout.table
    }

    /// Samples in a row of the picture.
    pub fn samples_wide(&self) -> usize {
        self.samples[0]
    }

    /// Samples in a column of the picture.
    pub fn samples_high(&self) -> usize {
        self.samples[1]
    }

    /// Blocks in a row of the grid.
    pub fn blocks_wide(&self) -> usize {
        self.blocks_wide
    }

    /// Blocks in a column of the grid.
    pub fn blocks_high(&self) -> usize {
        self.blocks.len() / self.blocks_wide
    }

    /// The blocks, row by row; the coefficients of each in row-major order, vertical frequencies
    /// from row to row. Those that were read are in ±1023, the DC coefficient in ±2047.
    pub fn blocks(&self) -> &[[i16; 64]] {
        &self.blocks
    }

    pub(super) fn blocks_mut(&mut self) -> &mut [[i16; 64]] {
        &mut self.blocks
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// Copies to all blocks of `part`, a component of the same layout, those from an MCU on.
    pub(super) fn copy_part(&self, [column, row]: [usize; 2], part: &mut Self) {
        let Sampling {
            horizontal,
            vertical,
        } = self.layout.sampling;
        let [left, top] = [
            column * usize::from(horizontal),
            row * usize::from(vertical),
        ];
        let wide = part.blocks_wide;
        for (y, blocks) in part.blocks.chunks_exact_mut(wide).enumerate() {
            let from = (top + y) * self.blocks_wide + left;
            blocks.copy_from_slice(&self.blocks[from..from + wide]);
        }
    }

    pub(super) fn set_table(&mut self, table: [u16; 64]) {
        self.layout.table = table;
    }

    /// Blocks in a row and in a column that hold pixels of the picture.
    pub(super) fn coded(&self) -> [usize; 2] {
        self.samples.map(|samples| samples.div_ceil(8))
    }
}

/// The number of MCUs in a row and in a column of a picture in one interleaved scan.
pub(super) fn mcus(size: [usize; 2], samplings: &[Sampling]) -> [usize; 2] {
    let most = most(samplings);
    std::array::from_fn(|axis| size[axis].div_ceil(8 * most[axis]))
}

/// Samples in a row and in a column of a component.
pub(super) fn samples(size: [usize; 2], sampling: Sampling, samplings: &[Sampling]) -> [usize; 2] {
    let most = most(samplings);
    let own = [sampling.horizontal, sampling.vertical].map(usize::from);
    std::array::from_fn(|axis| (size[axis] * own[axis]).div_ceil(most[axis]))
}

/// Pixels in a row and in a column of an MCU.
pub(super) fn mcu(layouts: &[Layout]) -> [usize; 2] {
    let samplings: Vec<Sampling> = layouts.iter().map(|layout| layout.sampling).collect();
    most(&samplings).map(|samples| 8 * samples)
}

fn most(samplings: &[Sampling]) -> [usize; 2] {
    let most = |factor: fn(&Sampling) -> u8| samplings.iter().map(factor).max().unwrap_or(1);
    [most(|s| s.horizontal), most(|s| s.vertical)].map(usize::from)
}

/// The components of a picture, all coefficients 0. None where there is no memory for them.
pub(super) fn components(
    width: usize,
    height: usize,
    layouts: &[Layout],
) -> Option<Vec<Component>> {
    let size = [width, height];
    let samplings: Vec<Sampling> = layouts.iter().map(|layout| layout.sampling).collect();
    let mcus = mcus(size, &samplings);
    let component = |layout: &Layout| {
        let blocks_wide = mcus[0] * usize::from(layout.sampling.horizontal);
        let blocks_high = mcus[1] * usize::from(layout.sampling.vertical);
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(blocks_wide * blocks_high).ok()?;
        blocks.resize(blocks_wide * blocks_high, [0; 64]);
        Some(Component {
            layout: *layout,
            samples: samples(size, layout.sampling, &samplings),
            blocks_wide,
            blocks,
        })
    };
    layouts.iter().map(component).collect()
}

/// Whether a picture can have this size and these layouts.
pub(super) fn check(width: usize, height: usize, layouts: &[Layout]) -> Result<(), WriteError> {
    let invalid = |what: String| Err(WriteError::InvalidLayout(what));
    let side = 1..=usize::from(u16::MAX);
    if !side.contains(&width) || !side.contains(&height) {
        return invalid(format!(
            "it has {width}x{height} pixels; sides must be in 1..=65535"
        ));
    }
    if ![1, 3].contains(&layouts.len()) {
        let count = layouts.len();
        return invalid(format!("it has {count} components; it must have 1 or 3"));
    }
    for layout in layouts {
        let Sampling {
            horizontal,
            vertical,
        } = layout.sampling;
        if !layout.sampling.is_valid() {
            return invalid(format!(
                "the sampling factors are {horizontal}x{vertical}; they must be in 1..=4"
            ));
        }
        if layouts.len() == 1 && layout.sampling != Sampling::ONE {
            return invalid(format!(
                "the sampling factors are {horizontal}x{vertical}; one component alone has 1x1"
            ));
        }
        if layout.table.contains(&0) {
            return invalid("a quantisation step is 0; it must be at least 1".into());
        }
    }
    Ok(())
}
