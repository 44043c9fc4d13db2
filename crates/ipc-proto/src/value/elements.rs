//! The numbers in a typed array. The wire's are little-endian, as on every machine that V8 runs on.

use crate::wire::ViewKind;

/// One element of a typed array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Element {
    /// Of a signed integer type.
    Signed(i64),
    /// Of an unsigned integer type, or a `DataView`'s byte.
    Unsigned(u64),
    /// Of a float type.
    Float(f64),
}

/// The element at `index` of a view that spans `bytes`.
pub(crate) fn element_at(kind: ViewKind, bytes: &[u8], index: usize) -> Option<Element> {
    fn take<const N: usize>(bytes: &[u8], index: usize) -> Option<[u8; N]> {
        bytes.as_chunks::<N>().0.get(index).copied()
    }
    Some(match kind {
        ViewKind::Int8 => Element::Signed(i8::from_le_bytes(take(bytes, index)?).into()),
        ViewKind::Uint8 | ViewKind::Uint8Clamped | ViewKind::DataView => {
            Element::Unsigned(u8::from_le_bytes(take(bytes, index)?).into())
        }
        ViewKind::Int16 => Element::Signed(i16::from_le_bytes(take(bytes, index)?).into()),
        ViewKind::Uint16 => Element::Unsigned(u16::from_le_bytes(take(bytes, index)?).into()),
        ViewKind::Int32 => Element::Signed(i32::from_le_bytes(take(bytes, index)?).into()),
        ViewKind::Uint32 => Element::Unsigned(u32::from_le_bytes(take(bytes, index)?).into()),
        ViewKind::Float16 => Element::Float(half(u16::from_le_bytes(take(bytes, index)?))),
        ViewKind::Float32 => Element::Float(f32::from_le_bytes(take(bytes, index)?).into()),
        ViewKind::Float64 => Element::Float(f64::from_le_bytes(take(bytes, index)?)),
        ViewKind::BigInt64 => Element::Signed(i64::from_le_bytes(take(bytes, index)?)),
        ViewKind::BigUint64 => Element::Unsigned(u64::from_le_bytes(take(bytes, index)?)),
    })
}

/// A half-precision float: 1 bit of sign, 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let fraction = f64::from(bits & 0x03FF);
    let exponent = i32::from(bits >> 10 & 0x1F);
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent.saturating_sub(25)),
    };
    sign * size
}
