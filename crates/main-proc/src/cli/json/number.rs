//! Numbers as JavaScript has them.

/// The largest integer up to which every one is a number of its own.
pub(crate) const SAFE: u64 = (1 << 53) - 1;

/// The number that a JSON number stands for.
///
/// # Errors
///
/// What a script would get in its place, when that is another number: an integer would lose digits, or it is too large,
/// or too near to zero.
pub(super) fn read(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    if number.is_infinite() {
        return Err("Infinity".to_owned());
    }
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    if number == 0.0 && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return Err("0".to_owned());
    }
    // A fraction is an approximation, as everywhere.
    if whole_digits(text).is_some_and(|digits| digits.len() > 15 && digits != shortest(number).1) {
        return Err(write(number));
    }
    Ok(number)
}

/// The digits of a number that is an integer, however it is written, without zeros at either end.
fn whole_digits(text: &str) -> Option<String> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len().checked_sub(significant.len())?).ok()?;
    let point = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(zeros)?;
    (point >= 0).then(|| significant.trim_start_matches('0').to_owned())
}

/// Whether it is negative, the fewest digits that tell it from others, and where the point is, counted from the first.
fn shortest(number: f64) -> (bool, String, i32) {
    let text = format!("{:e}", number.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0').to_owned();
    (number.is_sign_negative(), digits, exponent.parse::<i32>().unwrap_or_default().saturating_add(1))
}

/// A finite number as scripts print it, but that -0 keeps its sign, as JSON can say it.
pub(super) fn write(number: f64) -> String {
    let (negative, digits, point) = shortest(number);
    let sign = if negative { "-" } else { "" };
    if digits.is_empty() {
        return format!("{sign}0");
    }
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let text = match point {
        _ if count <= point && point <= 21 => format!("{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
            format!("{whole}.{fraction}")
        }
        -5..=0 => format!("0.{}{digits}", zeros(-point)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            format!("{first}{dot}{rest}e{:+}", point - 1)
        }
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_scripts_write_them() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (1e300, "1e+300"),
            (5e-324, "5e-324"),
            (123_456.789, "123456.789"),
            (1e21, "1e+21"),
            (123e18, "123000000000000000000"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.25e-9, "1.25e-9"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (100.0, "100"),
            (-1.234e25, "-1.234e+25"),
        ] {
            assert_eq!(write(number), text);
        }
    }

    #[test]
    fn a_number_that_would_become_another_is_refused() {
        for (text, becomes) in [
            ("9007199254740993", "9007199254740992"),
            ("-9007199254740993", "-9007199254740992"),
            ("856386184130166833", "856386184130166800"),
            ("18446744073709551615", "18446744073709552000"),
            ("1e400", "Infinity"),
            ("-1e400", "Infinity"),
            ("1e-400", "0"),
            ("9007199254740993.0", "9007199254740992"),
            ("90071992547409930e-1", "9007199254740992"),
            ("9.007199254740993e15", "9007199254740992"),
            ("9.007199254740993E+15", "9007199254740992"),
            ("2e-324", "0"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ] {
            assert_eq!(read(text), Err(becomes.to_owned()), "{text}");
        }
        for (text, number) in [
            ("9007199254740991", 9_007_199_254_740_991.0),
            ("9007199254740992", 9_007_199_254_740_992.0),
            ("0", 0.0),
            ("0.1", 0.1),
            ("1e300", 1e300),
            ("5e-324", 5e-324),
            ("1E2", 100.0),
            ("-1.5", -1.5),
            ("-0", 0.0),
            ("0e9", 0.0),
            ("100000000000000000000000", 1e23),
            ("0.1234567890123456789", 0.123_456_789_012_345_68),
            ("1.0", 1.0),
            ("90071992547409920e-1", 9_007_199_254_740_992.0),
            ("1.7976931348623157e308", f64::MAX),
            ("1234567890123456789e-3", 1_234_567_890_123_456.8),
            ("0.5e1", 5.0),
            ("0e99999999999999999999", 0.0),
        ] {
            assert_eq!(read(text), Ok(number), "{text}");
        }
        assert!(read("-0").is_ok_and(f64::is_sign_negative));
    }
}
