//! Which of the engine's classes an object belongs to.
//!
//! Class numbers are the engine's own and cannot be changed by a script, unlike `Symbol.toStringTag` or a
//! prototype. They are constants of the linked engine, found by name once.

use std::sync::OnceLock;

use ipc_proto::wire::ViewKind;
use rquickjs::{Ctx, qjs};

/// What structured clone makes of a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Plain,
    Array,
    Error,
    Number,
    Str,
    Boolean,
    BigInt,
    Date,
    RegExp,
    Map,
    Set,
    Buffer,
    Typed(ViewKind),
    DataView,
    /// Everything that cannot be cloned.
    Other,
}

/// The engine registers well under this many classes of its own; the program's come after them.
const MOST: usize = 128;

pub(super) struct Kinds {
    kinds: [Kind; MOST],
    class_of: Vec<(&'static str, u32)>,
}

const NAMED: [(&str, Kind); 13] = [
    ("Object", Kind::Plain),
    ("Array", Kind::Array),
    ("Error", Kind::Error),
    ("Number", Kind::Number),
    ("String", Kind::Str),
    ("Boolean", Kind::Boolean),
    ("BigInt", Kind::BigInt),
    ("Date", Kind::Date),
    ("RegExp", Kind::RegExp),
    ("Map", Kind::Map),
    ("Set", Kind::Set),
    ("ArrayBuffer", Kind::Buffer),
    ("DataView", Kind::DataView),
];

/// The typed arrays in the order of the engine's `JSTypedArrayEnum`.
pub(super) const TYPED: [(&str, ViewKind); 12] = [
    ("Uint8ClampedArray", ViewKind::Uint8Clamped),
    ("Int8Array", ViewKind::Int8),
    ("Uint8Array", ViewKind::Uint8),
    ("Int16Array", ViewKind::Int16),
    ("Uint16Array", ViewKind::Uint16),
    ("Int32Array", ViewKind::Int32),
    ("Uint32Array", ViewKind::Uint32),
    ("BigInt64Array", ViewKind::BigInt64),
    ("BigUint64Array", ViewKind::BigUint64),
    ("Float16Array", ViewKind::Float16),
    ("Float32Array", ViewKind::Float32),
    ("Float64Array", ViewKind::Float64),
];

impl Kinds {
    #[inline]
    pub(super) fn of(&self, class: u32) -> Kind {
        self.kinds.get(class as usize).copied().unwrap_or(Kind::Other)
    }

    /// The number of a class by name; zero, which is no class, when the engine has none of that name.
    pub(super) fn class(&self, name: &str) -> u32 {
        self.class_of.iter().find(|(known, _)| *known == name).map_or(0, |(_, class)| *class)
    }
}

pub(super) fn table(ctx: &Ctx<'_>) -> &'static Kinds {
    static TABLE: OnceLock<Kinds> = OnceLock::new();
    TABLE.get_or_init(|| read(ctx))
}

fn read(ctx: &Ctx<'_>) -> Kinds {
    let mut table = Kinds { kinds: [Kind::Other; MOST], class_of: Vec::new() };
    for (slot, class) in table.kinds.iter_mut().zip(0..).skip(1) {
        let Some(name) = name_of(ctx, class) else { continue };
        let typed = TYPED.iter().map(|(name, view)| (*name, Kind::Typed(*view)));
        let Some((known, kind)) = NAMED.iter().copied().chain(typed).find(|(known, _)| *known == name) else {
            continue;
        };
        // The engine's own classes come first. Later ones of the same name (its module namespaces and proxies
        // are called `Object` too) are something else.
        if table.class_of.iter().all(|(taken, _)| *taken != known) {
            table.class_of.push((known, class));
            *slot = kind;
        }
    }
    table
}

fn name_of(ctx: &Ctx<'_>, class: u32) -> Option<String> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: a live runtime; the atom and the text are given back.
    unsafe {
        let runtime = qjs::JS_GetRuntime(raw);
        if !qjs::JS_IsRegisteredClass(runtime, class) {
            return None;
        }
        let atom = qjs::JS_GetClassName(runtime, class);
        let mut len: qjs::size_t = 0;
        let text = qjs::JS_AtomToCStringLen(raw, &raw mut len, atom);
        qjs::JS_FreeAtom(raw, atom);
        if text.is_null() {
            return None;
        }
        let name = String::from_utf8_lossy(std::slice::from_raw_parts(text.cast(), len as usize)).into_owned();
        qjs::JS_FreeCString(raw, text);
        Some(name)
    }
}
