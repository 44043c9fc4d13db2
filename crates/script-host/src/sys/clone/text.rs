//! Strings and property names, as WTF-8.

use std::marker::PhantomData;

use rquickjs::qjs;

use super::{Js, Name, Names, Owned};

/// Strings from this length on are worth a look at what is in them before they are made.
const LONG: usize = 64;

/// The first byte of every character beyond Latin-1 is at least this, and no other byte of valid text is.
const FIRST_WIDE: u8 = 0xc4;

impl<'js> Js<'js> {
    /// Shows the text of a string as WTF-8.
    #[inline]
    pub(crate) fn with_text<R>(&self, string: &Owned<'js>, use_text: impl FnOnce(&[u8]) -> R) -> Option<R> {
        Some(use_text(self.text(string)?.as_bytes()))
    }

    /// A string from valid WTF-8.
    #[inline]
    pub(crate) fn string(&self, wtf8: &[u8]) -> Option<Owned<'js>> {
        self.checked_string(wtf8, false)
    }

    /// As [`string`](Self::string), of text that may be known to be ASCII.
    #[inline]
    pub(crate) fn checked_string(&self, wtf8: &[u8], ascii: bool) -> Option<Owned<'js>> {
        if !ascii && wtf8.len() >= LONG && !wtf8.is_ascii() && wtf8.iter().any(|byte| *byte >= FIRST_WIDE) {
            return self.wide_string(wtf8);
        }
        // SAFETY: the engine copies `len` bytes.
        let raw = unsafe { qjs::JS_NewStringLen(self.raw(), wtf8.as_ptr().cast(), wtf8.len() as qjs::size_t) };
        self.own_checked(raw)
    }

    /// A string with characters beyond Latin-1, which the engine keeps as UTF-16 and converts slowly itself.
    fn wide_string(&self, wtf8: &[u8]) -> Option<Owned<'js>> {
        let mut units = Vec::with_capacity(wtf8.len());
        let mut bytes = wtf8.iter().copied();
        // Valid text never ends inside of a character; if it did, zeros would fill it up.
        while let Some(first) = bytes.next() {
            let mut more = || u32::from(bytes.next().unwrap_or(0) & 0x3f);
            let code = match first {
                0..0x80 => u32::from(first),
                0x80..0xe0 => (u32::from(first & 0x1f) << 6) | more(),
                0xe0..0xf0 => (u32::from(first & 0x0f) << 12) | (more() << 6) | more(),
                _ => (u32::from(first & 0x07) << 18) | (more() << 12) | (more() << 6) | more(),
            };
            match u16::try_from(code) {
                Ok(unit) => units.push(unit),
                Err(_) => {
                    let pair = code - 0x1_0000;
                    units.extend([0xd800 | ((pair >> 10) & 0x3ff) as u16, 0xdc00 | (pair & 0x3ff) as u16]);
                }
            }
        }
        // SAFETY: the engine copies `len` units.
        let raw = unsafe { qjs::JS_NewStringUTF16(self.raw(), units.as_ptr(), units.len() as qjs::size_t) };
        self.own_checked(raw)
    }

    /// A property name from valid WTF-8.
    pub(crate) fn name(&self, wtf8: &[u8]) -> Option<Name<'js>> {
        // The engine's direct way compares bytes, so it finds the wrong name for text that is not ASCII.
        let raw = if wtf8.is_ascii() {
            // SAFETY: the engine copies `len` bytes.
            unsafe { qjs::JS_NewAtomLen(self.raw(), wtf8.as_ptr().cast(), wtf8.len() as qjs::size_t) }
        } else {
            let string = self.string(wtf8)?;
            // SAFETY: a live string; the result owns one reference.
            unsafe { qjs::JS_ValueToAtom(self.raw(), string.raw) }
        };
        (raw != 0).then_some(Name { raw, runtime: self.runtime, lifetime: PhantomData })
    }

    /// Keeps the name alive that has this identity.
    ///
    /// The identity has to come from a `Names` that still lives.
    pub(crate) fn keep_name(&self, names: &Names<'js>, index: u32) -> Option<Name<'js>> {
        let id = names.id(index)?;
        // SAFETY: the table holds a reference to the atom.
        let raw = unsafe { qjs::JS_DupAtom(self.raw(), id) };
        Some(Name { raw, runtime: self.runtime, lifetime: PhantomData })
    }

    /// The text of a name as WTF-8.
    pub(crate) fn with_name<R>(&self, name: &Name<'js>, use_text: impl FnOnce(&[u8]) -> R) -> Option<R> {
        // SAFETY: a live atom; its string is owned.
        let text = self.own_checked(unsafe { qjs::JS_AtomToString(self.raw(), name.raw) })?;
        self.with_text(&text, use_text)
    }

    /// The array index that the name at `index` is, if it is one.
    pub(crate) fn array_index(&self, names: &Names<'js>, index: u32) -> Option<u32> {
        let name = self.keep_name(names, index)?;
        let number = self.with_name(&name, |text| {
            let canonical = text == b"0" || text.first() != Some(&b'0');
            let digits = canonical && !text.is_empty() && text.iter().all(u8::is_ascii_digit);
            digits.then(|| std::str::from_utf8(text).ok()?.parse::<u32>().ok()).flatten()
        });
        number.flatten().filter(|number| *number < u32::MAX)
    }

    /// Whether the name at `index` is that of array index `expected`.
    #[inline]
    pub(crate) fn is_array_index(&self, names: &Names<'js>, index: u32, expected: u32) -> bool {
        let Some(id) = names.id(index) else { return false };
        // SAFETY: creates an atom (which may count references) and gives it back.
        unsafe {
            let atom = qjs::JS_NewAtomUInt32(self.raw(), expected);
            qjs::JS_FreeAtom(self.raw(), atom);
            // The table keeps an equal atom alive, so the comparison holds after the release.
            atom == id
        }
    }
}
