//! Times as exports write them.

use base::{Error, Micros, Result};

const SECOND: i64 = 1_000_000;

/// Microseconds since 1970 of a date and time as if it were UTC; `None` when there is no such date or time,
/// or when it lies before 1970 or after 2200. A leap second (60) is read as the second before it.
pub fn wall_clock(year: u32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> Option<Micros> {
    const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1970..=2200).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = LENGTHS[month as usize - 1] + u32::from(leap && month == 2);
    if !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970-01-01 by the proleptic Gregorian calendar, years beginning in March
    // (H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
    let y = i64::from(if month <= 2 { year - 1 } else { year });
    let (era, of_era) = (y / 400, y % 400);
    let of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let seconds = days * 86_400 + i64::from(hour * 3600 + minute * 60 + second.min(59));
    Some(seconds * SECOND)
}

/// Reads a time in RFC 3339 as UTC microseconds: date, `T` or a space, time with up to nine decimals (what
/// is finer than a microsecond is cut off), and `Z` or an offset (`+02:00`, `+0200`).
///
/// # Errors
/// `Invalid` when it is not one, or lies before 1970 or after 2200.
pub fn parse_rfc3339(text: &str) -> Result<Micros> {
    read(text.as_bytes()).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Error::invalid(format!(
            "\"{shown}\" is not a time between 1970 and 2200 in the form 2024-05-17T10:11:12Z"
        ))
    })
}

fn read(b: &[u8]) -> Option<Micros> {
    if b.len() < 20 || b[4] != b'-' || b[7] != b'-' || b[13] != b':' || b[16] != b':' {
        return None;
    }
    if !matches!(b[10], b'T' | b't' | b' ') {
        return None;
    }
    let local = wall_clock(
        digits(&b[..4])?,
        digits(&b[5..7])?,
        digits(&b[8..10])?,
        digits(&b[11..13])?,
        digits(&b[14..16])?,
        digits(&b[17..19])?,
    )?;
    let mut rest = &b[19..];
    let mut micros = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = fraction.iter().take_while(|c| c.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        for place in 0..6 {
            micros = micros * 10 + fraction[..count].get(place).map_or(0, |c| i64::from(c - b'0'));
        }
        rest = &fraction[count..];
    }
    let at = local + micros - offset(rest)?;
    // The offset may carry a time over either edge of the range.
    (0..wall_clock(2200, 12, 31, 23, 59, 59)? + SECOND).contains(&at).then_some(at)
}

fn offset(b: &[u8]) -> Option<Micros> {
    let (sign, hours, minutes) = match b {
        [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            (*sign, digits(&[*h1, *h2])?, digits(&[*m1, *m2])?)
        }
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = i64::from(hours * 3600 + minutes * 60) * SECOND;
    Some(if sign == b'+' { ahead } else { -ahead })
}

fn digits(b: &[u8]) -> Option<u32> {
    b.iter().try_fold(0, |n, c| c.is_ascii_digit().then(|| n * 10 + u32::from(c - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_forms_are_read() {
        let base = 1_739_095_872_000_000;
        for (text, add) in [
            ("2025-02-09T10:11:12Z", 0),
            ("2025-02-09T10:11:12.345+00:00", 345_000),
            ("2025-02-09T10:11:12.1234567+00:00", 123_456),
            ("2025-02-09 12:11:12.5+02:00", 500_000),
            ("2025-02-09t03:41:12-0630", 0),
            ("2025-02-09T10:11:12.000000001z", 0),
        ] {
            assert_eq!(parse_rfc3339(text).expect(text), base + add, "{text}");
        }
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00Z").expect("the epoch"), 0);
        assert_eq!(parse_rfc3339("2024-02-29T00:00:00Z").expect("a leap day"), 1_709_164_800_000_000);
    }

    #[test]
    fn every_day_is_the_one_after_the_last() {
        let mut expected = 0;
        for year in 1970..=2200 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(at) = wall_clock(year, month, day, 0, 0, 0) {
                        assert_eq!(at, expected, "{year}-{month}-{day}");
                        expected += 86_400 * SECOND;
                    }
                }
            }
        }
        assert_eq!(expected / SECOND / 86_400, 84_371);
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "",
            "2025-02-09",
            "2025-02-09T10:11:12",
            "2025-02-30T10:11:12Z",
            "2023-02-29T10:11:12Z",
            "2025-13-01T10:11:12Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T10:60:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "2201-01-01T00:00:00Z",
            "2025-01-01T10:00:00.Z",
            "2025-01-01T10:00:00.1234567890Z",
            "2025-01-01T10:00:00+24:00",
            "2025-01-01T10:00:00Zé",
            "２025-01-01T10:00:00Z",
        ] {
            assert!(parse_rfc3339(text).is_err(), "{text}");
        }
    }
}
