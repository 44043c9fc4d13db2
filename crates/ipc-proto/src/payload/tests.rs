use serde::{Serialize, Serializer};

use super::*;
use crate::value::Value;

#[test]
fn a_part_of_a_received_frame_is_adopted_without_a_copy() {
    let mut frame = vec![9, 9];
    ser::encode_into(&mut frame, &("a", 1)).expect("encodes");
    frame.push(9);
    let frame = Bytes::from(frame);
    let payload = Payload::from_shared(frame.slice(2..frame.len() - 1).expect("within"));
    assert_eq!(payload.decode(), Ok(("a", 1)));
    assert!(frame.as_ptr_range().contains(&payload.clone().as_bytes().as_ptr()));
    assert!(frame.as_ptr_range().contains(&payload.to_value().expect("well-formed").as_bytes().as_ptr()));
}

#[test]
fn undefined_needs_no_memory_and_is_what_unit_encodes_to() {
    assert_eq!(Payload::undefined(), Payload::from_serialize(&()).expect("encodes"));
    assert_eq!(Payload::undefined().decode(), Ok(()));
    assert_eq!(Payload::undefined().decode(), Ok(None::<String>));
    assert!(Payload::undefined().is_undefined() && !Payload::undefined().is_empty());
    assert_eq!(Payload::undefined().to_value(), Ok(Value::undefined()));
}

#[test]
fn debug_shows_small_values_and_says_when_there_is_none() {
    let payload = Payload::from_serialize(&("a", 1)).expect("encodes");
    assert_eq!(format!("{payload:?}"), "Payload([ 'a', 1 ])");
    assert_eq!(format!("{:?}", Payload::from_vec(vec![200, 1])), "Payload(2 bytes)");
}

#[test]
fn a_malformed_payload_is_found_out_where_it_would_do_harm() {
    // The end of an array it never began.
    let hostile = Payload::from_vec(vec![0, 25]);
    assert_eq!(Payload::from_serialize(&(1, &hostile)), Err(ValueError::Trailing { bytes: 1 }.clone()));
    assert_eq!(hostile.decode::<()>(), Err(ValueError::Trailing { bytes: 1 }));
}

#[test]
fn a_map_key_may_be_any_value() {
    let key = Payload::from_serialize(&(1, 2)).expect("encodes");
    let encoded = Payload::from_serialize(&Pairs(vec![(key.clone(), 1)])).expect("encodes");
    assert_eq!(format!("{encoded:?}"), "Payload(Map(1) { [ 1, 2 ] => 1 })");
}

struct Pairs(Vec<(Payload, i32)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

#[test]
fn bytes_of_a_foreign_format_are_bytes_and_not_tokens() {
    use serde::de::value::{BytesDeserializer, Error};
    let payload = Payload::deserialize(BytesDeserializer::<Error>::new(&[25, 25])).expect("bytes");
    assert_eq!(payload.decode(), Ok(&[25_u8, 25][..]));
}
