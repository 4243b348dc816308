//! Which parts of an evaluation are open, lent or computed, and what was computed, in order.

/// A part of an evaluation.
#[derive(Debug)]
enum Part<T> {
    /// Nobody computes it.
    Open,
    /// It is computed elsewhere.
    Lent,
    /// It is computed, and waits for the parts before it.
    Computed(T),
    /// It has been taken.
    Taken,
}

/// The parts of one evaluation. Whoever computes them, and in whatever order, they are taken in
/// their own order: sums of them are the same to the last bit.
#[derive(Debug)]
pub(super) struct PartLedger<T> {
    parts: Vec<Part<T>>,
    /// How many are taken.
    taken: usize,
}

impl<T> PartLedger<T> {
    /// `count` open parts.
    pub(super) fn new(count: usize) -> Self {
        Self {
            parts: (0..count).map(|_| Part::Open).collect(),
            taken: 0,
        }
    }

    /// The number of parts that nobody computes.
    pub(super) fn open(&self) -> usize {
        let open = self.parts.iter().filter(|part| matches!(part, Part::Open));
        open.count()
    }

    /// The part to compute here: the first open one. Where all that are left are lent, the one that
    /// was lent last. None once all are computed.
    pub(super) fn next(&self) -> Option<usize> {
        let lent = |part: &Part<T>| matches!(part, Part::Lent);
        self.first_open()
            .or_else(|| self.parts.iter().rposition(lent))
    }

    /// Lends the first open part.
    pub(super) fn lend(&mut self) -> Option<usize> {
        let index = self.first_open()?;
        self.parts[index] = Part::Lent;
        Some(index)
    }

    /// Opens a lent part again. Nothing happens if it has been computed meanwhile.
    pub(super) fn reopen(&mut self, index: usize) {
        if let Some(part @ Part::Lent) = self.parts.get_mut(index) {
            *part = Part::Open;
        }
    }

    /// Enters what was computed for a part. False if the part had been computed before.
    pub(super) fn enter(&mut self, index: usize, computed: T) -> bool {
        match self.parts.get_mut(index) {
            Some(part @ (Part::Open | Part::Lent)) => {
                *part = Part::Computed(computed);
                true
            }
            _ => false,
        }
    }

    /// The next part in order with what was computed for it. None as long as it is not computed.
    pub(super) fn take(&mut self) -> Option<(usize, T)> {
        let index = self.taken;
        let part = self.parts.get_mut(index)?;
        match std::mem::replace(part, Part::Taken) {
            Part::Computed(computed) => {
                self.taken += 1;
                Some((index, computed))
            }
            other => {
                *part = other;
                None
            }
        }
    }

    /// Whether all parts have been taken.
    pub(super) fn is_complete(&self) -> bool {
        self.taken == self.parts.len()
    }

    fn first_open(&self) -> Option<usize> {
        let open = |part: &Part<T>| matches!(part, Part::Open);
        self.parts.iter().position(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(ledger: &mut PartLedger<char>) -> Vec<(usize, char)> {
        std::iter::from_fn(|| ledger.take()).collect()
    }

    #[test]
    fn parts_are_taken_in_order_whoever_computed_them() {
        let mut ledger = PartLedger::new(4);
        assert_eq!((ledger.lend(), ledger.lend()), (Some(0), Some(1)));
        assert_eq!((ledger.next(), ledger.open()), (Some(2), 2));
        assert!(ledger.enter(2, 'c') && ledger.enter(1, 'b'));
        assert_eq!(taken(&mut ledger), []);
        assert!(ledger.enter(0, 'a'));
        assert_eq!(taken(&mut ledger), [(0, 'a'), (1, 'b'), (2, 'c')]);
        assert!(!ledger.is_complete());
        assert_eq!(ledger.next(), Some(3));
        assert!(ledger.enter(3, 'd'));
        assert_eq!(taken(&mut ledger), [(3, 'd')]);
        assert!(ledger.is_complete());
        assert_eq!(
            (ledger.next(), ledger.lend(), ledger.open()),
            (None, None, 0)
        );
    }

    #[test]
    fn a_lent_part_that_is_lost_is_computed_again() {
        let mut ledger = PartLedger::<char>::new(2);
        assert_eq!((ledger.lend(), ledger.lend()), (Some(0), Some(1)));
        ledger.reopen(0);
        assert_eq!(ledger.open(), 1);
        assert_eq!(ledger.lend(), Some(0));
        ledger.reopen(7);
        assert_eq!(ledger.open(), 0);
    }

    #[test]
    fn only_the_first_of_two_results_counts() {
        let mut ledger = PartLedger::new(2);
        assert_eq!((ledger.lend(), ledger.lend()), (Some(0), Some(1)));
        // Nothing is open: the last of the lent parts is computed here too.
        assert_eq!(ledger.next(), Some(1));
        assert!(ledger.enter(1, 'b'));
        assert!(!ledger.enter(1, 'x'));
        ledger.reopen(1);
        assert_eq!((ledger.open(), ledger.next()), (0, Some(0)));
        assert!(ledger.enter(0, 'a'));
        assert_eq!(taken(&mut ledger), [(0, 'a'), (1, 'b')]);
        assert!(!ledger.enter(0, 'x') && !ledger.enter(2, 'x'));
    }

    #[test]
    fn an_evaluation_without_parts_is_complete() {
        let mut ledger = PartLedger::<char>::new(0);
        assert!(ledger.is_complete());
        assert_eq!(
            (ledger.next(), ledger.lend(), ledger.take()),
            (None, None, None)
        );
    }
}
