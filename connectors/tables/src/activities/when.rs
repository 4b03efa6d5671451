//! Times as tables write them.

use base::{Micros, Zone};
use connect::{parse_rfc3339, wall_clock};
use jiff::civil::DateTime;
use jiff::fmt::strtime;

/// How the time column is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// RFC 3339, a date and time without a zone, or a Unix time in seconds (up to 11 digits) or milliseconds.
    Auto,
    /// RFC 3339, with a zone.
    Rfc3339,
    /// Seconds since 1970, decimals allowed.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// A strptime pattern.
    Pattern(String),
}

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    /// The instant, in UTC.
    pub at: Micros,
    /// As written: wall-clock time where there is no zone, else the same.
    pub stated_at: Micros,
    /// Whether it was written without a zone.
    pub zoneless: bool,
}

const SECOND: i64 = 1_000_000;

impl TimeFormat {
    /// Reads the word of the mapping.
    pub fn read(word: &str) -> Result<Self, String> {
        match word {
            "auto" => Ok(Self::Auto),
            "rfc3339" => Ok(Self::Rfc3339),
            "unix" => Ok(Self::Unix),
            "unix_millis" => Ok(Self::UnixMillis),
            pattern if pattern.contains('%') => {
                let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(jiff::tz::TimeZone::UTC);
                match strtime::format(pattern, &sample) {
                    Ok(_) => Ok(Self::Pattern(pattern.to_owned())),
                    Err(e) => Err(format!("the pattern \"{pattern}\" cannot be read: {e}")),
                }
            }
            _ => Err(format!(
                "\"{word}\" is not a time_format. Use auto, rfc3339, unix, unix_millis or a pattern such as \
                 \"%d.%m.%Y %H:%M\"."
            )),
        }
    }

    /// Reads a cell; `None` when there is no such time or it lies before 1970 or after 2200.
    pub fn parse(&self, cell: &str, zone: &Zone) -> Option<When> {
        let cell = cell.trim();
        match self {
            Self::Rfc3339 => parse_rfc3339(cell).ok().map(instant),
            Self::Unix => unix(cell, SECOND).map(instant),
            Self::UnixMillis => unix(cell, SECOND / 1_000).map(instant),
            Self::Pattern(pattern) => {
                let read = strtime::parse(pattern, cell).ok()?;
                if read.offset().is_some() {
                    return in_range(read.to_timestamp().ok()?.as_microsecond()).map(instant);
                }
                local(read.to_datetime().ok()?, zone)
            }
            Self::Auto => {
                if !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                    let whole = cell.find('.').unwrap_or(cell.len());
                    return unix(cell, if whole > 11 { SECOND / 1_000 } else { SECOND }).map(instant);
                }
                let exact = parse_rfc3339(cell).ok().or_else(|| {
                    let read: jiff::Timestamp = cell.parse().ok()?;
                    in_range(read.as_microsecond())
                });
                exact.map(instant).or_else(|| local(cell.parse().ok()?, zone))
            }
        }
    }
}

fn instant(at: Micros) -> When {
    When { at, stated_at: at, zoneless: false }
}

fn local(time: DateTime, zone: &Zone) -> Option<When> {
    let number = |n: i8| u32::try_from(n).ok();
    let stated_at = wall_clock(
        u32::try_from(time.year()).ok()?,
        number(time.month())?,
        number(time.day())?,
        number(time.hour())?,
        number(time.minute())?,
        number(time.second())?,
    )? + i64::from(time.subsec_nanosecond()) / 1_000;
    Some(When { at: zone.from_local(stated_at), stated_at, zoneless: true })
}

fn in_range(at: Micros) -> Option<Micros> {
    let last = wall_clock(2200, 12, 31, 23, 59, 59)?;
    (0..=last).contains(&at).then_some(at)
}

/// A number of units of `unit` microseconds, without the errors of floating point where it has none itself.
fn unix(cell: &str, unit: i64) -> Option<Micros> {
    if cell.contains(['e', 'E']) {
        let number: f64 = cell.parse().ok()?;
        return number.is_finite().then_some((number * unit as f64) as i64).and_then(in_range);
    }
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let mut at = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    let mut place = unit / 10;
    for digit in fraction.chars() {
        at += i64::from(digit.to_digit(10)?) * place;
        place /= 10;
    }
    in_range(at)
}
