use super::*;
use crate::limits::Limits;
use crate::wire::{ErrorKind, Token, ViewKind, put_token};

fn bytes(tokens: &[Token<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for token in tokens {
        put_token(&mut out, *token);
    }
    out
}

fn read(bytes: &[u8]) -> Result<usize, ValueError> {
    let mut reader = TokenReader::new(bytes, &Limits::default());
    let mut count = 0;
    while reader.next_token()?.is_some() {
        count += 1;
    }
    Ok(count)
}

#[track_caller]
fn accepted(tokens: &[Token<'_>]) {
    assert_eq!(read(&bytes(tokens)), Ok(tokens.len()), "{tokens:?}");
}

#[track_caller]
fn refused(tokens: &[Token<'_>], text: &str) {
    let error = read(&bytes(tokens)).expect_err("must be refused").to_string();
    assert!(error.contains(text), "{tokens:?}: {error}");
}

const BUFFER: Token<'_> = Token::Buffer { max: None, bytes: &[0; 8] };
const VIEW: Token<'_> = Token::View { kind: ViewKind::Uint16, offset: 2, length: 4 };

#[test]
fn every_container_is_accepted_with_what_belongs_in_it() {
    use Token::*;
    accepted(&[Undefined]);
    accepted(&[Array, Int(1), Holes(3), Null, Key(b"name"), True, KeyRef(0), False, End]);
    accepted(&[Object, Key(b"a"), Ref(0), Key(b""), Object, End, End]);
    accepted(&[Map, Map, End, Set, End, End]);
    accepted(&[Set, Str(b"x"), Port(0), Set, End, End]);
    accepted(&[Error(ErrorKind::Error), Key(b"message"), Str(b"no"), End]);
    accepted(&[Array, Boxed, Str(b"x"), Boxed, Int(1), Date(f64::NAN), End]);
    accepted(&[RegExp { source: b"a+", flags: "gi" }]);
    accepted(&[Array, VIEW, BUFFER, VIEW, Ref(2), Bytes(&[1]), End]);
    accepted(&[BigInt { negative: false, magnitude: &[] }]);
}

#[test]
fn what_stands_in_the_wrong_place_is_refused() {
    use Token::*;
    refused(&[End], "an end where a value belongs");
    refused(&[Key(b"a")], "a property name where a value belongs");
    refused(&[Holes(1)], "a hole outside");
    refused(&[Array, Holes(0), End], "empty run of holes");
    refused(&[Array, Holes(u32::MAX), Null, End], "longer than 4294967295");
    refused(&[Array, Key(b"a"), Null, Null, End], "where a property name belongs");
    refused(&[Array, Key(b"a"), Null, Holes(1), End], "a hole outside");
    refused(&[Object, Null, End], "null where a property name belongs");
    refused(&[Object, Key(b"a"), Key(b"b"), Null, End], "a property name where a value belongs");
    refused(&[Object, Key(b"a"), End], "an end where a value belongs");
    refused(&[Map, Null, End], "an end where a value belongs");
    refused(&[Set, Key(b"a"), Null, End], "a property name where");
    refused(&[Boxed, Object, End], "an object in a boxed primitive");
    refused(&[Boxed, Null], "null in a boxed primitive");
    refused(&[Array, Boxed, End], "an end in a boxed primitive");
    refused(&[Boxed, Boxed, Int(1)], "boxed primitive");
    refused(&[VIEW, Bytes(&[0; 8])], "bytes as the buffer of a view");
    refused(&[Array, VIEW, Ref(0), End], "a reference as the buffer of a view");
    refused(&[View { kind: ViewKind::Uint8, offset: 7, length: 2 }, BUFFER], "view of 2 bytes at 7");
    refused(&[View { kind: ViewKind::Uint8, offset: u64::MAX, length: 2 }, BUFFER], "view");
    refused(&[View { kind: ViewKind::Float64, offset: 4, length: 0 }, BUFFER], "view");
    refused(&[Buffer { max: Some(1), bytes: &[1, 2] }], "larger than its own limit");
    refused(&[BigInt { negative: true, magnitude: &[] }], "shortest form");
    refused(&[BigInt { negative: false, magnitude: &[1, 0] }], "shortest form");
    refused(&[Str(b"\xFF")], "not WTF-8");
    refused(&[Object, Key(b"\xC0\x80"), Null, End], "not WTF-8");
    refused(&[Ref(0)], "reference to object 0, but only 0 came before");
    refused(&[Array, Ref(1), End], "reference to object 1, but only 1");
    refused(&[Object, KeyRef(0), Null, End], "reference to key 0");
    refused(&[Null, Null], "1 bytes follow the value");
    refused(&[Array], "ends early");
    refused(&[], "ends early");
}

#[test]
fn depth_and_token_counts_are_bounded() {
    let deep = bytes(&vec![Token::Array; 100_000]);
    assert_eq!(read(&deep), Err(ValueError::TooDeep { limit: 2_000 }));

    let limits = Limits { tokens: 10, ..Limits::default() };
    let mut wide = vec![Token::Null; 20];
    wide.insert(0, Token::Array);
    let wide = bytes(&wide);
    let mut reader = TokenReader::new(&wide, &limits);
    assert_eq!(reader.skip_value(), Err(ValueError::TooManyTokens { limit: 10 }));
}

#[test]
fn a_repeated_name_becomes_a_number() {
    let mut out = vec![0xEE];
    let mut writer = TokenWriter::new(&mut out);
    writer.put(Token::Array);
    for _ in 0..2 {
        writer.put(Token::Object);
        for name in ["id", "name", "", "id"] {
            writer.key(name);
            writer.put(Token::Null);
        }
        writer.put(Token::End);
    }
    writer.put(Token::End);
    assert_eq!((writer.objects(), writer.keys()), (3, 4));

    let mut reader = TokenReader::new(&out[1..], &Limits::default());
    let mut names = Vec::new();
    while let Some(token) = reader.next_token().expect("well-formed") {
        if matches!(token, Token::Key(_) | Token::KeyRef(_)) {
            let number = reader.last_key().expect("a name was read");
            names.push((number, reader.key(number).expect("known")));
        }
    }
    let expected: [(u32, &[u8]); 8] =
        [(0, b"id"), (1, b"name"), (2, b""), (0, b"id"), (0, b"id"), (1, b"name"), (3, b""), (0, b"id")];
    assert_eq!(names, expected);
}

#[test]
fn thousands_of_names_are_told_apart() {
    let names: Vec<String> = (0..3_000).map(|n| format!("key{}", n % 1_000)).collect();
    let mut out = Vec::new();
    let mut writer = TokenWriter::new(&mut out);
    writer.put(Token::Object);
    for name in &names {
        writer.key(name);
        writer.put(Token::Null);
    }
    writer.put(Token::End);

    let mut reader = TokenReader::new(&out, &Limits::default());
    let mut read = Vec::new();
    while let Some(token) = reader.next_token().expect("well-formed") {
        if matches!(token, Token::Key(_) | Token::KeyRef(_)) {
            read.push(reader.last_key().and_then(|number| reader.key(number)).expect("known"));
        }
    }
    assert!(names.iter().map(String::as_bytes).eq(read));
}

#[test]
fn a_spliced_value_keeps_its_references() {
    use Token::*;
    let inner = bytes(&[Object, Key(b"me"), Ref(0), Key(b"x"), Set, End, KeyRef(1), Ref(1), End]);
    let mut out = Vec::new();
    let mut writer = TokenWriter::new(&mut out);
    writer.put(Array);
    writer.put(Object);
    writer.key("k");
    writer.put(Null);
    writer.put(End);
    writer.splice(&inner, &Limits::default()).expect("well-formed");
    writer.put(Object);
    writer.key("k");
    writer.put(Ref(2));
    writer.put(End);
    writer.put(End);
    assert_eq!((writer.objects(), writer.keys()), (5, 3));

    let expected = bytes(&[
        Array,
        Object,
        Key(b"k"),
        Null,
        End, //
        Object,
        Key(b"me"),
        Ref(2),
        Key(b"x"),
        Set,
        End,
        KeyRef(2),
        Ref(3),
        End, //
        Object,
        KeyRef(0),
        Ref(2),
        End,
        End,
    ]);
    assert_eq!(out, expected);
    assert!(read(&out).is_ok());
}

#[test]
fn a_hostile_value_cannot_break_out_of_the_one_it_is_spliced_into() {
    let mut out = Vec::new();
    let mut writer = TokenWriter::new(&mut out);
    writer.put(Token::Array);
    let escape = bytes(&[Token::Null, Token::End]);
    assert_eq!(writer.splice(&escape, &Limits::default()), Err(ValueError::Trailing { bytes: 1 }));
}

#[test]
fn skipping_stops_behind_the_value() {
    use Token::*;
    let out = bytes(&[Array, Object, Key(b"a"), Array, End, End, VIEW, BUFFER, Boxed, Int(1), Null, End]);
    let mut reader = TokenReader::new(&out, &Limits::default());
    assert_eq!(reader.next_token(), Ok(Some(Array)));
    for _ in 0..3 {
        reader.skip_value().expect("a value");
    }
    assert_eq!(reader.next_token(), Ok(Some(Null)));
    assert!(reader.skip_value().is_err(), "the array ends here");
}

#[test]
fn no_cut_and_no_flipped_bit_panics_or_hangs() {
    use Token::*;
    let whole = bytes(&[
        Array,
        Object,
        Key(b"a"),
        Int(300),
        KeyRef(0),
        Ref(1),
        End,
        Map,
        Str(b"k"),
        Float(1.5),
        End, //
        VIEW,
        BUFFER,
        Boxed,
        Str(b"x"),
        Bytes(&[1, 2]),
        Date(0.0),
        Set,
        End,
        RegExp { source: b"x", flags: "g" }, //
        Error(ErrorKind::TypeError),
        Key(b"message"),
        Str(b"m"),
        End,
        Holes(7),
        BigInt { negative: true, magnitude: &[9] },
        Key(b"named"),
        Undefined,
        End,
    ]);
    assert!(read(&whole).is_ok());
    for cut in 0..whole.len() {
        assert!(read(&whole[..cut]).is_err(), "cut at {cut}");
    }
    for index in 0..whole.len() {
        for value in 0..=u8::MAX {
            let mut broken = whole.clone();
            broken[index] = value;
            let _ = read(&broken);
        }
    }
}

#[test]
fn a_reader_that_failed_goes_on_failing() {
    use Token::*;
    let mistakes: [&[Token<'_>]; 4] =
        [&[Boxed, Object, End], &[Str(b"\xFF")], &[Array, Key(b"\xFF"), Null, End], &[Null, Null]];
    for tokens in mistakes {
        let out = bytes(tokens);
        let mut reader = TokenReader::new(&out, &Limits::default());
        while reader.next_token().is_ok() {}
        for _ in 0..4 {
            assert_eq!(reader.next_token(), Err(ValueError::UnexpectedEnd), "{tokens:?}");
        }
    }
}

#[test]
fn long_text_is_known_to_be_ascii_or_not() {
    let long = "plain text ".repeat(10);
    for (text, ascii) in [(long.clone(), true), (format!("{long}ü"), false), ("short".to_owned(), false)] {
        let bytes = bytes(&[Token::Str(text.as_bytes())]);
        let mut reader = TokenReader::new(&bytes, &Limits::default());
        assert_eq!(reader.next_token(), Ok(Some(Token::Str(text.as_bytes()))));
        assert_eq!(reader.is_ascii(), ascii, "{text}");
    }
}
