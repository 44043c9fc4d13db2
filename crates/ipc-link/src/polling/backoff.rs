//! Whether something is worth trying, from how it has gone before.

/// After tries that failed again and again, this many waits pass before the next one.
const LONGEST_GAP: u32 = 1024;

/// What is known of one thing that may be tried at each wait.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    /// How many waits pass without a try after the next failure.
    gap: u32,
    /// How many are left of them.
    skip: u32,
}

impl Backoff {
    /// Whether this wait is to try.
    #[inline]
    pub(super) fn worth_it(&mut self) -> bool {
        let now = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        now
    }

    /// A failure costs about twice what a success saves, so that it takes two of these to make up for it.
    #[inline]
    pub(super) fn learn(&mut self, succeeded: bool) {
        if succeeded {
            self.gap /= 2;
        } else {
            self.gap = self.gap.saturating_mul(4).clamp(1, LONGEST_GAP);
            self.skip = self.skip.max(self.gap); // a longer rest goes on
        }
    }

    /// No try for at least so many waits.
    pub(super) fn rest(&mut self, waits: u32) {
        self.skip = self.skip.max(waits);
    }

    /// How many waits pass before the next try.
    pub(super) fn ahead(&self) -> u32 {
        self.skip
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `waits` tried, when each try ends as `outcome` says.
    fn tries(backoff: &mut Backoff, waits: u32, mut outcome: impl FnMut(u32) -> bool) -> u32 {
        let mut tried = 0;
        for wait in 0..waits {
            if backoff.worth_it() {
                tried += 1;
                backoff.learn(outcome(wait));
            }
        }
        tried
    }

    #[test]
    fn tries_that_fail_become_rare_and_those_that_succeed_return() {
        let mut backoff = Backoff::default();
        assert!(tries(&mut backoff, 100_000, |_| false) < 110, "a hundred-thousand waits, all in vain");
        let waits = LONGEST_GAP + 100;
        assert!(tries(&mut backoff, waits, |_| true) >= 99, "the first success brings trying back");
        assert_eq!(tries(&mut backoff, 1000, |_| true), 1000);
    }

    #[test]
    fn one_failure_among_many_successes_changes_little() {
        let mut backoff = Backoff::default();
        assert!(tries(&mut backoff, 10_000, |wait| wait % 10 != 0) > 8_900);
    }

    #[test]
    fn tries_that_mostly_fail_are_given_up() {
        let mut backoff = Backoff::default();
        let tried = tries(&mut backoff, 100_000, |wait| wait % 2 == 0);
        assert!(tried < 2_000, "{tried} of 100,000 waits tried");
    }
}
