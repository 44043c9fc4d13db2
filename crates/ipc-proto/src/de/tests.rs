mod short_cuts;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::{Deserialize, Serialize};

use super::*;
use crate::payload::{Payload, PayloadRef};
use crate::value::Value;
use crate::wire::{ErrorKind, Token, ViewKind, put_token};
use crate::wtf8::WtfString;

fn bytes(tokens: &[Token<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for token in tokens {
        put_token(&mut out, *token);
    }
    out
}

#[track_caller]
fn reads<T: for<'de> Deserialize<'de> + PartialEq + Debug>(tokens: &[Token<'_>], expected: T) {
    assert_eq!(PayloadRef::new(&bytes(tokens)).decode(), Ok(expected), "{tokens:?}");
}

#[track_caller]
fn fails<T: for<'de> Deserialize<'de> + Debug>(tokens: &[Token<'_>], text: &str) {
    let error = PayloadRef::new(&bytes(tokens)).decode::<T>().expect_err("must fail");
    assert_eq!(error.to_string(), text, "{tokens:?}");
}

#[track_caller]
fn round_trips<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(value: T) {
    let payload = Payload::from_serialize(&value).expect("encodes");
    assert_eq!(payload.decode(), Ok(value), "{payload:?}");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct User {
    name: String,
    age: u8,
    #[serde(default)]
    tags: Vec<String>,
    boss: Option<Box<User>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i32, i32),
    Rect { w: i32, h: i32 },
}

fn user() -> User {
    let boss = User { name: "Grace".into(), age: 85, tags: Vec::new(), boss: None };
    User { name: "Ada".into(), age: 36, tags: vec!["x".into()], boss: Some(Box::new(boss)) }
}

#[test]
fn serde_types_round_trip() {
    round_trips(());
    round_trips((i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN));
    round_trips((u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX));
    round_trips((1.5_f32, f64::INFINITY, -0.0, 'é', true));
    round_trips((Some(1), None::<i32>, Some(String::new())));
    round_trips(vec![vec![1, 2], vec![]]);
    round_trips(user());
    round_trips(vec![Shape::Point, Shape::Circle(1.0), Shape::Line(1, 2), Shape::Rect { w: 1, h: 2 }]);
    round_trips(HashMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    round_trips(BTreeMap::from([(1, 'a'), (-2, 'b')]));
    round_trips(BTreeMap::from([((1, true), Shape::Point)]));
    round_trips(BTreeMap::from([(true, BTreeMap::<String, i32>::new())]));
    round_trips(serde_bytes::ByteBuf::from(vec![1, 2, 3]));
    round_trips(WtfString::from_utf16([0x61, 0xD800]));
    round_trips(serde_json::json!({ "a": [1, 2.5, null, true, "x"], "b": {} }));
}

#[test]
fn serde_attributes_work() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type")]
    enum Tagged {
        A { x: i32 },
        B,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Number(i64),
        Text(String),
        Many(Vec<Untagged>),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        a: i32,
        #[serde(flatten)]
        rest: BTreeMap<String, i64>,
    }
    round_trips(vec![Tagged::A { x: 1 }, Tagged::B]);
    round_trips(Untagged::Many(vec![Untagged::Number(1), Untagged::Text("x".into())]));
    round_trips(Flat { a: 1, rest: BTreeMap::from([("b".into(), 2)]) });
}

#[test]
fn strings_and_bytes_are_borrowed() {
    let payload = Payload::from_serialize(&("text", serde_bytes::Bytes::new(&[1, 2]))).expect("encodes");
    let (text, data): (&str, &[u8]) = payload.decode().expect("decodes");
    assert_eq!((text, data), ("text", &[1_u8, 2][..]));
    assert!(payload.as_bytes().as_ptr_range().contains(&text.as_ptr()));
    assert!(payload.as_bytes().as_ptr_range().contains(&data.as_ptr()));
}

#[test]
fn numbers_fit_wherever_they_are_exact() {
    use Token::*;
    reads(&[Float(3.0)], 3_u8);
    reads(&[Float(-0.0)], 0_i32);
    reads(&[Int(3)], 3.0_f64);
    reads(&[Uint(u64::MAX)], u64::MAX as f64);
    reads(&[BigInt { negative: true, magnitude: &[5] }], -5_i8);
    reads(&[BigInt { negative: false, magnitude: &[255; 16] }], u128::MAX);
    fails::<u8>(&[Int(300)], "expected u8, found number 300");
    fails::<u8>(&[Int(-1)], "expected u8, found number -1");
    fails::<i32>(&[Float(1.5)], "expected i32, found number 1.5");
    fails::<i64>(&[Float(9_223_372_036_854_775_808.0)], "expected i64, found number 9223372036854776000");
    fails::<i64>(&[Float(f64::NAN)], "expected i64, found number NaN");
    fails::<f64>(&[Str(b"1")], "expected f64, found string \"1\"");
    fails::<u128>(
        &[BigInt { negative: false, magnitude: &[255; 17] }],
        "the BigInt is beyond 128 bits; decode a Value to read it",
    );
}

#[test]
fn structured_clone_kinds_become_their_nearest_rust_types() {
    use Token::*;
    const BUFFER: Token<'_> = Buffer { max: None, bytes: &[1, 2, 3, 4] };
    const VIEW: Token<'_> = View { kind: ViewKind::Uint8, offset: 1, length: 2 };
    const SHORTS: Token<'_> = View { kind: ViewKind::Int16, offset: 2, length: 2 };
    reads(&[Undefined], None::<i32>);
    reads(&[Null], None::<i32>);
    reads(&[Null], ());
    reads(&[Date(12.0)], 12.0);
    reads(&[RegExp { source: b"a+", flags: "g" }], "/a+/g".to_owned());
    reads(&[Boxed, Str(b"x")], "x".to_owned());
    reads(&[Array, Boxed, Int(1), Ref(1), End], vec![1, 1]);
    reads(&[Boxed, True], Some(true));
    reads(&[Set, Int(1), Int(2), End], vec![1, 2]);
    reads(&[Map, Str(b"a"), Int(1), End], BTreeMap::from([("a".to_owned(), 1)]));
    reads(&[Array, Int(1), Holes(2), Int(2), Key(b"named"), Null, End], vec![Some(1), None, None, Some(2)]);
    reads(&[Bytes(&[1, 2])], vec![1_u8, 2]);
    reads(&[BUFFER], vec![1_u8, 2, 3, 4]);
    reads(&[VIEW, BUFFER], vec![2_u8, 3]);
    reads(&[VIEW, BUFFER], serde_bytes::ByteBuf::from(vec![2, 3]));
    reads(&[SHORTS, BUFFER], vec![0x0403_i16]);
    reads(&[Array, VIEW, BUFFER, VIEW, Ref(2), Ref(1), End], vec![vec![2_u8, 3]; 3]);
    reads(
        &[Error(ErrorKind::TypeError), Key(b"message"), Str(b"no"), Key(b"name"), Str(b"x"), End],
        BTreeMap::from([("name".to_owned(), "TypeError".to_owned()), ("message".to_owned(), "no".to_owned())]),
    );
    reads(&[Object, Key(b"1"), True, End], BTreeMap::from([(1_u32, true)]));
    let mapped: BTreeMap<String, Value> =
        Payload::from_vec(bytes(&[Error(ErrorKind::Error), End])).decode().expect("ok");
    assert_eq!(format!("{mapped:?}"), "{\"name\": 'Error'}");
    fails::<BTreeMap<u32, bool>>(&[Object, Key(b"x"), True, End], "expected u32 as property name, found \"x\"");
    fails::<serde_json::Value>(&[Port(0)], "a port cannot become a Rust value; take it from the message");
}

#[test]
fn the_arguments_of_a_call_are_read_as_javascript_reads_them() {
    use Token::*;
    let two = [Array, Int(4), Int(5), End];
    reads(&two, (4, 5));
    reads(&two, (4,));
    reads(&two, ());
    reads(&two, (4, 5, None::<i32>));
    fails::<(i32, i32, i32)>(&two, "expected 3 elements, found 2");
    fails::<(i32,)>(&[Array, End], "expected 1 element, found 0");
    fails::<((i32, i32),)>(&[Array, Array, Int(1), End, End], "[0]: expected 2 elements, found 1");
    fails::<((i32,),)>(&[Array, Array, Int(1), Holes(2), Null, End, End], "[0]: expected 1 element, found 4");
    fails::<((),)>(&[Array, Array, End, End], "[0]: expected unit, found an array");
}

#[test]
fn errors_name_the_way_to_the_culprit() {
    let payload = Payload::from_serialize(&serde_json::json!([{ "user": { "name": "A", "age": "x" } }])).expect("ok");
    #[derive(Debug, Deserialize)]
    struct Request {
        #[expect(dead_code, reason = "only its type matters")]
        user: User,
    }
    let error = payload.decode::<(Request,)>().expect_err("age is no number").under("args");
    assert_eq!(error.to_string(), "args[0].user.age: expected u8, found string \"x\"");

    use Token::*;
    fails::<User>(&[Object, Key(b"name"), Null, End], "name: expected a string, found null");
    fails::<User>(&[Object, End], "property `name` is missing");
    fails::<BTreeMap<String, bool>>(
        &[Object, Key(b"a b"), Int(1), End],
        "[\"a b\"]: expected a boolean, found number 1",
    );
    fails::<Shape>(
        &[Str(b"Blob")],
        "expected one of [\"Point\", \"Circle\", \"Line\", \"Rect\"], found string \"Blob\"",
    );
    fails::<Shape>(&[Str(b"Circle")], "variant `Circle` needs a value, found only its name");
    fails::<Shape>(
        &[Object, Key(b"Rect"), Object, Key(b"w"), True, End, End],
        "Rect.w: expected i32, found boolean true",
    );
    fails::<Shape>(&[Object, End], "expected an object with one property, the name of a variant");
    fails::<Shape>(
        &[Object, Key(b"Point"), Null, Key(b"x"), Null, End],
        "expected an object with one property, the name of a variant",
    );
    fails::<String>(&[Str(b"a\xED\xA0\xBD")], "the string has a lone surrogate (\\uD83D); a WtfString can hold it");
    reads(
        &[Object, Key(b"\xED\xA0\xBD"), Int(1), Key(b"name"), Str(b"A"), Key(b"age"), Int(1), End],
        User { name: "A".into(), age: 1, tags: Vec::new(), boss: None },
    );
}

#[test]
fn shared_objects_are_read_again_and_cycles_are_refused() {
    use Token::*;
    reads(
        &[Array, Object, Key(b"a"), Int(1), End, Ref(1), Ref(1), End],
        vec![BTreeMap::from([("a".to_owned(), 1)]); 3],
    );
    // The object's own names and references keep their numbers when it is read again.
    reads(
        &[Array, Array, Object, Key(b"k"), Int(1), End, Ref(2), End, Object, Key(b"z"), Int(2), End, Ref(1), End],
        serde_json::json!([[{ "k": 1 }, { "k": 1 }], { "z": 2 }, [{ "k": 1 }, { "k": 1 }]]),
    );
    let itself = "[0]: the value contains itself, which this type cannot; decode a Value instead";
    fails::<serde_json::Value>(&[Array, Ref(0), End], itself);
    fails::<serde_json::Value>(
        &[Array, Array, Array, Ref(1), End, End, Ref(2), End],
        "[0][0][0]: the value contains itself, which this type cannot; decode a Value instead",
    );
}

/// Arrays each of which names the one before it ten times.
fn laughs(levels: u32, leaf: Token<'_>) -> Vec<u8> {
    let mut tokens = vec![Token::Array, Token::Array, leaf, Token::End];
    for level in 1..levels {
        tokens.push(Token::Array);
        tokens.extend([Token::Ref(level); 10]);
        tokens.push(Token::End);
    }
    tokens.push(Token::End);
    bytes(&tokens)
}

#[test]
fn a_billion_laughs_are_stopped() {
    let mut limits = Limits { tokens: 100_000, ..Limits::default() };
    let bomb = laughs(12, Token::Null);
    let result = PayloadRef::new(&bomb).decode_with::<serde_json::Value>(&limits);
    let made = ValueError::Amplified { bytes: bomb.len(), limit: limits.decoded_of(bomb.len()) };
    assert_eq!(result, Err(made));
    let result = PayloadRef::new(&bomb).decode_with::<serde::de::IgnoredAny>(&limits);
    assert_eq!(result.map(drop), Ok(()), "what is not looked at costs nothing");

    limits.frame = 1 << 20;
    let text = vec![b'x'; 100_000];
    let bomb = laughs(3, Token::Str(&text));
    let result = PayloadRef::new(&bomb).decode_with::<serde_json::Value>(&limits);
    assert_eq!(result, Err(ValueError::TooLarge { limit: 1 << 20 }));
}

#[test]
fn what_is_named_again_and_again_is_paid_for_each_time() {
    use Token::*;
    let mut tokens = vec![Array, Bytes(&[7; 1000])];
    tokens.extend(std::iter::repeat_n(Ref(1), 60_000));
    tokens.push(End);
    let bomb = bytes(&tokens);
    let result = PayloadRef::new(&bomb).decode::<Vec<crate::bytes::Bytes>>();
    assert!(matches!(result, Err(ValueError::Amplified { .. })), "{result:?}");

    let mut tokens = vec![Null; 500_002];
    (tokens[0], tokens[500_001]) = (Array, End);
    let nulls = bytes(&tokens);
    let result = PayloadRef::new(&nulls).decode::<Vec<crate::value::Value>>();
    assert!(matches!(result, Err(ValueError::Amplified { .. })), "each of them is a value of its own");
    assert_eq!(PayloadRef::new(&nulls).decode::<Vec<Option<i32>>>().map(|list| list.len()), Ok(500_000));
}

#[test]
fn holes_count_as_what_they_become() {
    use Token::*;
    let bomb = bytes(&[Array, Holes(u32::MAX), End]);
    let result = PayloadRef::new(&bomb).decode::<Vec<Option<i32>>>();
    assert_eq!(result, Err(ValueError::TooManyTokens { limit: 4_000_000 }));
}

#[test]
fn nesting_is_refused_before_it_overflows_the_stack() {
    let deep = bytes(&vec![Token::Array; 100_000]);
    let typed = PayloadRef::new(&deep).decode::<serde_json::Value>();
    assert_eq!(typed, Err(ValueError::TooDeep { limit: 128 }));
    assert_eq!(PayloadRef::new(&deep).decode::<Value>().err(), Some(ValueError::TooDeep { limit: 2_000 }));
    assert_eq!(
        PayloadRef::new(&deep).decode::<serde::de::IgnoredAny>().err(),
        Some(ValueError::TooDeep { limit: 2_000 })
    );
}

#[test]
fn values_and_payloads_in_other_types_keep_everything() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Envelope {
        id: u32,
        body: Value,
        raw: Payload,
        more: Vec<Value>,
    }
    let mut builder = Value::builder();
    let root = builder.object();
    builder.key("id").undefined().key("me").reference(root).key("when");
    builder.date(f64::NAN);
    builder.end();
    let body = builder.build().expect("well-formed");
    let raw = body.to_payload();
    let envelope = Envelope { id: 1, body: body.clone(), raw, more: vec![body.clone(), Value::undefined()] };
    round_trips(envelope);
    round_trips((body.clone(),));
    round_trips(Some(body.clone()));
    assert_eq!(Payload::from_serialize(&body), Ok(body.to_payload()));
}

#[test]
fn a_part_that_is_shared_with_its_surroundings_is_cut_out_whole() {
    use Token::*;
    let parent = bytes(&[
        Array,
        Object,
        Key(b"name"),
        Str(b"parent"),
        Key(b"child"),
        Object,
        Key(b"parent"),
        Ref(1),
        KeyRef(0),
        Str(b"child"),
        Key(b"list"),
        Array,
        Int(1),
        End,
        End,
        Key(b"list"),
        Ref(3),
        End,
        Ref(2),
        Ref(3),
        End,
    ]);
    let (first, child, list): (Value, Value, Value) = PayloadRef::new(&parent).decode().expect("decodes");
    assert_eq!(
        format!("{first:?}"),
        "{ name: 'parent', child: { parent: [Circular], name: 'child', list: [ 1 ] }, list: [ 1 ] }"
    );
    assert_eq!(
        format!("{child:?}"),
        "{ parent: { name: 'parent', child: [Circular], list: [ 1 ] }, name: 'child', list: [ 1 ] }"
    );
    assert_eq!(format!("{list:?}"), "[ 1 ]");
    let up = child.root().get("parent").expect("there");
    assert!(up.get("child").expect("there").is_same(child.root()));
    assert!(up.get("list").expect("there").is_same(child.root().get("list").expect("there")));

    #[derive(Deserialize)]
    struct Parent {
        child: Value,
    }
    let (parent,): (Parent,) = PayloadRef::new(&parent).decode().expect("decodes");
    assert_eq!(parent.child, child);
}

#[test]
fn json_goes_in_and_out() {
    let json = serde_json::json!({ "a": [1, -2, 1.5, null, true, "x", {}], "b": u64::MAX });
    let value: Value = serde_json::from_value(json.clone()).expect("json");
    assert_eq!(value, Value::from_serialize(&json).expect("encodes"));
    assert_eq!(serde_json::to_value(&value).expect("json"), json);
    assert_eq!(serde_json::to_value(value.to_payload()).expect("json"), json);
    assert_eq!(serde_json::from_value::<Payload>(json).expect("json").to_value(), Ok(value));
    let deep = "[".repeat(127) + &"]".repeat(127);
    assert!(serde_json::from_str::<Value>(&deep).is_ok());
}

#[test]
fn no_cut_and_no_flipped_byte_panics_or_hangs() {
    let payload = Payload::from_serialize(&(
        user(),
        Shape::Rect { w: 1, h: 2 },
        BTreeMap::from([(1, "x")]),
        Some(1.5),
        serde_bytes::Bytes::new(&[1, 2, 3]),
    ))
    .expect("encodes");
    type Args = (User, Shape, BTreeMap<i32, String>, Option<f64>, serde_bytes::ByteBuf);
    assert!(payload.decode::<Args>().is_ok());
    let whole = payload.as_bytes();
    for cut in 0..whole.len() {
        assert!(PayloadRef::new(&whole[..cut]).decode::<Args>().is_err());
    }
    for index in 0..whole.len() {
        for bit in 0..8 {
            let mut broken = whole.to_vec();
            broken[index] ^= 1 << bit;
            let broken = PayloadRef::new(&broken);
            let _ = broken.decode::<Args>();
            let _ = broken.decode::<serde_json::Value>();
            let _ = broken.decode::<(Value, Value)>();
        }
    }
}

#[test]
fn what_a_decoded_value_takes_is_told_to_who_asks() {
    crate::de::take_made();
    let mut bytes = Vec::new();
    crate::ser::encode_into(&mut bytes, &vec![0u8; 2_000]).expect("encodable");
    assert!(decode::<Vec<serde_json::Value>>(&bytes, &Limits::default()).is_ok());
    let made = crate::de::take_made();
    assert!(made >= 2_000 * 16, "{made}");
    assert_eq!(crate::de::take_made(), 0);
    assert!(decode::<u8>(&[0x04, 0x02], &Limits::default()).is_ok());
    assert_eq!(crate::de::take_made(), 0, "so little is not counted");
}
