//! Structured clone: values of the engine to and from the tokens of the wire.
//!
//! Both directions are loops with stacks of their own, so depth costs no native stack, and both keep identity: an
//! object that is met twice arrives once, cycles included. All arguments of a call are one array value, so that
//! holds across them as well.
//!
//! What differs from V8's serializer: a view sends the bytes it shows instead of its whole buffer. Views that
//! share a buffer still do; then the bytes from the first to the last of them travel.

mod decode;
mod encode;
mod error;
mod explain;
mod loan;
mod objects;
mod path;
mod source;
mod tables;
mod views;

pub use error::{CloneError, DecodeError, Fault, NotCloneable};
pub use ipc_proto::memory::Source;
pub use loan::Loan;

use ipc_proto::limits::Limits;
use rquickjs::{Ctx, Object, Value};
use source::decode_from;

use crate::sys::clone::Js;
use crate::sys::kept::Kept;
use crate::sys::native::Arguments;

/// How to encode a value.
#[derive(Debug, Clone, Copy)]
pub struct EncodeOptions<'a, 'js> {
    /// What the value is called where an error names the way to a culprit: `args`, `result`, `message`.
    pub root: &'a str,
    /// How deep and large the value may be: depth, tokens, and the bytes of a frame.
    pub limits: &'a Limits,
    /// The ports that are transferred along; each is written as its place in this list.
    pub ports: &'a [Value<'js>],
}

impl<'a> EncodeOptions<'a, '_> {
    /// Options for a value without ports.
    #[must_use]
    pub fn new(root: &'a str, limits: &'a Limits) -> Self {
        Self { root, limits, ports: &[] }
    }
}

/// Reads from a realm what cloning will need there, before a script can replace it.
///
/// Without this call it happens at the first use.
///
/// # Errors
///
/// A JavaScript exception: out of memory, or intrinsics that already throw when read.
pub fn prepare(ctx: &Ctx<'_>) -> rquickjs::Result<()> {
    Js::new(ctx).map(drop)
}

/// Brands an object, and all that inherit from it, as not cloneable: windows, events, ipc objects.
///
/// Scripts can neither see nor remove the brand.
///
/// # Errors
///
/// A JavaScript exception when the object is frozen.
pub fn mark_uncloneable<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> rquickjs::Result<()> {
    let js = Js::new(ctx)?;
    if js.mark(&js.own_value(object.as_value())) { Ok(()) } else { Err(rquickjs::Error::Exception) }
}

/// Appends one value to `out`.
///
/// Getters run, so scripts may do anything meanwhile, this included.
///
/// # Errors
///
/// [`NotCloneable`] names the part that cannot travel; `out` is as it was.
pub fn encode<'js>(
    ctx: &Ctx<'js>,
    value: &Value<'js>,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<(), NotCloneable> {
    encode::one(ctx, value, out, options, None)
}

/// Appends the arguments of a call to `out`, as one array value.
///
/// # Errors
///
/// As [`encode`]; the path then begins with the argument, for instance `args[0].db`.
pub fn encode_args<'js>(
    ctx: &Ctx<'js>,
    args: &[Value<'js>],
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<(), NotCloneable> {
    encode::all(ctx, args, out, options, None)
}

/// Appends the arguments of a native function from that place on, as one array value.
///
/// # Errors
///
/// As [`encode_args`].
pub fn encode_given<'js>(
    args: &Arguments<'_, 'js>,
    from: usize,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<(), NotCloneable> {
    encode::given(args, from, out, options, None)
}

/// As [`encode`], for a value that is sent at once: what is large of it stays where the engine has it.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_lending<'js>(
    ctx: &Ctx<'js>,
    value: &Value<'js>,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<Loan<'js>, NotCloneable> {
    let mut loan = Loan::default();
    encode::one(ctx, value, out, options, Some(&mut loan))?;
    Ok(loan)
}

/// As [`encode_given`], for arguments that are sent at once: what is large of them stays where the engine has it.
///
/// # Errors
///
/// As [`encode_given`].
pub fn encode_given_lending<'js>(
    args: &Arguments<'_, 'js>,
    from: usize,
    out: &mut Vec<u8>,
    options: &EncodeOptions<'_, 'js>,
) -> Result<Loan<'js>, NotCloneable> {
    let mut loan = Loan::default();
    encode::given(args, from, out, options, Some(&mut loan))?;
    Ok(loan)
}

/// Makes a value of the realm `ctx` from the tokens in `bytes`; `ports` are the ports that came along.
///
/// No code of the program runs.
///
/// # Errors
///
/// [`DecodeError`] when the bytes are no value, pass a limit, or the engine refuses a part (out of memory, a
/// regular expression it cannot compile).
pub fn decode<'a, 'js>(
    ctx: &Ctx<'js>,
    bytes: impl Into<Source<'a>>,
    limits: &Limits,
    ports: &[Value<'js>],
) -> Result<Value<'js>, DecodeError> {
    decode_from(bytes.into(), |bytes, frame| decode::one(ctx, bytes, frame, limits, ports))
}

/// Makes the arguments of a call from one array value.
///
/// # Errors
///
/// As [`decode`], and when the value is no array.
pub fn decode_args<'a, 'js>(
    ctx: &Ctx<'js>,
    bytes: impl Into<Source<'a>>,
    limits: &Limits,
    ports: &[Value<'js>],
) -> Result<Vec<Value<'js>>, DecodeError> {
    decode_from(bytes.into(), |bytes, frame| decode::all(ctx, bytes, frame, limits, ports))
}

/// Calls `function` with the arguments that `bytes` hold as one array value, behind the one in `first`; without `this`,
/// it is undefined.
///
/// This is [`decode_args`] and a call in one, without the list between them. Whatever the call throws is pending.
///
/// # Errors
///
/// As [`decode_args`]; nothing was called then. The inner error is what the call threw.
pub fn call_with<'a, 'js>(
    ctx: &Ctx<'js>,
    function: &Value<'js>,
    this: Option<&Kept>,
    first: Value<'js>,
    bytes: impl Into<Source<'a>>,
    limits: &Limits,
) -> Result<rquickjs::Result<Value<'js>>, DecodeError> {
    call_with_source(ctx, function, this, first, bytes.into(), limits)
}

fn call_with_source<'js>(
    ctx: &Ctx<'js>,
    function: &Value<'js>,
    this: Option<&Kept>,
    first: Value<'js>,
    source: Source<'_>,
    limits: &Limits,
) -> Result<rquickjs::Result<Value<'js>>, DecodeError> {
    let js = Js::new(ctx)?;
    let mut argv = js.pending();
    argv.push(js.own_value(&first));
    drop(first);
    let argv = decode_from(source, |bytes, frame| decode::behind(&js, argv, bytes, frame, limits))?;
    Ok(js.apply(function, this, argv))
}

/// Copies a value from one realm to another (or the same) of one engine, as `structuredClone` and
/// `window.postMessage` do.
///
/// # Errors
///
/// What [`encode`] or [`decode`] finds wrong.
pub fn structured_clone<'js>(
    from: &Ctx<'js>,
    to: &Ctx<'js>,
    value: &Value<'js>,
    limits: &Limits,
) -> Result<Value<'js>, CloneError> {
    let mut bytes = Vec::new();
    encode(from, value, &mut bytes, &EncodeOptions::new("value", limits))?;
    Ok(decode(to, &bytes, limits, &[])?)
}
