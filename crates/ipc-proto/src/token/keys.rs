//! Finds out cheaply whether a property name was written before.

/// Names remembered side by side before a hashed table takes over.
const NEAR: usize = 8;
/// Slots of that table. Two names that share a slot push each other out: that costs bytes, never correctness, and
/// it bounds memory.
const FAR: usize = 256;

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u32,
    len: u32,
    /// Where the name's bytes stand in the output.
    start: usize,
    number: u32,
}

/// The names written so far, as places in the output that holds their bytes.
#[derive(Debug, Default)]
pub(super) struct KeyTable {
    near: [Entry; NEAR],
    used: usize,
    far: Option<Box<[Entry; FAR]>>,
}

impl KeyTable {
    /// The number of an earlier, equal name.
    pub(super) fn find(&self, out: &[u8], key: &[u8], hash: u32) -> Option<u32> {
        // The empty name is never remembered, and a slot that nothing was put into looks like it.
        if key.is_empty() {
            return None;
        }
        let same = |entry: &&Entry| {
            entry.hash == hash
                && usize::try_from(entry.len) == Ok(key.len())
                && out.get(entry.start..).is_some_and(|tail| tail.starts_with(key))
        };
        let near = self.near.iter().take(self.used).find(same);
        near.or_else(|| self.far.as_ref()?.get(slot(hash)).filter(same)).map(|entry| entry.number)
    }

    /// Remembers that `key` was just written as number `number`: its bytes are the last ones of `out`.
    pub(super) fn remember(&mut self, out: &[u8], key: &[u8], hash: u32, number: u32) {
        let (Ok(len), Some(start)) = (u32::try_from(key.len()), out.len().checked_sub(key.len())) else { return };
        if len == 0 {
            return;
        }
        let entry = Entry { hash, len, start, number };
        if let Some(free) = self.near.get_mut(self.used) {
            *free = entry;
            self.used = self.used.saturating_add(1);
            return;
        }
        let far = self.far.get_or_insert_with(|| Box::new([Entry::default(); FAR]));
        if let Some(place) = far.get_mut(slot(hash)) {
            *place = entry;
        }
    }
}

fn slot(hash: u32) -> usize {
    (hash ^ (hash >> 8)) as usize & (FAR - 1)
}

/// A hash of the name's length, beginning and end: enough to tell the names of a record apart.
pub(super) fn hash(key: &[u8]) -> u32 {
    let mut hash = u32::try_from(key.len()).unwrap_or(u32::MAX);
    let ends = key.iter().take(16).chain(key.iter().rev().take(8));
    for byte in ends {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    hash
}
