//! Dates as text.

/// The furthest a JavaScript date goes from the epoch.
const FURTHEST: f64 = 8.64e15;

/// The date as `toISOString` writes it; `None` when it is invalid.
pub(super) fn iso(ms: f64) -> Option<String> {
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
