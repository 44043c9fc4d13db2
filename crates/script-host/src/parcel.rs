//! An encoded message that waits for a script, on the account of the process that sent it.

use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;

/// What a waiting message costs besides its bytes.
const OVERHEAD: usize = 128;

/// The bytes of another process's messages that wait in this one. Clones are the same account.
#[derive(Debug, Clone, Default)]
pub struct Account(Rc<Cell<usize>>);

impl Account {
    /// How many bytes wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.get()
    }
}

/// The bytes of a message. As long as they wait they stand on their sender's account, if it has one.
#[derive(Debug)]
pub struct Parcel {
    bytes: Vec<u8>,
    account: Option<Account>,
}

impl Parcel {
    /// A message of the process whose account that is.
    #[must_use]
    pub fn on_account(bytes: Vec<u8>, account: &Account) -> Self {
        let parcel = Self { bytes, account: Some(account.clone()) };
        account.0.set(account.0.get().saturating_add(parcel.cost()));
        parcel
    }

    fn cost(&self) -> usize {
        self.bytes.len().saturating_add(OVERHEAD)
    }
}

/// A message of this process, which stands on nobody's account.
impl From<Vec<u8>> for Parcel {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, account: None }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        if let Some(account) = &self.account {
            account.0.set(account.0.get().saturating_sub(self.cost()));
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
        let parcel = Parcel::on_account(vec![0; 10], &account);
        let own = Parcel::from(vec![0; 1000]);
        assert_eq!(account.waiting(), 10 + OVERHEAD);
        drop((parcel, own));
        assert_eq!(account.waiting(), 0);
    }
}
