//! The short cuts of the decoder keep the rules of the general way.

use serde::Deserializer;

use super::*;

/// A type that asks for nothing, whatever there is.
#[derive(Debug, PartialEq)]
struct Deaf;

impl<'de> Deserialize<'de> for Deaf {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

#[test]
fn what_its_type_does_not_ask_for_is_passed_over() {
    use Token::{Array, End, Int, Null, Object, Str};
    let call = [Array, Int(1), Array, Array, End, Int(2), End, Str(b"x"), End];
    reads(&call, (1, Deaf, "x".to_owned()));
    reads(&call, (1, Some(Deaf), "x".to_owned()));
    reads(&call, vec![Deaf, Deaf, Deaf]);
    reads(&[Array, Array, Int(1), Int(2), End, Null, End], ((Deaf, Deaf), None::<Deaf>));
    reads(&[Object, Token::Key(b"a"), Object, End, End], HashMap::from([("a".to_owned(), Some(Deaf))]));
    let object = [Object, Token::Key(b"a"), Object, End, Token::Key(b"b"), Int(1), End];
    reads(&object, HashMap::from([("a".to_owned(), Deaf), ("b".to_owned(), Deaf)]));
    fails::<((Deaf,),)>(&[Array, Array, Int(1), Int(2), End, End], "[0]: expected 1 element, found 2");
}

#[test]
fn short_cuts_keep_every_limit() {
    use Token::{Array, End, Int, Key, KeyRef, Object, Str, True};
    let tokens = [
        Array,
        Object,
        Key(b"n"),
        Int(1),
        Key(b"t"),
        Str(b"x"),
        Key(b"b"),
        True,
        End,
        Object,
        KeyRef(0),
        Int(2),
        KeyRef(1),
        Str(b"y"),
        KeyRef(2),
        True,
        End,
        End,
    ];
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it decodes is of interest")]
    struct Row {
        n: i64,
        t: String,
        b: bool,
    }
    let bytes = bytes(&tokens);
    let mut limits = Limits { tokens: tokens.len(), depth: 2, ..Limits::default() };
    let decode = |limits: &Limits| PayloadRef::new(&bytes).decode_with::<Vec<Row>>(limits).map(|rows| rows.len());
    assert_eq!(decode(&limits), Ok(2));
    limits.depth = 1;
    assert_eq!(decode(&limits), Err(ValueError::TooDeep { limit: 1 }));
    limits.depth = 2;
    limits.tokens -= 1;
    assert_eq!(decode(&limits), Err(ValueError::TooManyTokens { limit: tokens.len() - 1 }));
}

#[test]
fn short_cuts_take_nothing_that_breaks_a_rule() {
    use Token::{Array, End, Int, Key, KeyRef, Object, Str};
    for tokens in [
        &[Object, Int(1), End][..],
        &[Object, Str(b"a"), End],
        &[Object, Key(b"a"), End],
        &[Object, KeyRef(0), Int(1), End],
        &[Array, Key(b"a"), Array, End, Int(1), End],
        &[Array, Int(1), End, End],
        &[Array, Int(1)],
        &[Array, Str(b"\xff"), End],
    ] {
        let bytes = bytes(tokens);
        let bytes = PayloadRef::new(&bytes);
        assert!(bytes.decode::<HashMap<String, i64>>().is_err(), "{tokens:?}");
        assert!(bytes.decode::<Vec<String>>().is_err(), "{tokens:?}");
        assert!(bytes.decode::<((i64,), Vec<i64>)>().is_err(), "{tokens:?}");
    }
}
