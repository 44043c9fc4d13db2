//! What a link may make its process hold: one sum of bytes for each, and a limit over all of them.
//!
//! A link's sum is everything that its peer can make this process keep: what is queued for it, its requests that are not
//! answered, a frame of which a part has come, and what waits for it elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most that all links of a program hold together, unless told otherwise: 256 MiB.
pub const HELD_BY_ALL: usize = 256 << 20;

/// The pool is told of changes of this size: a link that holds less than that is none of its business, so that
/// ordinary messages never touch what all links have in common.
const STEP: usize = 256 << 10;

/// What all links of a program may hold together, in bytes. Clones are handles to the same pool.
///
/// A link may hold its share of what the others leave: `1/(n+1)` of it, where `n` links hold something. So one that
/// takes all it can get still leaves something for the next, and that one for the one behind it.
#[derive(Debug, Clone)]
pub struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: usize,
    held: AtomicUsize,
    holders: AtomicUsize,
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(HELD_BY_ALL)
    }
}

impl Pool {
    /// A pool of so many bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Inner { limit, held: AtomicUsize::new(0), holders: AtomicUsize::new(0) }))
    }

    /// How many bytes all links hold, to within 256 KiB for each.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }
}

/// What one link holds and may hold. It is given back to the pool when this is dropped.
#[derive(Debug)]
pub struct Account {
    limit: usize,
    pool: Option<Pool>,
    /// What the pool knows of.
    charged: usize,
}

impl Account {
    /// An account of at most `limit` bytes, in a pool or alone.
    #[must_use]
    pub fn new(limit: usize, pool: Option<Pool>) -> Self {
        Self { limit, pool, charged: 0 }
    }

    /// Whether a link that holds `held` bytes may hold so many more. Who holds nothing may always hold one thing for
    /// which there is room at all, however large.
    #[must_use]
    pub fn has_room(&self, held: usize, more: usize) -> bool {
        let wanted = held.saturating_add(more);
        if wanted > self.limit && held > 0 {
            return false;
        }
        let Some(Pool(pool)) = &self.pool else { return true };
        if wanted < STEP {
            return true;
        }
        let others = pool.held.load(Ordering::Relaxed).saturating_sub(self.charged);
        let holders = pool.holders.load(Ordering::Relaxed).saturating_add(usize::from(self.charged == 0));
        let left = pool.limit.saturating_sub(others);
        let share = left / holders.saturating_add(1);
        wanted <= share || (held == 0 && more <= left)
    }

    /// Notes how many bytes the link holds now; whether the pool has got some back, so that others may hold more.
    #[inline]
    pub fn note(&mut self, held: usize) -> bool {
        (held >= STEP || self.charged > 0) && self.charge(held / STEP * STEP)
    }

    fn charge(&mut self, now: usize) -> bool {
        let before = std::mem::replace(&mut self.charged, now);
        let Some(Pool(pool)) = &self.pool else { return false };
        if now > before {
            pool.held.fetch_add(now.saturating_sub(before), Ordering::Relaxed);
        } else if now < before {
            pool.held.fetch_sub(before.saturating_sub(now), Ordering::Relaxed);
        }
        match (before, now) {
            (0, 1..) => drop(pool.holders.fetch_add(1, Ordering::Relaxed)),
            (1.., 0) => drop(pool.holders.fetch_sub(1, Ordering::Relaxed)),
            _ => {}
        }
        now < before
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.charge(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// Fills an account as far as it goes, a step at a time; how much it then holds.
    fn fill(account: &mut Account) -> usize {
        let mut held = 0;
        while account.has_room(held, STEP) {
            held += STEP;
            account.note(held);
        }
        held
    }

    #[test]
    fn an_account_alone_has_its_limit() {
        let mut account = Account::new(8 * MIB, None);
        assert_eq!(fill(&mut account), 8 * MIB);
        assert!(account.has_room(0, 64 * MIB) && !account.has_room(1, 8 * MIB));
    }

    #[test]
    fn each_of_many_gets_a_share_of_what_is_left_and_all_together_keep_the_limit() {
        let pool = Pool::new(256 * MIB);
        let mut all: Vec<_> = (0..16).map(|_| Account::new(usize::MAX, Some(pool.clone()))).collect();
        let held: Vec<_> = all.iter_mut().map(fill).collect();
        assert_eq!(held[0], 128 * MIB);
        assert!(held.is_sorted_by(|one, next| one >= next), "{held:?}");
        assert!(held[15] > 0, "the last one gets something");
        assert!(held.iter().sum::<usize>() <= 256 * MIB);
        assert_eq!(pool.held(), held.iter().sum::<usize>());
        drop(all);
        assert_eq!(pool.held(), 0);
        assert_eq!(fill(&mut Account::new(usize::MAX, Some(pool))), 128 * MIB, "nobody is left who holds something");
    }

    #[test]
    fn who_holds_nothing_may_hold_one_thing_above_its_share_but_not_more_than_there_is() {
        let pool = Pool::new(100 * MIB);
        let mut other = Account::new(usize::MAX, Some(pool.clone()));
        fill(&mut other);
        let account = Account::new(usize::MAX, Some(pool));
        assert!(account.has_room(0, 49 * MIB) && !account.has_room(MIB, 48 * MIB));
        assert!(!account.has_room(0, 51 * MIB));
    }

    #[test]
    fn who_holds_little_is_not_told_to_the_pool() {
        let pool = Pool::new(MIB);
        let mut account = Account::new(MIB, Some(pool.clone()));
        assert!(!account.note(STEP - 1));
        assert_eq!(pool.held(), 0);
        assert!(!account.note(STEP));
        assert!(account.note(STEP - 1), "others may hold it now");
        assert_eq!(pool.held(), 0);
    }
}
