//! An encoded message that waits: for a script, on the account of the process that sent it, or for another process, on
//! the account of that.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

/// What a waiting message costs besides its bytes.
const OVERHEAD: usize = 128;

/// The messages of another process that wait in this one, those that do not any more, and those of this process that wait
/// for the other one. Clones are the same account.
#[derive(Debug, Clone, Default)]
pub struct Account(Rc<Books>);

#[derive(Debug, Default)]
struct Books {
    waiting: Cell<usize>,
    due: Cell<usize>,
    taken: RefCell<Vec<Taken>>,
}

/// Messages that came through a port and do not wait any more: their sender gets credit for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The number of the port on the link that the account is for.
    pub port: u64,
    /// How many.
    pub messages: usize,
    /// How many bytes all of them had.
    pub bytes: usize,
}

impl Account {
    /// How many bytes wait, with an overhead for each message.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting.get()
    }

    /// How many bytes of this process's own messages wait for the other one, with an overhead for each message.
    #[must_use]
    pub fn due(&self) -> usize {
        self.0.due.get()
    }

    /// A message that came through a port does not wait, or not any more.
    pub fn took(&self, port: u64, bytes: usize) {
        let mut taken = self.0.taken.borrow_mut();
        match taken.last_mut() {
            Some(last) if last.port == port => {
                last.messages = last.messages.saturating_add(1);
                last.bytes = last.bytes.saturating_add(bytes);
            }
            _ => taken.push(Taken { port, messages: 1, bytes }),
        }
    }

    /// What has been taken since this was asked last.
    #[must_use]
    pub fn take_taken(&self) -> Vec<Taken> {
        self.0.taken.take()
    }
}

/// The bytes of a message. As long as they wait they stand on their sender's account, if it has one, or else on that of
/// the process that they wait for.
#[derive(Debug)]
pub struct Parcel {
    bytes: Vec<u8>,
    /// With the number of the port that they came through; none for a message of this process.
    account: Option<(Account, Option<u64>)>,
}

impl Parcel {
    /// A message that came through a port of the process whose account that is.
    #[must_use]
    pub fn on_account(bytes: Vec<u8>, account: &Account, port: u64) -> Self {
        let parcel = Self { bytes, account: Some((account.clone(), Some(port))) };
        let waiting = &account.0.waiting;
        waiting.set(waiting.get().saturating_add(parcel.cost()));
        parcel
    }

    /// It waits for the process whose account that is, unless it stands on one already.
    pub fn wait_for(&mut self, account: &Account) {
        if self.account.is_none() {
            account.0.due.set(account.due().saturating_add(self.cost()));
            self.account = Some((account.clone(), None));
        }
    }

    /// Its bytes, and an overhead.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.bytes.len().saturating_add(OVERHEAD)
    }
}

/// A message of this process, which stands on nobody's account yet.
impl From<Vec<u8>> for Parcel {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, account: None }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        match &self.account {
            Some((account, Some(port))) => {
                account.0.waiting.set(account.waiting().saturating_sub(self.cost()));
                account.took(*port, self.bytes.len());
            }
            Some((account, None)) => account.0.due.set(account.due().saturating_sub(self.cost())),
            None => {}
        }
    }
}

impl Deref for Parcel {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl PartialEq for Parcel {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Parcel {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stands_on_its_account_until_it_is_dropped() {
        let account = Account::default();
        let parcel = Parcel::on_account(vec![0; 10], &account, 7);
        let own = Parcel::from(vec![0; 1000]);
        assert_eq!((account.waiting(), account.take_taken()), (10 + OVERHEAD, vec![]));
        drop((parcel, own));
        assert_eq!(account.waiting(), 0);
        assert_eq!(account.take_taken(), [Taken { port: 7, messages: 1, bytes: 10 }]);
    }

    #[test]
    fn a_message_of_this_process_stands_on_the_account_of_whom_it_waits_for() {
        let (sender, receiver) = (Account::default(), Account::default());
        let mut own = Parcel::from(vec![0; 10]);
        own.wait_for(&receiver);
        own.wait_for(&receiver);
        let mut passed_on = Parcel::on_account(vec![0; 20], &sender, 7);
        passed_on.wait_for(&receiver);
        assert_eq!((receiver.due(), receiver.waiting()), (10 + OVERHEAD, 0));
        assert_eq!((sender.due(), sender.waiting()), (0, 20 + OVERHEAD));
        drop((own, passed_on));
        assert_eq!((receiver.due(), sender.waiting()), (0, 0));
        assert_eq!((receiver.take_taken().len(), sender.take_taken().len()), (0, 1));
    }

    #[test]
    fn what_was_taken_is_told_once_and_by_port() {
        let account = Account::default();
        for (port, bytes) in [(1, 5), (1, 6), (3, 0), (1, 7)] {
            account.took(port, bytes);
        }
        let taken = |port, messages, bytes| Taken { port, messages, bytes };
        assert_eq!(account.take_taken(), [taken(1, 2, 11), taken(3, 1, 0), taken(1, 1, 7)]);
        assert_eq!(account.take_taken(), []);
    }
}
