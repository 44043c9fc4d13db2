//! Values that a renderer has to read and to write again.

use ipc_proto::wire::{ErrorKind, Token, ViewKind};

use Token::{
    Array, BigInt, Boxed, Buffer, Bytes, Date, End, Error, False, Float, Holes, Int, Key, KeyRef, Map, Null, Object,
    Ref, RegExp, Set, Str, True, Undefined, View,
};

/// Each kind of value, with its name.
pub(super) const VALUES: &[(&str, &[Token<'_>])] = &[
    ("undefined", &[Undefined]),
    ("null", &[Null]),
    ("true", &[True]),
    ("false", &[False]),
    ("-1", &[Int(-1)]),
    ("300", &[Int(300)]),
    ("2^53 - 1", &[Int((1 << 53) - 1)]),
    ("1.5", &[Float(1.5)]),
    ("-0", &[Float(-0.0)]),
    ("NaN", &[Float(f64::NAN)]),
    ("-(2^64) as a BigInt", &[BigInt { negative: true, magnitude: &[0, 0, 0, 0, 0, 0, 0, 0, 1] }]),
    ("0 as a BigInt", &[BigInt { negative: false, magnitude: &[] }]),
    ("a text", &[Str("hé😀\0".as_bytes())]),
    ("a text with half of a surrogate pair", &[Str(b"a\xed\xa0\xbd")]),
    ("an array with holes", &[Array, Int(1), Holes(1), Int(3), Holes(2), End]),
    ("an array with a property", &[Array, Int(1), Key(b"x"), Str(b"y"), End]),
    ("an object", &[Object, Key(b"a"), Int(1), Key(b"b"), Object, KeyRef(0), Int(2), End, Key(b""), Null, End]),
    ("an object with a key called __proto__", &[Object, Key(b"__proto__"), Object, End, End]),
    ("an array that holds itself", &[Array, Ref(0), End]),
    ("an object that is there twice", &[Array, Object, Key(b"q"), Int(1), End, Ref(1), End]),
    ("a Map", &[Map, Int(1), Str(b"x"), Object, End, Map, End, End]),
    ("a Map that holds itself", &[Map, Ref(0), Ref(0), End]),
    ("a Set", &[Set, Int(1), Str(b"a"), Array, Int(2), End, End]),
    (
        "a RangeError with a cause",
        &[
            Error(ErrorKind::RangeError),
            Key(b"message"),
            Str(b"r"),
            Key(b"cause"),
            Error(ErrorKind::Error),
            KeyRef(0),
            Str(b"inner"),
            End,
            End,
        ],
    ),
    ("a Date", &[Date(1_234_567_890_123.0)]),
    ("a Date that is invalid", &[Date(f64::NAN)]),
    ("a RegExp", &[RegExp { source: b"a\\/b", flags: "giu" }]),
    ("a boxed number", &[Boxed, Int(7)]),
    ("a boxed text", &[Boxed, Str(b"s")]),
    ("an ArrayBuffer", &[Buffer { max: None, bytes: &[1, 2, 3] }]),
    ("a resizable ArrayBuffer", &[Buffer { max: Some(8), bytes: &[0, 0] }]),
    (
        "a Uint16Array in the middle of a buffer",
        &[View { kind: ViewKind::Uint16, offset: 2, length: 2 }, Buffer { max: None, bytes: &[0, 0, 1, 0] }],
    ),
    (
        "two views of a buffer",
        &[
            Array,
            View { kind: ViewKind::Uint8, offset: 0, length: 2 },
            Buffer { max: None, bytes: &[1, 2, 3, 4] },
            View { kind: ViewKind::DataView, offset: 1, length: 3 },
            Ref(2),
            End,
        ],
    ),
    ("a Uint8Array", &[Bytes(&[1, 2])]),
];
