//! What the soak test and its renderers know of each other.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// A message with its number and its checksum.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Numbered {
    /// Counts up from 0, over all that one renderer sends and asks; or over what it posts through its port.
    pub number: u64,
    /// Of the number and the bytes.
    pub check: u32,
    /// Anything.
    pub bytes: ByteBuf,
}

impl Numbered {
    /// A message of that many bytes.
    #[must_use]
    pub fn new(number: u64, size: usize) -> Self {
        let bytes: Vec<u8> = (0..size as u64).map(|at| (at.wrapping_mul(31) ^ number) as u8).collect();
        Self { number, check: checksum(number, &bytes), bytes: ByteBuf::from(bytes) }
    }

    /// Whether it is as it was made.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.check == checksum(self.number, &self.bytes)
    }
}

const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0x82f6_3b78 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}

/// CRC-32C.
fn checksum(number: u64, bytes: &[u8]) -> u32 {
    let number = number.to_le_bytes();
    !number.iter().chain(bytes).fold(!0, |crc, byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 255) as usize])
}

/// What a renderer has done when it was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Messages sent and calls made.
    pub sent: u64,
    /// Messages posted through its port, all of which have come back.
    pub posted: u64,
}
