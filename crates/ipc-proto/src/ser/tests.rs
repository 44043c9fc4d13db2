use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};

use super::*;
use crate::payload::Payload;
use crate::wire::{Token, put_token};

fn bytes(tokens: &[Token<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for token in tokens {
        put_token(&mut out, *token);
    }
    out
}

#[track_caller]
fn becomes<T: Serialize + ?Sized>(value: &T, tokens: &[Token<'_>]) {
    let mut out = vec![0xEE];
    encode_into(&mut out, value).expect("encodes");
    assert_eq!(out[1..], bytes(tokens), "{:?}", Payload::from_vec(out[1..].to_vec()));
}

#[test]
fn scalars_become_their_tokens() {
    use Token::*;
    becomes(&(), &[Undefined]);
    becomes(&None::<i32>, &[Null]);
    becomes(&Some(1_u8), &[Int(1)]);
    becomes(&true, &[True]);
    becomes(&u64::MAX, &[Uint(u64::MAX)]);
    becomes(&i64::MIN, &[Int(i64::MIN)]);
    becomes(&1.0_f32, &[Float(1.0)]);
    becomes(&'é', &[Str("é".as_bytes())]);
    becomes("text", &[Str(b"text")]);
    becomes(serde_bytes::Bytes::new(&[1, 2]), &[Bytes(&[1, 2])]);
    becomes(&5_i128, &[Int(5)]);
    becomes(&(u128::from(u64::MAX) + 1), &[BigInt { negative: false, magnitude: &[0, 0, 0, 0, 0, 0, 0, 0, 1] }]);
    becomes(&(i128::from(i64::MIN) - 1), &[BigInt { negative: true, magnitude: &[1, 0, 0, 0, 0, 0, 0, 128] }]);
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Wrapper(i32);

#[derive(Serialize)]
struct Record {
    id: u32,
    name: &'static str,
}

#[derive(Serialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i32, i32),
    Rect { w: i32 },
}

#[test]
fn compound_types_become_containers() {
    use Token::*;
    becomes(&(Unit, ()), &[Array, Undefined, Null, End]);
    becomes(&Wrapper(3), &[Int(3)]);
    becomes(&(1, "a"), &[Array, Int(1), Str(b"a"), End]);
    becomes(
        &[Record { id: 1, name: "a" }, Record { id: 2, name: "b" }],
        &[
            Array,
            Object,
            Key(b"id"),
            Int(1),
            Key(b"name"),
            Str(b"a"),
            End, //
            Object,
            KeyRef(0),
            Int(2),
            KeyRef(1),
            Str(b"b"),
            End,
            End,
        ],
    );
    becomes(&Shape::Point, &[Str(b"Point")]);
    becomes(&Shape::Circle(0.5), &[Object, Key(b"Circle"), Float(0.5), End]);
    becomes(&Shape::Line(1, 2), &[Object, Key(b"Line"), Array, Int(1), Int(2), End, End]);
    becomes(&Shape::Rect { w: 1 }, &[Object, Key(b"Rect"), Object, Key(b"w"), Int(1), End, End]);
}

#[test]
fn the_first_key_decides_what_a_map_becomes() {
    use Token::*;
    becomes(&HashMap::<String, i32>::new(), &[Object, End]);
    becomes(&BTreeMap::from([("a", 1), ("b", 2)]), &[Object, Key(b"a"), Int(1), Key(b"b"), Int(2), End]);
    becomes(&BTreeMap::from([(1, "x")]), &[Map, Int(1), Str(b"x"), End]);
    becomes(&BTreeMap::from([((1, "k"), ())]), &[Map, Array, Int(1), Str(b"k"), End, Null, End]);
    becomes(&BTreeMap::from([(BTreeMap::from([("k", 1)]), 2)]), &[Map, Object, Key(b"k"), Int(1), End, Int(2), End]);
    becomes(&BTreeMap::from([("o", BTreeMap::from([(1, 2)]))]), &[Object, Key(b"o"), Map, Int(1), Int(2), End, End]);
}

#[test]
fn mixed_keys_are_an_error_and_leave_the_buffer_alone() {
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    #[serde(untagged)]
    enum Key {
        Text(&'static str),
        Number(i32),
    }
    let map = BTreeMap::from([(Key::Text("a"), 1), (Key::Number(1), 2)]);
    let mut out = vec![7];
    let error = encode_into(&mut out, &[map]).expect_err("mixed");
    assert_eq!(error.to_string(), "[0][1]: a map with both string keys and others cannot travel; use keys of one kind");
    assert_eq!(out, [7]);
}

#[test]
fn a_type_nested_too_deep_is_an_error_and_no_overflow() {
    #[derive(Serialize)]
    struct Nested(Option<Box<Nested>>, ());
    let mut deep = Nested(None, ());
    for _ in 0..127 {
        deep = Nested(Some(Box::new(deep)), ());
    }
    assert!(Payload::from_serialize(&deep).is_ok());
    deep = Nested(Some(Box::new(deep)), ());
    assert_eq!(Payload::from_serialize(&deep), Err(ValueError::TooDeep { limit: 128 }));
}

#[test]
fn an_error_in_a_type_names_the_way_to_it() {
    #[derive(Serialize)]
    struct Outer {
        users: Vec<Bad>,
    }
    struct Bad;
    impl Serialize for Bad {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    let error = Payload::from_serialize(&(1, Outer { users: vec![Bad] })).expect_err("fails");
    assert_eq!(error.to_string(), "[1].users[0]: no");
    assert_eq!(error.under("args").to_string(), "args[1].users[0]: no");
}

#[test]
fn the_empty_name_stays_empty_among_many_others() {
    let map: std::collections::BTreeMap<String, i32> =
        (0..20).map(|n| (format!("name {n}"), n)).chain([(String::new(), -1)]).collect();
    let maps = vec![map.clone(), map];
    let payload = crate::payload::Payload::from_serialize(&maps).expect("encodes");
    assert_eq!(payload.decode::<Vec<std::collections::BTreeMap<String, i32>>>(), Ok(maps));
}
