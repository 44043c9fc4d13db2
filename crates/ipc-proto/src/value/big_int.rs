//! Integers of any size.

use std::fmt;

use crate::de::{Integer, integer};

/// A BigInt. It prints in decimal, or in hexadecimal (`0x...`) when it is larger than 1 KiB: decimal digits take
/// time that grows with the square of their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BigIntRef<'a> {
    /// Whether it is below zero.
    pub negative: bool,
    /// Its magnitude, least significant byte first, without zeros at the end.
    pub magnitude: &'a [u8],
}

impl BigIntRef<'_> {
    /// The number, if it is in range.
    #[must_use]
    pub fn to_i128(self) -> Option<i128> {
        match integer(self.negative, self.magnitude)? {
            Integer::Signed(number) => Some(number),
            Integer::Unsigned(_) => None,
        }
    }
}

impl fmt::Display for BigIntRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DECIMAL: usize = 1_024;
        if self.negative {
            f.write_str("-")?;
        }
        if self.magnitude.len() > DECIMAL {
            f.write_str("0x")?;
            return self.magnitude.iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"));
        }
        let groups = decimal(self.magnitude);
        let mut groups = groups.iter().rev();
        write!(f, "{}", groups.next().unwrap_or(&0))?;
        groups.try_for_each(|group| write!(f, "{group:09}"))
    }
}

/// The magnitude in base 10^9, least significant group first.
fn decimal(magnitude: &[u8]) -> Vec<u32> {
    const BASE: u64 = 1_000_000_000;
    let mut groups: Vec<u32> = Vec::new();
    for byte in magnitude.iter().rev() {
        let mut carry = u64::from(*byte);
        for group in &mut groups {
            let sum = (u64::from(*group) << 8).saturating_add(carry);
            *group = u32::try_from(sum % BASE).unwrap_or_default();
            carry = sum / BASE;
        }
        if carry > 0 {
            groups.push(u32::try_from(carry).unwrap_or_default());
        }
    }
    groups
}
