//! Numbers and BigInts.

use std::ffi::c_int;

use rquickjs::qjs;

use super::{Intrinsic, Js, Owned};

/// The largest magnitude up to which every integer is a number of its own.
const SAFE: u64 = (1 << 53) - 1;

/// The engine refuses BigInts of more bytes; larger ones are not worth the conversion.
const BIGGEST: usize = (1 << 20) / 8;

const HEX: &[u8; 16] = b"0123456789abcdef";

impl<'js> Js<'js> {
    /// An integer: a number when numbers hold it exactly, else a BigInt.
    #[inline]
    pub(crate) fn int(&self, value: i64) -> Option<Owned<'js>> {
        if let Ok(small) = i32::try_from(value) {
            return Some(self.own(qjs::JS_MKVAL(qjs::JS_TAG_INT, small)));
        }
        if value.unsigned_abs() <= SAFE {
            return Some(self.own(qjs::JS_NewFloat64(value as f64)));
        }
        self.big_i64(value)
    }

    #[inline]
    pub(crate) fn float(&self, value: f64) -> Owned<'js> {
        self.own(qjs::JS_NewFloat64(value))
    }

    fn big_i64(&self, value: i64) -> Option<Owned<'js>> {
        // SAFETY: a live context.
        self.own_checked(unsafe { qjs::JS_NewBigInt64(self.raw(), value) })
    }

    pub(crate) fn big_u64(&self, value: u64) -> Option<Owned<'js>> {
        // SAFETY: a live context.
        self.own_checked(unsafe { qjs::JS_NewBigUint64(self.raw(), value) })
    }

    /// The BigInt as `i64`, when it fits.
    fn big_as_i64(&self, value: &Owned<'js>) -> Option<i64> {
        let mut wrapped: i64 = 0;
        // SAFETY: a live BigInt; the engine wraps what does not fit, so the way back has to agree.
        unsafe {
            if qjs::JS_ToBigInt64(self.raw(), &raw mut wrapped, value.raw) != 0 {
                self.clear_exception();
                return None;
            }
            let back = self.own_checked(qjs::JS_NewBigInt64(self.raw(), wrapped))?;
            qjs::JS_IsStrictEqual(self.raw(), back.raw, value.raw).then_some(wrapped)
        }
    }

    /// Shows sign and magnitude (least significant byte first, no zeros at the end) of any BigInt.
    pub(crate) fn with_big<R>(&self, value: &Owned<'js>, use_parts: impl FnOnce(bool, &[u8]) -> R) -> Option<R> {
        if let Some(small) = self.big_as_i64(value) {
            let magnitude = small.unsigned_abs().to_le_bytes();
            return Some(use_parts(small < 0, trim(&magnitude)));
        }
        let radix = self.own(qjs::JS_MKVAL(qjs::JS_TAG_INT, 16));
        let text = self.call(Intrinsic::BigIntToString, value, &[&radix])?;
        self.with_text(&text, |text| {
            let (negative, digits) = match text {
                [b'-', digits @ ..] => (true, digits),
                digits => (false, digits),
            };
            let magnitude: Vec<u8> = digits
                .rchunks(2)
                .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | hex_value(*digit)))
                .collect();
            use_parts(negative, trim(&magnitude))
        })
    }

    /// The BigInt of that sign and magnitude.
    pub(crate) fn big(&self, negative: bool, magnitude: &[u8]) -> Option<Owned<'js>> {
        if let Some(small) = small(negative, magnitude) {
            return self.big_i64(small);
        }
        if magnitude.len() > BIGGEST {
            // SAFETY: a live context and a format without arguments.
            let thrown = unsafe { qjs::JS_ThrowRangeError(self.raw(), c"BigInt is too large".as_ptr()) };
            return self.own_checked(thrown);
        }
        let undefined = self.undefined();
        if !negative {
            let text = self.string(&hex(magnitude))?;
            return self.call(Intrinsic::BigInt, &undefined, &[&text]);
        }
        // The engine's interface cannot negate, but `asIntN` reads two's complement: one more byte for the sign.
        let mut carry = true;
        let complement: Vec<u8> = magnitude
            .iter()
            .chain(&[0])
            .map(|byte| {
                let (sum, overflow) = (!byte).overflowing_add(u8::from(carry));
                carry = overflow;
                sum
            })
            .collect();
        let text = self.string(&hex(&complement))?;
        let value = self.call(Intrinsic::BigInt, &undefined, &[&text])?;
        let bits = c_int::try_from(complement.len().saturating_mul(8)).unwrap_or(c_int::MAX);
        let bits = self.own(qjs::JS_MKVAL(qjs::JS_TAG_INT, bits));
        self.call(Intrinsic::BigIntAsIntN, &undefined, &[&bits, &value])
    }
}

fn small(negative: bool, magnitude: &[u8]) -> Option<i64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..magnitude.len())?.copy_from_slice(magnitude);
    let value = i64::try_from(u64::from_le_bytes(bytes)).ok()?;
    Some(if negative { -value } else { value })
}

fn trim(magnitude: &[u8]) -> &[u8] {
    let zeros = magnitude.iter().rev().take_while(|byte| **byte == 0).count();
    magnitude.split_at(magnitude.len() - zeros).0
}

fn hex_value(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}

fn hex(magnitude: &[u8]) -> Vec<u8> {
    let digits = magnitude.iter().rev().flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    b"0x".iter().copied().chain(digits).collect()
}
