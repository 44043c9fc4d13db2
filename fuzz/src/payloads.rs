//! Any bytes as a value: read as a tree, as types, and passed over. What is taken is written and read again as the same.

use std::collections::BTreeMap;

use ipc_proto::limits::Limits;
use ipc_proto::payload::{Payload, PayloadRef};
use ipc_proto::system::ToMain;
use ipc_proto::token::TokenReader;
use ipc_proto::value::Value;
use serde_bytes::ByteBuf;

pub fn run(data: &[u8]) {
    let limits = Limits::default();
    let payload = Payload::from_vec(data.to_vec());
    let tree = Value::from_payload(&payload, &limits);
    let mut reader = TokenReader::new(data, &limits);
    let skipped = reader.skip_value();
    if let Ok(value) = &tree {
        assert!(skipped.is_ok() && reader.position() == data.len(), "what is a value is passed over whole");
        let written = value.to_payload();
        let again = Value::from_payload(&written, &limits).expect("what was written");
        assert_eq!(again.to_payload().as_bytes(), written.as_bytes());
    }
    let bytes = PayloadRef::new(data);
    let _ = bytes.decode_with::<(i64, String, Option<f64>)>(&limits);
    let _ = bytes.decode_with::<Vec<BTreeMap<String, ByteBuf>>>(&limits);
    let _ = bytes.decode_with::<Value>(&limits);
    let _ = bytes.decode_arguments::<(Value, Vec<u8>)>(&limits);
    for name in ["load-event", "console", "write", "uncaught", "preload-error", "window", "storage", "heard"] {
        let _ = ToMain::read(name, data, &limits);
    }
}
