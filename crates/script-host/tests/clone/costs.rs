//! What decoding one message may cost.

use std::time::Duration;

use ipc_proto::limits::Limits;
use ipc_proto::token::ValueError;
use ipc_proto::wire::{Token, put_token};
use script_host::clone::{self, DecodeError, Fault};

use super::Realms;

/// An array of what `fill` writes.
fn array(fill: impl FnOnce(&mut dyn FnMut(Token<'_>))) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_token(&mut bytes, Token::Array);
    fill(&mut |token| put_token(&mut bytes, token));
    put_token(&mut bytes, Token::End);
    bytes
}

/// The error that a value is refused with, after which the engine goes on.
fn refusal(bytes: &[u8], limits: &Limits) -> DecodeError {
    let realms = Realms::new();
    realms.to.with(|ctx| {
        let error = clone::decode(&ctx, bytes, limits, &[]).map(drop).expect_err("a limit is passed");
        drop(ctx.catch());
        assert_eq!(ctx.eval::<i32, _>("[1, 2].map(x => x * 2)[1]").unwrap(), 4);
        error
    })
}

fn error(bytes: &[u8], limits: &Limits) -> DecodeError {
    let error = refusal(bytes, limits);
    assert_eq!(error.fault(), Fault::Limit, "{error}");
    error
}

/// Texts that the engine's tables keep under one hash, which is `h * 263 + c` over the characters.
fn colliding(count: usize) -> Vec<String> {
    (0..count).map(|i| (0..16).map(|bit| if i >> bit & 1 == 1 { "b\u{400}" } else { "a\u{507}" }).collect()).collect()
}

#[test]
fn names_and_keys_of_one_hash_end_with_an_error_instead_of_minutes() {
    let texts = colliding(40_000);
    // A tenth of the time, because it is ten times as much in debug builds.
    let mut limits = Limits::default();
    (limits.decode_time, limits.decode_time_per_byte) = (Duration::from_millis(5), Duration::from_nanos(6));
    let object = array(|put| {
        put(Token::Object);
        for text in &texts {
            put(Token::Key(text.as_bytes()));
            put(Token::Null);
        }
        put(Token::End);
    });
    let map = array(|put| {
        put(Token::Map);
        for text in &texts {
            put(Token::Str(text.as_bytes()));
            put(Token::Null);
        }
        put(Token::End);
    });
    for bytes in [object, map] {
        let error = error(&bytes, &limits);
        assert!(matches!(error, DecodeError::Value(ValueError::TookTooLong { .. })), "{error}");
    }
}

#[test]
fn what_takes_far_more_memory_than_its_bytes_is_refused() {
    let limits = Limits::default();
    let many =
        |tokens: &[Token<'_>]| array(|put| (0..200_000).for_each(|_| tokens.iter().for_each(|token| put(*token))));
    for bytes in [
        many(&[Token::Bytes(b"")]),
        many(&[Token::Buffer { max: None, bytes: b"" }]),
        many(&[Token::Map, Token::End]),
        many(&[Token::Set, Token::End]),
    ] {
        let error = error(&bytes, &limits);
        assert!(matches!(error, DecodeError::Value(ValueError::Amplified { .. })), "{error}");
    }
}

#[test]
fn ordinary_values_of_many_parts_are_within_the_bounds() {
    let (realms, limits) = (Realms::new(), Limits::default());
    let decode = |bytes: &[u8]| realms.to.with(|ctx| clone::decode(&ctx, bytes, &limits, &[]).map(drop));
    decode(&array(|put| (0..1_000_000).for_each(|_| put(Token::Undefined)))).unwrap();
    decode(&array(|put| (0..100_000).for_each(|_| [Token::Object, Token::End].iter().for_each(|token| put(*token)))))
        .unwrap();
    let text = "x".repeat(1 << 20);
    decode(&array(|put| (0..20).for_each(|_| put(Token::Str(text.as_bytes()))))).unwrap();
    decode(&array(|put| (0..1_000).for_each(|_| put(Token::Bytes(&[7; 100]))))).unwrap();
}

#[test]
fn a_regular_expression_is_of_bounded_length() {
    let source = "a|".repeat(10_000);
    let bytes = array(|put| put(Token::RegExp { source: source.as_bytes(), flags: "" }));
    let error = refusal(&bytes, &Limits::default());
    assert_eq!(error.fault(), Fault::Shape, "{error}");
    let expected = ValueError::RegExpTooLong { bytes: 20_000, limit: 16_384 };
    assert!(matches!(&error, DecodeError::Value(found) if *found == expected), "{error}");
}

#[test]
fn an_arrays_length_and_elements_are_no_properties_of_it() {
    let realms = Realms::new();
    for name in ["length", "0", "7", "4294967294"] {
        let bytes = array(|put| {
            put(Token::Key(name.as_bytes()));
            put(Token::Array);
            put(Token::Holes(u32::MAX - 1));
            put(Token::End);
        });
        let error = realms.to.with(|ctx| clone::decode(&ctx, &bytes, &Limits::default(), &[]).map(drop));
        assert_eq!(error.expect_err("malformed").fault(), Fault::Malformed, "{name}");
    }
    for name in ["4294967295", "01", "-1", "x"] {
        let bytes = array(|put| [Token::Key(name.as_bytes()), Token::Null].iter().for_each(|token| put(*token)));
        realms.to.with(|ctx| clone::decode(&ctx, &bytes, &Limits::default(), &[]).map(drop)).unwrap();
    }
}

#[test]
fn missing_arguments_are_undefined_and_bounded() {
    let (realms, limits) = (Realms::new(), Limits::default());
    let args = array(|put| [Token::True, Token::Holes(3), Token::Null].iter().for_each(|token| put(*token)));
    let count = realms.to.with(|ctx| clone::decode_args(&ctx, &args, &limits, &[]).unwrap().len());
    assert_eq!(count, 5);
    let args = array(|put| put(Token::Holes(65_536)));
    assert!(realms.to.with(|ctx| clone::decode_args(&ctx, &args, &limits, &[]).is_err()));
}

#[test]
fn what_the_engine_cannot_make_is_not_the_senders_fault() {
    let realms = Realms::new();
    let bytes = array(|put| put(Token::RegExp { source: b"(", flags: "" }));
    realms.to.with(|ctx| {
        let error = clone::decode(&ctx, &bytes, &Limits::default(), &[]).map(drop).expect_err("no expression");
        assert_eq!(error.fault(), Fault::Engine);
        drop(ctx.catch());
    });
}

#[test]
fn many_buffers_in_one_message_are_told_apart_quickly() {
    let (realms, limits) = (Realms::new(), Limits::default());
    // Each would be compared with all before it, if it were.
    let bytes = realms.encode("Array.from({length: 60_000}, () => new Uint8Array(20))").unwrap();
    realms.to.with(|ctx| clone::decode(&ctx, &bytes, &limits, &[]).map(drop)).unwrap();
}
