//! Large bytes and texts of a value that is encoded to be sent at once: they stay where the engine has them.

use ipc_proto::bytes::LARGE;
use ipc_proto::encoded::Lending;
use ipc_proto::wire::{Token, put_token_head};
use rquickjs::Ctx;

use super::encode::{Done, Encoder, Fault};
use crate::sys::clone::{Js, Lent, with_lent};

/// A text is not lent behind so many bytes that are.
const MOST_BEFORE_A_TEXT: usize = 8 << 20;

/// What the engine still has of an encoded value, and where in its tokens each part belongs.
#[derive(Default)]
pub struct Loan<'js> {
    parts: Vec<(usize, Lent<'js>)>,
    len: usize,
    /// Which of the parts a script could change. There is one at most: see [`settle`].
    open: Option<usize>,
}

impl<'js> Loan<'js> {
    /// How many bytes belong to the value besides its tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the tokens are all there is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Hands the tokens that were written to `bytes`, and nothing before them, to `send`, with the bytes that belong
    /// between them. Those of a buffer are as they are now.
    ///
    /// `send` has to be `Send`, which nothing is that leads to an engine: so no script runs meanwhile.
    ///
    /// # Errors
    ///
    /// A JavaScript exception when a script has run since the value was encoded, and detached or shrunk a buffer;
    /// nothing was sent then.
    #[inline]
    pub fn lend<R>(
        &self,
        ctx: &Ctx<'js>,
        bytes: &mut Vec<u8>,
        send: impl FnOnce(Lending<'_>) -> R + Send,
    ) -> rquickjs::Result<R> {
        if self.parts.is_empty() {
            return Ok(send(Lending { bytes, lent: &[] }));
        }
        with_lent(ctx, &self.parts, |lent| send(Lending { bytes, lent })).ok_or_else(|| {
            // One that is detached has thrown already.
            if ctx.has_exception() {
                return rquickjs::Error::Exception;
            }
            rquickjs::Exception::throw_range(ctx, "a buffer has become too small")
        })
    }

    /// Forgets what was encoded.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl std::fmt::Debug for Loan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Loan({})", self.len)
    }
}

impl<'js> Encoder<'_, 'js> {
    /// How many bytes of the value are not in the tokens.
    #[inline]
    pub(super) fn lent(&self) -> usize {
        self.loan.as_ref().map_or(0, |loan| loan.len)
    }

    /// Whether a text of so many bytes is to be lent. The engine keeps texts in other forms, and a copy of each that is
    /// lent until it has been sent.
    #[inline]
    pub(super) fn lends_text(&self, length: usize) -> bool {
        self.lends(length) && self.lent() < MOST_BEFORE_A_TEXT
    }

    /// Whether so many bytes are to be lent.
    #[inline]
    pub(super) fn lends(&self, length: usize) -> bool {
        length >= LARGE && self.loan.is_some()
    }

    /// Writes the head of a token, and leaves the bytes that belong to it where they are.
    pub(super) fn lend(&mut self, head: Token<'_>, length: usize, lent: Lent<'js>) {
        self.tokens += 1;
        put_token_head(self.out, head, length);
        let Some(loan) = &mut self.loan else { return };
        if matches!(lent, Lent::Part { .. }) {
            loan.open = Some(loan.parts.len());
        }
        loan.parts.push((self.out.len() - self.start, lent));
        loan.len += length;
    }
}

/// To be called before a script may run, which could change a buffer: its bytes are copied into the tokens, so that they
/// are those of this moment.
#[inline]
pub(super) fn settle<'js>(loan: &mut Option<&mut Loan<'js>>, js: &Js<'js>, out: &mut Vec<u8>, start: usize) -> Done {
    match loan {
        Some(loan) if loan.open.is_some() => copy_open(loan, js, out, start),
        _ => Ok(()),
    }
}

fn copy_open<'js>(loan: &mut Loan<'js>, js: &Js<'js>, out: &mut Vec<u8>, start: usize) -> Done {
    let Some(place) = loan.open.take().filter(|place| *place < loan.parts.len()) else { return Ok(()) };
    let (at, Lent::Part { buffer, range }) = loan.parts.remove(place) else { return Ok(()) };
    loan.len -= range.len();
    for (behind, _) in loan.parts.iter_mut().skip(place) {
        *behind += range.len();
    }
    let at = at + start;
    js.with_bytes(&buffer, |bytes| {
        let bytes = bytes.get(range).unwrap_or_default();
        // Not `splice`, which would go byte by byte.
        let behind = out.split_off(at);
        out.extend_from_slice(bytes);
        out.extend_from_slice(&behind);
    })
    .ok_or(Fault::Threw("detached ArrayBuffer"))
}
