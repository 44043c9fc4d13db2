//! Long texts of ASCII, seen where the engine has them.
//!
//! The engine's call for that counts the bytes that are not ASCII so slowly that it takes longer than sending them. How
//! a string lies in memory is no part of its interface, so that is found out with strings that are known. Where one of
//! them is not as expected, every string goes the engine's way.

use rquickjs::qjs;

use super::lent::Text;
use super::{Intrinsic, Js, Owned};

/// Shorter texts are not worth a look.
const LONG: usize = 4 << 10;
/// The engine makes a part of so many characters without a copy, which its head tells.
const PART: usize = 2 << 10;
/// Where the characters may be at the soonest and at the latest.
const PLACES: std::ops::RangeInclusive<usize> = 8..=64;

/// What is known of strings in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Flat {
    #[default]
    Unknown,
    /// They are not as expected.
    No,
    /// How far from their beginning the characters are.
    At(usize),
}

/// What a string's first eight bytes say.
#[derive(PartialEq, Eq)]
struct Head {
    length: usize,
    /// Two bytes a character.
    wide: bool,
    /// The characters are behind the head and not elsewhere.
    flat: bool,
}

impl<'js> Js<'js> {
    /// The text of a long string of ASCII; `None` for all others.
    #[inline]
    pub(super) fn flat_text(&self, string: &Owned<'js>) -> Option<Text<'js>> {
        let head = self.head(string)?;
        if head.length < LONG || head.wide || !head.flat {
            return None;
        }
        let Flat::At(at) = self.flat() else { return None };
        // SAFETY: the probe has found that this is where the characters of such a string are.
        let text = unsafe { std::slice::from_raw_parts(self.start(string).add(at), head.length) };
        if !text.is_ascii() {
            return None;
        }
        Some(self.lent_text(string, text))
    }

    fn flat(&self) -> Flat {
        let known = self.state.flat();
        if known != Flat::Unknown {
            return known;
        }
        let found = self.probe().map_or(Flat::No, Flat::At);
        if found == Flat::No {
            self.clear_exception();
        }
        self.state.set_flat(found);
        found
    }

    /// Where the characters of strings are, if strings are as expected.
    fn probe(&self) -> Option<usize> {
        let ascii = [b'x'; PART + 100];
        let plain = self.string(&ascii)?;
        let at = {
            let text = self.engine_text(&plain)?;
            text.as_bytes().as_ptr().addr().checked_sub(self.start(&plain).addr())?
        };
        let part = self.call(Intrinsic::StringSlice, &plain, &[&self.float(1.0), &self.float(1.0 + PART as f64)])?;
        let (latin, wide) = (self.string("grün".as_bytes())?, self.string("日本".as_bytes())?);
        let is = |string: &Owned<'js>, length, wide, flat| self.head(string) == Some(Head { length, wide, flat });
        let heads = is(&plain, ascii.len(), false, true)
            && is(&part, PART, false, false)
            && is(&latin, 4, false, true)
            && is(&wide, 2, true, true);
        if !heads || !PLACES.contains(&at) {
            return None;
        }
        // SAFETY: strings of the same kind have their characters in the same place.
        let characters = unsafe { std::slice::from_raw_parts(self.start(&latin).add(at), 4) };
        (characters == b"gr\xfcn").then_some(at)
    }

    /// Where a string begins.
    fn start(&self, string: &Owned<'js>) -> *const u8 {
        // SAFETY: the payload of a string is a pointer.
        unsafe { qjs::JS_VALUE_GET_PTR(string.raw) }.cast::<u8>().cast_const()
    }

    /// The head of a string that is in one piece.
    #[inline]
    fn head(&self, string: &Owned<'js>) -> Option<Head> {
        // SAFETY: reads the tag, and then no more than the smallest string has.
        let [length, kind] = unsafe {
            if qjs::JS_VALUE_GET_NORM_TAG(string.raw) != qjs::JS_TAG_STRING {
                return None;
            }
            self.start(string).cast::<[u32; 2]>().read_unaligned()
        };
        Some(Head { length: (length & i32::MAX as u32) as usize, wide: length >> 31 == 1, flat: (kind >> 28) & 3 == 0 })
    }
}

#[cfg(test)]
mod tests {
    use rquickjs::{Context, Ctx, Runtime, Value};

    use super::*;

    fn is_flat(ctx: &Ctx<'_>, source: &str) -> bool {
        let js = Js::new(ctx).expect("a realm");
        let text: Value<'_> = ctx.eval(source).expect("a text");
        let text = js.own_value(&text);
        let Some(flat) = js.flat_text(&text) else { return false };
        let engine = js.engine_text(&text).expect("there is room");
        assert!(std::ptr::eq(flat.as_bytes(), engine.as_bytes()), "{source}");
        true
    }

    #[test]
    fn the_engine_keeps_long_texts_of_ascii_as_expected_and_no_other_is_taken_for_one() {
        let runtime = Runtime::new().expect("an engine");
        Context::full(&runtime).expect("a realm").with(|ctx| {
            for flat in ["'text'.repeat(10000)", "Array(9000).join('x')", "JSON.stringify(Array(9000).fill(1))"] {
                assert!(is_flat(&ctx, flat), "{flat}");
            }
            for other in [
                "'text'",
                "'text'.repeat(10000).slice(1, 20000)",
                "'text'.repeat(10000).slice(1).slice(1)",
                "'text'.repeat(10000) + 'text'.repeat(10000)",
                "'grün'.repeat(10000)",
                "'text'.repeat(10000) + 'ü'",
                "'日本'.repeat(10000)",
            ] {
                assert!(!is_flat(&ctx, other), "{other}");
            }
        });
    }
}
