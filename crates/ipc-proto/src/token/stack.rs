//! A stack whose first few entries live in place: small values are read without touching the heap.

#[derive(Debug, Clone)]
pub(super) struct SmallStack<T, const N: usize> {
    inline: [T; N],
    len: usize,
    spill: Vec<T>,
}

impl<T: Copy, const N: usize> SmallStack<T, N> {
    pub(super) fn new(filler: T) -> Self {
        Self { inline: [filler; N], len: 0, spill: Vec::new() }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn push(&mut self, entry: T) {
        match self.inline.get_mut(self.len) {
            Some(slot) => *slot = entry,
            None => self.spill.push(entry),
        }
        self.len = self.len.saturating_add(1);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        match self.inline.get(self.len) {
            Some(entry) => Some(*entry),
            None => self.spill.pop(),
        }
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<T> {
        if index >= self.len {
            return None;
        }
        match self.inline.get(index) {
            Some(entry) => Some(*entry),
            None => self.spill.get(index.checked_sub(N)?).copied(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        self.inline.iter().take(self.len).chain(&self.spill).copied()
    }
}
