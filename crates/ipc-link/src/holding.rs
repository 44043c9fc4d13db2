//! What links may make their process hold, and who is told when they hold less.

use std::sync::Arc;

use ipc_proto::account::{self, Account};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// What all links of a program may hold together, in bytes. Clones are handles to the same pool.
#[derive(Debug, Clone)]
pub struct Pool {
    held: account::Pool,
    /// Notified when a link holds less.
    less: Arc<Notify>,
}

impl Pool {
    /// A pool of so many bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { held: account::Pool::new(limit), less: Arc::default() }
    }

    /// How many bytes all links hold, to within 256 KiB for each.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.held()
    }

    /// Ready when a link of the pool holds less than now.
    pub(crate) fn less(&self) -> Notified<'_> {
        self.less.notified()
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(account::HELD_BY_ALL)
    }
}

/// What one link holds and may hold. It is given back to the pool when this is dropped.
#[derive(Debug)]
pub(crate) struct Holding {
    account: Account,
    pool: Option<Pool>,
    /// What it held when that was noted last.
    noted: usize,
}

impl Holding {
    /// At most `limit` bytes, in a pool or alone.
    pub(crate) fn new(limit: usize, pool: Option<Pool>) -> Self {
        let account = Account::new(limit, pool.as_ref().map(|pool| pool.held.clone()));
        Self { account, pool, noted: 0 }
    }

    /// See [`Account::has_room`].
    pub(crate) fn has_room(&self, held: usize, more: usize) -> bool {
        self.account.has_room(held, more)
    }

    /// Notes how many bytes the link holds now, and tells those who await that links hold less; whether this one does.
    #[inline]
    pub(crate) fn note(&mut self, held: usize) -> bool {
        if self.account.note(held)
            && let Some(pool) = &self.pool
        {
            pool.less.notify_waiters();
        }
        held < std::mem::replace(&mut self.noted, held)
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.note(0);
    }
}
