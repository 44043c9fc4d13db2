//! Dates as text.

/// The furthest a JavaScript date goes from the epoch.
const FURTHEST: f64 = 8.64e15;

/// The date of that many milliseconds since the epoch as `toISOString` writes it; `None` when it is invalid.
#[must_use]
pub fn iso(ms: f64) -> Option<String> {
    if ms.is_nan() || ms.abs() > FURTHEST {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "dates are whole numbers well below 2^63")]
    let ms = ms.trunc() as i64;
    let days = ms.div_euclid(86_400_000);
    let in_day = ms.rem_euclid(86_400_000);
    let (year, month, day) = civil(days)?;
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, milli) = (in_day / 1_000 % 60, in_day % 1_000);
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"))
}

/// Year, month and day of a day counted from the epoch, in the proleptic Gregorian calendar.
///
/// Years are taken to begin in March, so that the leap day is a year's last; eras of 400 years repeat exactly.
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    let from_march_0 = days.checked_add(719_468)?;
    let era = from_march_0.div_euclid(146_097);
    let day_of_era = from_march_0.rem_euclid(146_097);
    let leap_days = (day_of_era / 1_460).checked_sub(day_of_era / 36_524)?.checked_add(day_of_era / 146_096)?;
    let year_of_era = day_of_era.checked_sub(leap_days)? / 365;
    let before = year_of_era.checked_mul(365)?.checked_add(year_of_era / 4)?.checked_sub(year_of_era / 100)?;
    let day_of_year = day_of_era.checked_sub(before)?;
    let from_march = day_of_year.checked_mul(5)?.checked_add(2)? / 153;
    let day = day_of_year.checked_sub(from_march.checked_mul(153)?.checked_add(2)? / 5)?.checked_add(1)?;
    let month = if from_march < 10 { from_march.checked_add(3)? } else { from_march.checked_sub(9)? };
    let year = era.checked_mul(400)?.checked_add(year_of_era)?.checked_add(i64::from(month <= 2))?;
    Some((year, month, day))
}

/// The milliseconds since the epoch of a date as [`iso`] writes it; `None` for any other text.
///
/// The milliseconds, or all of the time, may be missing, and the time may be that of another zone (`+02:00`). A time
/// without a zone is refused: what it means depends on where it is read.
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let day = parse_day(date)?;
    let ms = day.checked_mul(86_400_000)?.checked_add(time.map_or(Some(0), parse_time)?)?;
    #[expect(clippy::cast_precision_loss, reason = "dates are whole numbers below 2^53")]
    let ms = ms as f64;
    (ms.abs() <= FURTHEST).then_some(ms)
}

fn parse_day(date: &str) -> Option<i64> {
    let signed = date.starts_with(['+', '-']);
    let (year, rest) = date.split_at_checked(if signed { 7 } else { 4 })?;
    let (sign, digits) = match year.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, year.trim_start_matches('+')),
    };
    let year = number(digits, digits.len())?.checked_mul(sign)?;
    let (month, day) = rest.strip_prefix('-')?.split_once('-')?;
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    let days = days(year, month, day)?;
    // What is no date, such as 30 February, would be another one.
    (civil(days)? == (year, month, day)).then_some(days)
}

/// A time and its zone, in milliseconds from the midnight of Greenwich.
fn parse_time(text: &str) -> Option<i64> {
    let at = text.rfind(['Z', '+', '-'])?;
    let (time, zone) = text.split_at_checked(at)?;
    let offset = match zone {
        "Z" => 0,
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes = number(hours, 2)?.checked_mul(60)?.checked_add(number(minutes, 2)?)?;
            if zone.starts_with('-') { minutes.checked_neg()? } else { minutes }
        }
    };
    let (time, fraction) = time.split_once('.').map_or((time, None), |(time, rest)| (time, Some(rest)));
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |part| number(part, 2))?;
    let milli = fraction.map_or(Some(0), |digits| number(digits, 3))?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = hour.checked_mul(60)?.checked_add(minute)?.checked_sub(offset)?;
    minutes.checked_mul(60)?.checked_add(second)?.checked_mul(1_000)?.checked_add(milli)
}

/// So many digits, and nothing else.
fn number(digits: &str, length: usize) -> Option<i64> {
    let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// The day counted from the epoch; the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let year = if month <= 2 { year.checked_sub(1)? } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month.checked_sub(3)? } else { month.checked_add(9)? };
    let day_of_year = from_march.checked_mul(153)?.checked_add(2)?.div_euclid(5).checked_add(day.checked_sub(1)?)?;
    let leap_days = (year_of_era / 4).checked_sub(year_of_era / 100)?;
    let day_of_era = year_of_era.checked_mul(365)?.checked_add(leap_days)?.checked_add(day_of_year)?;
    era.checked_mul(146_097)?.checked_add(day_of_era)?.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_was_written_is_read_again() {
        for ms in [0.0, 1.0, -1.0, 951_782_400_000.0, 1_709_210_096_789.0, -62_198_755_200_000.0, FURTHEST, -FURTHEST] {
            let text = iso(ms).expect("a date");
            assert_eq!(parse(&text), Some(ms), "{text}");
        }
    }

    #[test]
    fn parts_may_be_missing_and_zones_are_counted_in() {
        assert_eq!(parse("1970-01-02"), Some(86_400_000.0));
        assert_eq!(parse("1970-01-01T00:00:01Z"), Some(1_000.0));
        assert_eq!(parse("1970-01-01T02:30+02:00"), Some(1_800_000.0));
        assert_eq!(parse("1969-12-31T23:30:00.250-01:00"), Some(1_800_250.0));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "never",
            "1970",
            "1970-1-1",
            "1970-02-30",
            "1970-13-01",
            "1970-01-01T00:00",
            "1970-01-01T24:00Z",
            "1970-01-01T00:00:00.1Z",
            "1970-01-01T00:00:00Zx",
            "+275760-09-13T00:00:00.001Z",
            "1970-01-01 00:00Z",
            "é970-01-01",
            "1970-01-01T0é:00Z",
            "1970-00-10",
            "1970-01-00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
