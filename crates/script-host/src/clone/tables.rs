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

/// Identity to number. A message with few entries never hashes.
#[derive(Default)]
pub(super) struct Numbers {
    few: Vec<(usize, u32)>,
    many: HashMap<usize, u32, BuildHasherDefault<Mix>>,
}

const FEW: usize = 8;

impl Numbers {
    #[inline]
    pub(super) fn get(&self, identity: usize) -> Option<u32> {
        if self.many.is_empty() {
            return self.few.iter().find(|(known, _)| *known == identity).map(|(_, number)| *number);
        }
        self.many.get(&identity).copied()
    }

    #[inline]
    pub(super) fn insert(&mut self, identity: usize, number: u32) {
        if self.many.is_empty() {
            if self.few.len() < FEW {
                self.few.push((identity, number));
                return;
            }
            self.many.extend(self.few.drain(..));
        }
        self.many.insert(identity, number);
    }
}

/// The property names written so far.
///
/// Names tend to come in the order in which they came before, so the one that followed last time is tried first.
#[derive(Default)]
pub(super) struct NameTable<'js> {
    names: Vec<(Name<'js>, usize)>,
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
        let guess = self.names.get(self.last).map_or(0, |(_, next)| *next);
        let number = match self.names.get(guess) {
            Some((name, _)) if name.id() == id => guess,
            _ => match self.numbers.get(id as usize) {
                Some(number) => number as usize,
                None => return self.write_new(js, out, id, keep()?),
            },
        };
        self.follow(number);
        put_token(out, Token::KeyRef(number as u32));
        Some(())
    }

    fn follow(&mut self, number: usize) {
        if let Some((_, next)) = self.names.get_mut(self.last) {
            *next = number;
        }
        self.last = number;
    }

    fn write_new(&mut self, js: &Js<'js>, out: &mut Vec<u8>, id: u32, name: Name<'js>) -> Option<()> {
        js.with_name(&name, |text| put_token(out, Token::Key(text)))?;
        let number = self.names.len();
        self.numbers.insert(id as usize, u32::try_from(number).ok()?);
        self.names.push((name, 0));
        self.follow(number);
        Some(())
    }
}
