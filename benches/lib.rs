//! The values that the micro-benchmarks encode and decode, by us and by bincode alone.

use serde::{Deserialize, Serialize};

/// A small record, one of many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, bincode::Encode, bincode::Decode)]
pub struct Item {
    /// A number.
    pub id: u32,
    /// A short text.
    pub name: String,
    /// A number that is not whole.
    pub value: f64,
}

/// Many records.
#[must_use]
pub fn items(count: u32) -> Vec<Item> {
    (0..count).map(|id| Item { id, name: format!("record {id}"), value: f64::from(id) + 0.5 }).collect()
}

/// The arguments of a small call.
pub const SMALL: (i32, i32, i32) = (4, 5, 6);

/// Bytes, as users send them: not as a list of numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bytes(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// So many bytes.
#[must_use]
pub fn bytes(count: usize) -> Bytes {
    Bytes(vec![0x5a; count])
}
