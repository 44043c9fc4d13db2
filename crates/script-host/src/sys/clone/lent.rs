//! Bytes and text that are sent from where the engine has them.

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

use rquickjs::{Ctx, qjs};

use super::{Js, Owned};

/// What the engine keeps of an encoded value.
pub(crate) enum Lent<'js> {
    Text(Text<'js>),
    /// These bytes of a buffer, as they are when they are sent.
    Part {
        buffer: Owned<'js>,
        range: Range<usize>,
    },
}

/// The text of a string as WTF-8, which nothing changes: the engine's own bytes when it is ASCII.
pub(crate) struct Text<'js> {
    text: NonNull<u8>,
    len: usize,
    runtime: NonNull<qjs::JSRuntime>,
    lifetime: PhantomData<Ctx<'js>>,
}

impl Text<'_> {
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        // SAFETY: the engine has handed out so many bytes and keeps them, unchanged, until they are given back.
        unsafe { std::slice::from_raw_parts(self.text.as_ptr(), self.len) }
    }
}

impl Drop for Text<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: what the engine has handed out is given back once, and `'js` keeps the runtime alive.
        unsafe { qjs::JS_FreeCStringRT(self.runtime.as_ptr(), self.text.as_ptr().cast()) }
    }
}

impl<'js> Js<'js> {
    /// The text of a string; an exception when memory is short.
    #[inline]
    pub(crate) fn text(&self, string: &Owned<'js>) -> Option<Text<'js>> {
        self.flat_text(string).or_else(|| self.engine_text(string))
    }

    /// The text of a string that is all ASCII, and that the engine keeps as `text`.
    pub(super) fn lent_text(&self, string: &Owned<'js>, text: &[u8]) -> Text<'js> {
        // The engine hands out text of its own in the same way: as a reference to the string.
        let _ = self.dup(string).into_raw();
        Text { text: NonNull::from(text).cast(), len: text.len(), runtime: self.runtime, lifetime: PhantomData }
    }

    /// The text of a string as the engine hands it out.
    pub(super) fn engine_text(&self, string: &Owned<'js>) -> Option<Text<'js>> {
        let mut len: qjs::size_t = 0;
        // SAFETY: a live value; the engine hands out `len` bytes, or null.
        let text = unsafe { qjs::JS_ToCStringLen2(self.raw(), &raw mut len, string.raw, false) };
        let text = NonNull::new(text.cast_mut().cast::<u8>())?;
        Some(Text { text, len: len as usize, runtime: self.runtime, lifetime: PhantomData })
    }
}

/// Shows where all of these are to `send`, each with the number before it; `None` when one of them is gone.
///
/// `send` can run no script, which could take the memory away or change it meanwhile: an engine, its realms and its
/// values belong to one thread, so what is `Send` has no way to any of them.
pub(crate) fn with_lent<'js, R>(
    ctx: &Ctx<'js>,
    lent: &[(usize, Lent<'js>)],
    send: impl FnOnce(&[(usize, &[u8])]) -> R + Send,
) -> Option<R> {
    let slices: Option<Vec<_>> = lent.iter().map(|(at, lent)| Some((*at, bytes_of(ctx, lent)?))).collect();
    Some(send(&slices?))
}

/// The bytes, which are good until a script runs.
fn bytes_of<'a, 'js>(ctx: &Ctx<'js>, lent: &'a Lent<'js>) -> Option<&'a [u8]> {
    match lent {
        Lent::Text(text) => Some(text.as_bytes()),
        Lent::Part { buffer, range } => {
            let mut len: qjs::size_t = 0;
            // SAFETY: the engine checks that it is a buffer that is not detached, and says how many bytes it has. They
            // stay until a script runs. `with_lent` runs none but, at most, one that makes the error for a detached
            // buffer: then nothing is read any more, since a loan has one buffer only, and texts never change.
            unsafe {
                let bytes = qjs::JS_GetArrayBuffer(ctx.as_raw().as_ptr(), &raw mut len, buffer.raw);
                if bytes.is_null() {
                    return None;
                }
                std::slice::from_raw_parts(bytes, len as usize).get(range.clone())
            }
        }
    }
}
