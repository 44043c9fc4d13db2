//! An encoded message that waits, on the account of the renderer that sent it.

use std::cell::Cell;
use std::ops::Deref;
use std::rc::Rc;

/// What a waiting message costs besides its bytes.
const OVERHEAD: usize = 128;

/// The bytes of a renderer's messages that wait in this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account(Rc<Cell<usize>>);

impl Account {
    /// How much waits.
    pub(crate) fn waiting(&self) -> usize {
        self.0.get()
    }
}

/// The bytes of a message. As long as they wait they stand on their sender's account.
#[derive(Debug)]
pub(crate) struct Parcel {
    bytes: Vec<u8>,
    account: Option<Account>,
}

impl Parcel {
    /// A renderer's message.
    pub(crate) fn of_renderer(bytes: Vec<u8>, account: &Account) -> Self {
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
