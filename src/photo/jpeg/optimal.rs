//! Huffman tables made for a file's symbols (T.81 K.2).

use super::huffman::HuffmanSpec;

/// A symbol of no file: it takes the code of ones only, which no table may have.
const RESERVED: usize = 256;

/// The table that codes symbols in the fewest bits, given how often each comes. No code is longer
/// than 16 bits.
pub(super) fn optimal(counts: &[u32; 256]) -> HuffmanSpec {
    let lengths = code_lengths(counts);
    let counts = limited(&lengths);
    let mut symbols: Vec<u8> = (0..=255).filter(|s| lengths[usize::from(*s)] > 0).collect();
    symbols.sort_by_key(|symbol| lengths[usize::from(*symbol)]);
    HuffmanSpec::new(counts, symbols).expect("Huffman's algorithm gives a code a symbol")
}

/// Huffman's algorithm: the length of each symbol's code, 0 for those that never come.
fn code_lengths(counts: &[u32; 256]) -> [usize; 257] {
    let mut lengths = [0; 257];
    let used = (0..256).filter(|symbol| counts[*symbol] > 0);
    // Trees, as how often their symbols come and what these are.
    let mut trees: Vec<(u64, Vec<usize>)> = used
        .map(|symbol| (counts[symbol].into(), vec![symbol]))
        .collect();
    trees.push((1, vec![RESERVED]));
    while trees.len() > 1 {
        let (count, mut symbols) = rarest(&mut trees);
        let (other_count, others) = rarest(&mut trees);
        symbols.extend(others);
        for symbol in &symbols {
            lengths[*symbol] += 1;
        }
        trees.push((count + other_count, symbols));
    }
    lengths
}

/// Takes out the rarest tree; of equal ones the last, so that the reserved symbol goes first.
fn rarest(trees: &mut Vec<(u64, Vec<usize>)>) -> (u64, Vec<usize>) {
    let indices = (0..trees.len()).rev();
    let index = indices
        .min_by_key(|i| trees[*i].0)
        .expect("there is a tree");
    trees.remove(index)
}

/// How many codes have 1 to 16 bits, after longer ones are shortened at the cost of shorter ones,
/// and without the reserved symbol's, which is the last.
fn limited(lengths: &[usize; 257]) -> [u8; 16] {
    let mut counts = [0_usize; 257];
    for length in lengths {
        counts[*length] += 1;
    }
    counts[0] = 0;
    for length in (17..counts.len()).rev() {
        while counts[length] > 0 {
            // Of two leaves, one moves up to their parent; the other becomes the sibling of a
            // shorter code.
            let shorter = (1..length - 1).rev().find(|n| counts[*n] > 0);
            let shorter = shorter.expect("a code longer than 16 bits has a shorter one beside it");
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
    if let Some(longest) = counts.iter().rposition(|count| *count > 0) {
        counts[longest] -= 1;
    }
    std::array::from_fn(|i| counts[i + 1] as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_symbols_have_longer_codes() {
        let mut counts = [0; 256];
        counts[..4].copy_from_slice(&[100, 1, 20, 5]);
        let spec = optimal(&counts);
        assert_eq!(spec.symbols(), [0, 2, 3, 1]);
        assert_eq!(spec.counts()[..5], [1, 1, 1, 1, 0]);
    }

    #[test]
    fn a_single_symbol_has_a_code_of_one_bit() {
        let mut counts = [0; 256];
        counts[7] = 9;
        let spec = optimal(&counts);
        assert_eq!((spec.symbols(), spec.counts()[0]), (&[7][..], 1));
    }

    /// Fibonacci numbers make the deepest tree.
    #[test]
    fn no_code_is_longer_than_16_bits() {
        let mut counts = [0; 256];
        let (mut a, mut b) = (1, 1);
        for count in &mut counts[..40] {
            *count = a;
            (a, b) = (b, a + b);
        }
        let spec = optimal(&counts);
        assert_eq!(spec.symbols().len(), 40);
        assert!(
            spec.symbols()
                .is_sorted_by_key(|s| std::cmp::Reverse(counts[usize::from(*s)]))
        );
    }
}
