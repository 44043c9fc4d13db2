//! Numbers of objects and property names, found by identity.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use ipc_proto::wire::{Token, put_token};

use crate::sys::clone::{Js, Name};

/// Mixes an address or an atom; scripts cannot choose either.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Identity to number. A message with few entries neither hashes nor allocates.
#[derive(Default)]
pub(super) struct Numbers {
    few: [(usize, u32); FEW],
    len: usize,
    many: HashMap<usize, u32, BuildHasherDefault<Mix>>,
}

const FEW: usize = 8;

impl Numbers {
    #[inline]
    pub(super) fn get(&self, identity: usize) -> Option<u32> {
        if self.many.is_empty() {
            return self.few.iter().take(self.len).find(|(known, _)| *known == identity).map(|(_, number)| *number);
        }
        self.many.get(&identity).copied()
    }

    #[inline]
    pub(super) fn insert(&mut self, identity: usize, number: u32) {
        if self.many.is_empty() {
            if let Some(slot) = self.few.get_mut(self.len) {
                *slot = (identity, number);
                self.len += 1;
                return;
            }
            self.many.extend(self.few);
        }
        self.many.insert(identity, number);
    }
}

struct Written<'js> {
    name: Name<'js>,
    /// The name that followed this one last.
    next: usize,
    /// The token that repeats it, and how long that is.
    again: [u8; 8],
    len: u8,
}

/// The property names written so far.
///
/// Names tend to come in the order in which they came before, so the one that followed last time is tried first.
#[derive(Default)]
pub(super) struct NameTable<'js> {
    names: Vec<Written<'js>>,
    numbers: Numbers,
    last: usize,
}

impl<'js> NameTable<'js> {
    /// Writes the name of that identity: in full the first time, then by number. `keep` gives a reference that
    /// holds the identity fast.
    #[inline]
    pub(super) fn write(
        &mut self,
        js: &Js<'js>,
        out: &mut Vec<u8>,
        id: u32,
        keep: impl FnOnce() -> Option<Name<'js>>,
    ) -> Option<()> {
        let guess = self.names.get(self.last).map_or(0, |last| last.next);
        let number = match self.names.get(guess) {
            Some(written) if written.name.id() == id => guess,
            _ => match self.numbers.get(id as usize) {
                Some(number) => number as usize,
                None => return self.write_new(js, out, id, keep()?),
            },
        };
        if let Some(Written { again, len, .. }) = self.names.get(number) {
            out.extend_from_slice(again.get(..usize::from(*len)).unwrap_or_default());
        }
        self.follow(number);
        Some(())
    }

    #[inline]
    fn follow(&mut self, number: usize) {
        if let Some(last) = self.names.get_mut(self.last) {
            last.next = number;
        }
        self.last = number;
    }

    fn write_new(&mut self, js: &Js<'js>, out: &mut Vec<u8>, id: u32, name: Name<'js>) -> Option<()> {
        js.with_name(&name, |text| put_token(out, Token::Key(text)))?;
        let index = self.names.len();
        let number = u32::try_from(index).ok()?;
        let start = out.len();
        put_token(out, Token::KeyRef(number));
        let mut again = [0; 8];
        let len = out.len().saturating_sub(start);
        again.get_mut(..len)?.copy_from_slice(out.get(start..)?);
        out.truncate(start);
        self.numbers.insert(id as usize, number);
        self.names.push(Written { name, next: 0, again, len: u8::try_from(len).ok()? });
        self.follow(index);
        Some(())
    }
}
