use super::*;
use crate::payload::PayloadRef;
use crate::wire::{ErrorKind, Token, ViewKind, put_token};
use crate::wtf8::{WtfStr, WtfString};

mod random;

/// One value with everything in it, cycles and shared parts included.
fn everything() -> Value {
    let mut b = Value::builder();
    b.object();
    b.key("undefined").undefined().key("null").null().key("yes").bool(true);
    b.key("int").int(-5).key("float").float(0.5).key("zero").float(-0.0).key("nan").float(f64::NAN);
    b.key("big").big_int(true, &[0, 1, 0]).key("text").string("it's").key("lone");
    b.wtf(WtfString::from_utf16([0xD800]).as_wtf());
    b.key("list");
    let list = b.array();
    b.int(1).holes(2).reference(list).holes(1).key("named").bool(false).end();
    b.key("map");
    b.map();
    b.reference(list).string("list").string("k").int(2).end();
    b.key("set");
    b.set();
    b.int(1).string("x").end();
    b.key("error");
    b.error(ErrorKind::RangeError, "too far");
    b.key("code").string("E").end();
    b.key("date");
    b.date(0.0);
    b.key("regexp");
    b.reg_exp("a/b", "gi");
    b.key("boxed");
    b.boxed();
    b.string("s");
    b.key("bytes");
    b.bytes(&[1, 2]);
    b.key("shorts");
    b.view(ViewKind::Uint16, 2, 4);
    let buffer = b.buffer(&[1, 0, 2, 0, 3, 0], Some(64));
    b.key("same");
    b.view(ViewKind::DataView, 0, 6);
    b.reference(buffer).key("buffer").reference(buffer).key("port").port(0).end();
    b.build().expect("well-formed")
}

#[test]
fn every_kind_can_be_looked_at() {
    let value = everything();
    let root = value.root();
    let get = |name: &str| root.get(name).unwrap_or_else(|| panic!("{name}"));
    assert_eq!(root.kind(), Kind::Object);
    assert_eq!(root.len(), 22);
    assert!(get("undefined").is_undefined());
    assert!(get("null").is_null());
    assert_eq!(get("yes").as_bool(), Some(true));
    assert_eq!((get("int").as_i64(), get("int").as_u64(), get("int").as_f64()), (Some(-5), None, Some(-5.0)));
    assert_eq!((get("float").as_i64(), get("float").as_f64()), (None, Some(0.5)));
    let big = get("big").as_big_int().expect("BigInt");
    assert_eq!((big.to_i128(), big.to_string()), (Some(-256), "-256".to_owned()));
    assert_eq!(get("text").as_str(), Some("it's"));
    assert_eq!((get("lone").as_str(), get("lone").as_wtf().and_then(WtfStr::lone_surrogate)), (None, Some(0xD800)));

    let list = get("list");
    assert_eq!((list.kind(), list.len(), list.is_empty()), (Kind::Array, 5, false));
    assert_eq!(list.at(0).and_then(ValueRef::as_i64), Some(1));
    assert!(list.at(1).is_none() && list.at(2).is_none() && list.at(4).is_none() && list.at(5).is_none());
    assert!(list.at(3).expect("itself").is_same(list));
    assert_eq!(list.elements().map(|(at, _)| at).collect::<Vec<_>>(), [0, 3]);
    assert_eq!(list.get("named").and_then(ValueRef::as_bool), Some(false));

    let map = get("map");
    assert_eq!((map.kind(), map.len()), (Kind::Map, 2));
    assert!(map.map_entries().next().expect("first").0.is_same(list));
    assert_eq!(map.map_get("k").and_then(ValueRef::as_i64), Some(2));
    assert_eq!((get("set").len(), get("set").at(1).and_then(ValueRef::as_str)), (2, Some("x")));

    let error = get("error").as_error().expect("error");
    assert_eq!((error.name(), error.message(), error.stack()), ("RangeError", Some("too far"), None));
    assert!(error.cause().is_none());
    assert_eq!(get("date").as_date_ms(), Some(0.0));
    let pattern = get("regexp").as_reg_exp().expect("regexp");
    assert_eq!((pattern.source.to_str(), pattern.flags), (Some("a/b"), "gi"));
    assert_eq!(get("boxed").as_boxed().and_then(ValueRef::as_str), Some("s"));

    assert_eq!(get("bytes").as_bytes(), Some(&[1, 2][..]));
    let shorts = get("shorts").as_view().expect("view");
    assert_eq!((shorts.len(), shorts.offset, shorts.at(1)), (2, 2, Some(Element::Unsigned(3))));
    assert!(shorts.buffer().expect("its buffer").is_same(get("buffer")));
    assert_eq!(get("same").as_bytes(), Some(&[1, 0, 2, 0, 3, 0][..]));
    assert_eq!(get("buffer").as_buffer().and_then(|buffer| buffer.max), Some(64));
    assert_eq!(get("port").as_port(), Some(0));
}

#[test]
fn what_is_asked_of_the_wrong_kind_is_none() {
    let value = Value::from_serialize("text").expect("encodes");
    let root = value.root();
    assert!(root.get("a").is_none() && root.at(0).is_none() && root.map_get("a").is_none());
    assert!(root.as_i64().is_none() && root.as_bytes().is_none() && root.as_error().is_none());
    assert_eq!((root.len(), root.entries().count(), root.elements().count()), (0, 0, 0));
    // A boxed primitive and a view have a part inside, which is no element.
    let mut b = Value::builder();
    b.boxed();
    b.int(1);
    let boxed = b.build().expect("well-formed");
    assert_eq!((boxed.root().len(), boxed.root().elements().count(), boxed.root().at(0).is_none()), (0, 0, true));
}

#[test]
fn debug_reads_like_node() {
    assert_eq!(
        format!("{:?}", everything()),
        "{ undefined: undefined, null: null, yes: true, int: -5, float: 0.5, zero: -0, nan: NaN, big: -256n, \
         text: 'it\\'s', lone: '\u{FFFD}', list: [ 1, <2 empty items>, [Circular], <1 empty item>, named: false ], \
         map: Map(2) { [ 1, <2 empty items>, [Circular], <1 empty item>, named: false ] => 'list', 'k' => 2 }, \
         set: Set(2) { 1, 'x' }, error: [RangeError: too far { code: 'E' }], date: 1970-01-01T00:00:00.000Z, \
         regexp: /a/b/gi, boxed: [String: 's'], bytes: Uint8Array(2) [ 1, 2 ], shorts: Uint16Array(2) [ 2, 3 ], \
         same: DataView(6) [ 1, 0, 2, 0, 3, 0 ], buffer: ArrayBuffer { <01 00 02 00 03 00>, byteLength: 6 }, \
         port: [Port 0] }"
    );
    assert_eq!(format!("{:?}", Value::from_serialize(&[0; 0]).expect("encodes")), "[]");
    assert_eq!(format!("{:?}", Value::undefined()), "undefined");
}

#[test]
fn debug_stays_short_whatever_the_value() {
    // Each level names the one before it a hundred times.
    let mut tokens = vec![Token::Array, Token::Array, Token::End];
    for level in 1..50 {
        tokens.push(Token::Array);
        tokens.extend([Token::Ref(level); 100]);
        tokens.push(Token::End);
    }
    tokens.push(Token::End);
    let mut bytes = Vec::new();
    tokens.iter().for_each(|token| put_token(&mut bytes, *token));
    let value = PayloadRef::new(&bytes).to_value().expect("well-formed");
    assert!(format!("{value:?}").len() < 2_000_000);
    assert_eq!(format!("{:?}", value.to_payload()), format!("Payload({} bytes)", bytes.len()));
}

#[test]
fn dates_print_as_iso_text() {
    let cases = [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (951_782_400_000.0, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_999.0, "2024-02-29T23:59:59.999Z"),
        (-1.0, "1969-12-31T23:59:59.999Z"),
        (-62_198_755_200_000.0, "-000001-01-01T00:00:00.000Z"),
        (8.64e15, "+275760-09-13T00:00:00.000Z"),
        (-8.64e15, "-271821-04-20T00:00:00.000Z"),
    ];
    for (ms, text) in cases {
        assert_eq!(date::iso(ms).as_deref(), Some(text));
    }
    assert_eq!((date::iso(f64::NAN), date::iso(8.65e15)), (None, None));
}

#[test]
fn big_ints_print_in_decimal() {
    let print = |negative, magnitude: &[u8]| BigIntRef { negative, magnitude }.to_string();
    assert_eq!(print(false, &[]), "0");
    assert_eq!(print(true, &[1]), "-1");
    assert_eq!(print(false, &[0, 0, 0, 0, 0, 0, 0, 0, 1]), "18446744073709551616");
    assert_eq!(print(false, &[0, 202, 154, 59]), "1000000000");
    assert_eq!(print(false, &[255; 16]), u128::MAX.to_string());
    assert!(print(false, &[1; 1_025]).starts_with("0x0101"));
}

#[test]
fn half_floats_have_their_values() {
    let at = |bits: u16| elements::element_at(ViewKind::Float16, &bits.to_le_bytes(), 0);
    assert_eq!(at(0x3C00), Some(Element::Float(1.0)));
    assert_eq!(at(0xC000), Some(Element::Float(-2.0)));
    assert_eq!(at(0x7BFF), Some(Element::Float(65_504.0)));
    assert_eq!(at(0x0001), Some(Element::Float(2_f64.powi(-24))));
    assert_eq!(at(0xFC00), Some(Element::Float(f64::NEG_INFINITY)));
    assert!(matches!(at(0x7C01), Some(Element::Float(nan)) if nan.is_nan()));
}

fn value(build: impl FnOnce(&mut Builder)) -> Value {
    let mut builder = Value::builder();
    build(&mut builder);
    builder.build().expect("well-formed")
}

#[test]
fn equality_is_of_what_a_script_could_see() {
    assert_eq!(everything(), everything());
    let number = |number: f64| {
        value(|b| {
            b.float(number);
        })
    };
    assert_eq!(
        number(1.0),
        value(|b| {
            b.int(1);
        })
    );
    assert_eq!(number(f64::NAN), number(f64::NAN));
    assert_ne!(number(0.0), number(-0.0));
    assert_ne!(
        number(9_007_199_254_740_992.0),
        value(|b| {
            b.int(9_007_199_254_740_993);
        })
    );
    assert_ne!(
        value(|b| {
            b.int(1);
        }),
        value(|b| {
            b.big_int(false, &[1]);
        })
    );
    assert_ne!(
        value(|b| {
            b.undefined();
        }),
        value(|b| {
            b.null();
        })
    );

    let one = value(|b| {
        b.object();
        b.key("a").int(1).key("b").int(2).end();
    });
    let other = value(|b| {
        b.object();
        b.key("b").int(2).key("a").int(1).end();
    });
    assert_eq!(one, other);
    let short = value(|b| {
        b.bytes(&[2, 3]);
    });
    let long = value(|b| {
        b.view(ViewKind::Uint8, 1, 2);
        b.buffer(&[1, 2, 3], None);
    });
    assert_eq!(short, long);
    let holes = |first: u32, second: u32| {
        value(|b| {
            b.array();
            b.holes(first).int(1).holes(second).end();
        })
    };
    assert_ne!(holes(1, 2), holes(2, 1));
}

#[test]
fn cycles_of_different_lengths_look_the_same() {
    let ring = |length: usize, end: i64| {
        value(|b| {
            let first = b.object();
            for _ in 1..length {
                b.key("next");
                b.object();
            }
            b.key("next").reference(first);
            for _ in 0..length {
                b.end();
            }
            let _ = end;
        })
    };
    assert_eq!(ring(2, 0), ring(3, 0));
    assert_eq!(ring(1, 0), ring(7, 0));
    let broken = value(|b| {
        b.object();
        b.key("next").null().end();
    });
    assert_ne!(ring(2, 0), broken);
}

#[test]
fn comparing_values_that_share_their_parts_many_times_is_quick() {
    let bomb = |leaf: i64| {
        value(|b| {
            b.array();
            let mut last = b.array();
            b.int(leaf).end();
            for _ in 0..60 {
                let next = b.array();
                b.reference(last).reference(last).end();
                last = next;
            }
            b.end();
        })
    };
    assert_eq!(bomb(1), bomb(1));
    assert_ne!(bomb(1), bomb(2));
}

#[test]
fn a_part_becomes_a_value_of_its_own() {
    let whole = everything();
    let list = whole.root().get("list").expect("there").to_value().expect("small");
    assert_eq!(format!("{list:?}"), "[ 1, <2 empty items>, [Circular], <1 empty item>, named: false ]");
    let same = whole.root().get("same").expect("there").to_value().expect("small");
    assert_eq!(same.root().as_bytes().map(<[u8]>::len), Some(6));
    assert_eq!(whole.root().to_value(), Ok(everything()));
}

#[test]
fn mistakes_in_building_are_told_by_build() {
    let mut b = Value::builder();
    b.object();
    b.int(1).end();
    assert!(b.build().expect_err("no name").to_string().contains("where a property name belongs"));
    assert_eq!(Value::builder().build().err(), Some(ValueError::UnexpectedEnd));

    let mut b = Value::builder();
    b.array();
    b.serialize(&std::collections::BTreeMap::from([(1, f64::NAN)])).value(&everything()).end();
    assert_eq!(b.build().expect("well-formed").root().at(1).map(ValueRef::kind), Some(Kind::Object));
}

#[test]
fn deep_values_are_refused_and_large_ones_dropped_without_a_stack() {
    let mut deep = Value::builder();
    for _ in 0..100_000 {
        deep.array();
    }
    assert_eq!(deep.build().err(), Some(ValueError::TooDeep { limit: 2_000 }));

    let mut bytes = Vec::new();
    (0..100_000).for_each(|_| put_token(&mut bytes, Token::Array));
    (0..100_000).for_each(|_| put_token(&mut bytes, Token::End));
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    let open = || Value::from_payload(&Payload::from_vec(bytes.clone()), &limits).expect("allowed");
    let (one, other) = (open(), open());
    assert_eq!(one, other);
    assert!(format!("{one:?}").len() < 100);
    assert!(serde_json::to_value(&one).is_err());
}

#[test]
fn foreign_formats_get_the_nearest_they_can_express() {
    let mut b = Value::builder();
    b.array();
    b.undefined().holes(1).big_int(false, &[0, 0, 0, 0, 0, 0, 0, 0, 1]);
    b.wtf(WtfString::from_utf16([0xD800]).as_wtf());
    b.date(0.0);
    b.date(f64::NAN);
    b.reg_exp("a", "g");
    b.map();
    b.string("k").int(1).end();
    b.map();
    b.int(1).int(2).end();
    b.set();
    b.int(1).end();
    b.bytes(&[1, 2]);
    b.view(ViewKind::Float32, 0, 4);
    b.buffer(&1.5_f32.to_le_bytes(), None);
    b.error(ErrorKind::TypeError, "no");
    b.end();
    b.boxed();
    b.bool(true);
    b.key("dropped").int(1).end();
    let value = b.build().expect("well-formed");
    assert_eq!(
        serde_json::to_value(&value).expect("json"),
        serde_json::json!([
            null, null, "18446744073709551616", "\u{FFFD}", "1970-01-01T00:00:00.000Z", null, "/a/g", { "k": 1 },
            [[1, 2]], [1], [1, 2], [1.5], { "name": "TypeError", "message": "no" }, true
        ])
    );
    let error = serde_json::to_value(everything()).expect_err("cyclic").to_string();
    assert_eq!(error, "the value contains itself, which this format cannot express");
}

#[test]
fn a_shared_value_cannot_blow_up_a_foreign_format() {
    let value = value(|b| {
        b.array();
        let mut last = b.array();
        b.end();
        for _ in 0..60 {
            let next = b.array();
            b.reference(last).reference(last).end();
            last = next;
        }
        b.end();
    });
    let mut sink = serde_json::Serializer::new(std::io::sink());
    let error = foreign::serialize_within(&value, 10_000, &mut sink).expect_err("too large").to_string();
    assert_eq!(error, "the value is too large once shared parts repeat");
}

#[test]
fn no_cut_and_no_flipped_byte_of_a_full_value_panics_or_hangs() {
    let whole = everything();
    let whole = whole.as_bytes();
    for cut in 0..whole.len() {
        assert!(PayloadRef::new(&whole[..cut]).to_value().is_err(), "cut at {cut}");
    }
    for index in 0..whole.len() {
        for bit in 0..8 {
            let mut broken = whole.to_vec();
            broken[index] ^= 1 << bit;
            let Ok(value) = PayloadRef::new(&broken).to_value() else { continue };
            let _ = format!("{value:?}");
            let _ = value == everything();
            let _ = serde_json::to_value(&value);
            let _ = value.decode::<serde_json::Value>();
            value.root().entries().for_each(|(_, part)| drop(part.to_value()));
        }
    }
}

/// What kills a stock decoder.
#[test]
fn small_bombs_are_refused_quickly_and_without_memory() {
    let mut nested = Vec::new();
    (0..7_000).for_each(|_| put_token(&mut nested, Token::Array));
    let bytes_of_2_to_40: &[u8] = &[21, 253, 0, 0, 0, 0, 0, 1, 0, 0];
    let text_of_4e9: &[u8] = &[8, 252, 0xFF, 0xFF, 0xFF, 0xEE];
    let holes: &[u8] = &[11, 9, 252, 0xFF, 0xFF, 0xFF, 0xFF, 9, 1, 25];
    let junk: &[u8] = &[0, 1, 2, 3];
    let nothing: &[u8] = &[];
    let inputs = [&nested, bytes_of_2_to_40, text_of_4e9, holes, junk, nothing];
    for input in inputs {
        assert!(PayloadRef::new(input).to_value().is_err());
        assert!(PayloadRef::new(input).decode::<serde_json::Value>().is_err());
    }
    // A huge array of nothing but holes is legitimate, and small here.
    let sparse = PayloadRef::new(&[11, 9, 252, 0xFF, 0xFF, 0xFF, 0xFF, 25]).to_value().expect("legitimate");
    assert_eq!((sparse.root().len(), format!("{sparse:?}")), (4_294_967_295, "[ <4294967295 empty items> ]".into()));
}
