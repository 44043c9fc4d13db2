//! Bytes that no honest peer writes.

use ipc_proto::limits::Limits;
use ipc_proto::wire::{ErrorKind, Token, ViewKind, put_token};
use script_host::clone::{self, DecodeError};
use script_host::js::{Context, Runtime};

use super::Realms;

fn bytes_of(tokens: &[Token<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for token in tokens {
        put_token(&mut bytes, *token);
    }
    bytes
}

/// Decodes; whatever happens, the realm has to work afterwards.
fn decode(realms: &Realms, bytes: &[u8]) -> Result<(), DecodeError> {
    realms.to.with(|ctx| {
        let result = clone::decode(&ctx, bytes, &Limits::default(), &[]).map(drop);
        drop(ctx.catch());
        assert_eq!(ctx.eval::<i32, _>("[1, 2].map(x => x * 2)[1]").unwrap(), 4);
        result
    })
}

fn sample() -> Vec<u8> {
    Realms::new()
        .encode(
            "...(() => { const o = {id: 1, name: 'ü\\ud800', list: [1, , 'x']}; const b = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]); \
             return [o, [o, -1.5, 2n**70n, null], new Map([['k', o], [o, new Set([1, 'a'])]]), new Date(5), /ab+/gi, Object('boxed'), \
             new TypeError('bad', {cause: o}), b, b.subarray(2), new Float64Array(b.buffer), new DataView(b.buffer, 1), new ArrayBuffer(3, {maxByteLength: 9}), \
             Object.assign([1], {named: 2}), true, undefined] })()",
        )
        .unwrap()
}

#[test]
fn every_truncation_is_an_error() {
    let (realms, bytes) = (Realms::new(), sample());
    decode(&realms, &bytes).unwrap();
    for len in 0..bytes.len() {
        assert!(decode(&realms, &bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
}

#[test]
fn every_flipped_byte_is_survived() {
    let (realms, bytes) = (Realms::new(), sample());
    for at in 0..bytes.len() {
        for flip in [0x01, 0x02, 0x04, 0x10, 0x40, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            let _ = decode(&realms, &bytes);
        }
    }
}

#[test]
fn arrays_of_nothing_but_holes_cost_nothing() {
    let realms = Realms::new();
    decode(&realms, &bytes_of(&[Token::Array, Token::Holes(u32::MAX), Token::End])).unwrap();
    let many = [Token::Array, Token::Int(1), Token::Holes(4_000_000_000), Token::Int(2), Token::Holes(7), Token::End];
    let bytes = bytes_of(&many);
    realms.to.with(|ctx| {
        let value = clone::decode(&ctx, &bytes, &Limits::default(), &[]).unwrap();
        ctx.globals().set("a", value).unwrap();
        assert!(
            ctx.eval::<bool, _>(
                "a.length === 4000000009 && a[0] === 1 && a[4000000001] === 2 && Object.keys(a).length === 2"
            )
            .unwrap()
        );
        let error = clone::decode_args(&ctx, &bytes, &Limits::default(), &[]).unwrap_err();
        assert!(error.to_string().contains("65535 arguments"), "{error}");
    });
    let over = [Token::Array, Token::Holes(u32::MAX), Token::Holes(u32::MAX), Token::End];
    assert!(decode(&realms, &bytes_of(&over)).is_err());
}

#[test]
fn references_share_instead_of_multiplying() {
    let mut tokens = vec![Token::Array];
    for level in 0..1_000 {
        tokens.extend([Token::Array, Token::Int(1), Token::End]);
        tokens.extend([Token::Ref(level + 1); 50]);
    }
    tokens.push(Token::End);
    decode(&Realms::new(), &bytes_of(&tokens)).unwrap();
}

#[test]
fn references_into_open_arrays_are_cycles() {
    let realms = Realms::new();
    let tokens = [
        Token::Array,
        Token::Int(1),
        Token::Array,
        Token::Int(2),
        Token::Map,
        Token::Ref(0),
        Token::Array,
        Token::Ref(1),
        Token::Int(3),
        Token::End,
        Token::End,
        Token::Int(4),
        Token::End,
        Token::Int(5),
        Token::End,
    ];
    let bytes = bytes_of(&tokens);
    realms.to.with(|ctx| {
        let value = clone::decode(&ctx, &bytes, &Limits::default(), &[]).unwrap();
        ctx.globals().set("a", value).unwrap();
        let good = "a.length === 3 && a[0] === 1 && a[2] === 5 && a[1].length === 3 && a[1][0] === 2 && a[1][2] === 4 && a[1][1].get(a)[0] === a[1] && a[1][1].get(a)[1] === 3";
        assert!(ctx.eval::<bool, _>(good).unwrap());
        ctx.eval::<(), _>("a = null; 0").unwrap();
    });
}

#[test]
fn arguments_that_refer_to_their_own_list_are_taken() {
    let bytes = bytes_of(&[Token::Array, Token::Int(1), Token::Ref(0), Token::Holes(2), Token::End]);
    Realms::new().to.with(|ctx| {
        let args = clone::decode_args(&ctx, &bytes, &Limits::default(), &[]).unwrap();
        assert_eq!(args.len(), 4);
        assert_eq!(args[1].as_array().unwrap().len(), 4);
        assert!(args[3].is_undefined());
        drop(args);
        ctx.eval::<(), _>("Object.defineProperty(Array.prototype, 3, { get: () => 'a hole', configurable: true }); 0")
            .unwrap();
        let args = clone::decode_args(&ctx, &bytes, &Limits::default(), &[]).unwrap();
        assert!(args[3].is_undefined(), "no getter of a script runs");
        drop(args);
        ctx.eval::<(), _>("delete Array.prototype[3]; 0").unwrap();
        let not_args = bytes_of(&[Token::Int(1)]);
        assert!(matches!(clone::decode_args(&ctx, &not_args, &Limits::default(), &[]), Err(DecodeError::NotArguments)));
    });
}

#[test]
fn a_name_given_twice_frees_nothing_that_is_still_named() {
    let tokens = [
        Token::Object,
        Token::Key(b"a"),
        Token::Array,
        Token::End,
        Token::KeyRef(0),
        Token::Int(1),
        Token::Key(b"b"),
        Token::Ref(1),
        Token::Key(b"a"),
        Token::Ref(1),
        Token::End,
    ];
    decode(&Realms::new(), &bytes_of(&tokens)).unwrap();
    let tokens = [
        Token::Map,
        Token::Int(1),
        Token::Array,
        Token::End,
        Token::Int(1),
        Token::Int(2),
        Token::Int(3),
        Token::Ref(1),
        Token::End,
    ];
    decode(&Realms::new(), &bytes_of(&tokens)).unwrap();
}

#[test]
fn what_the_engine_refuses_is_an_error_not_a_crash() {
    let realms = Realms::new();
    let long = vec![1; 1 << 20];
    for tokens in [
        vec![Token::RegExp { source: b"(", flags: "" }],
        vec![Token::RegExp { source: b"a", flags: "gg" }],
        vec![Token::RegExp { source: b"a", flags: "uv" }],
        vec![Token::BigInt { negative: false, magnitude: &long }],
        vec![Token::BigInt { negative: true, magnitude: &long }],
        vec![Token::Buffer { max: Some(u64::MAX), bytes: b"" }],
        vec![Token::Port(0)],
    ] {
        assert!(decode(&realms, &bytes_of(&tokens)).is_err(), "{tokens:?}");
    }
    let nested = vec![b'('; 1 << 20];
    assert!(decode(&realms, &bytes_of(&[Token::RegExp { source: &nested, flags: "" }])).is_err());
}

#[test]
fn odd_but_valid_values_are_taken() {
    let realms = Realms::new();
    let error = [
        Token::Error(ErrorKind::TypeError),
        Token::Key(b"cause"),
        Token::Ref(0),
        Token::Key(b"code"),
        Token::Str(b"ENOENT"),
        Token::Key(b"name"),
        Token::Int(1),
        Token::End,
    ];
    for tokens in [
        &error[..],
        &[Token::Date(1e300)],
        &[Token::Date(0.5)],
        &[Token::Uint(u64::MAX)],
        &[Token::Int(i64::MIN)],
        &[Token::Buffer { max: Some(1 << 30), bytes: b"x" }],
        &[Token::View { kind: ViewKind::Float64, offset: 8, length: 0 }, Token::Buffer { max: None, bytes: &[0; 8] }],
        &[Token::Boxed, Token::Str(b"x")],
    ] {
        decode(&realms, &bytes_of(tokens)).unwrap_or_else(|error| panic!("{tokens:?}: {error}"));
    }
}

#[test]
fn a_value_too_large_for_the_engine_is_an_exception() {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| clone::prepare(&ctx).unwrap());
    runtime.set_memory_limit(4 << 20);
    let large = vec![7; 8 << 20];
    for token in [Token::Bytes(&large), Token::Buffer { max: None, bytes: &large }, Token::Str(&large)] {
        let bytes = bytes_of(&[token]);
        context.with(|ctx| {
            assert!(clone::decode(&ctx, &bytes, &Limits::default(), &[]).is_err());
            drop(ctx.catch());
        });
    }
    let mut many = vec![Token::Array];
    many.extend(std::iter::repeat_n([Token::Object, Token::End], 200_000).flatten());
    many.push(Token::End);
    let bytes = bytes_of(&many);
    context.with(|ctx| {
        assert!(clone::decode(&ctx, &bytes, &Limits::default(), &[]).is_err());
        drop(ctx.catch());
        assert_eq!(ctx.eval::<i32, _>("1 + 1").unwrap(), 2);
    });
}

#[test]
fn deep_values_are_refused_without_using_the_stack() {
    let tokens = vec![Token::Array; 1_000_000];
    let error = decode(&Realms::new(), &bytes_of(&tokens)).unwrap_err();
    assert!(error.to_string().contains("deeper than 2000"), "{error}");
}

#[test]
fn random_bytes_are_survived() {
    let realms = Realms::new();
    let mut random = super::random::Random::seeded("HOSTILE_SEED");
    for _ in 0..20_000 {
        let len = random.below(40) as usize;
        let bytes: Vec<u8> = (0..len)
            .map(|_| {
                let bits = random.next();
                // Mostly token numbers, so that something comes of it.
                (if bits & 0x300 == 0 { bits & 0xff } else { bits % 28 }) as u8
            })
            .collect();
        let _ = decode(&realms, &bytes);
    }
}
