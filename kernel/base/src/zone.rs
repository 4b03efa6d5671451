//! Time zones by their IANA name.

use crate::{Day, Error, Micros, Result};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// A time zone; `UTC` unless said otherwise. The zone data travels in the binary.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".into(), zone: TimeZone::UTC }
    }

    /// The zone with this IANA name (`Europe/Berlin`).
    ///
    /// # Errors
    /// `Invalid` when there is no such zone.
    pub fn named(name: &str) -> Result<Self> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = TimeZone::get(name).map_err(|_| {
            Error::invalid(format!(
                "there is no time zone \"{name}\". Use an IANA name such as Europe/Berlin, America/New_York or UTC."
            ))
        })?;
        let name = zone.iana_name().unwrap_or(name).to_owned();
        Ok(Self { name, zone })
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is UTC, so that day arithmetic is a division.
    pub fn is_utc(&self) -> bool {
        self.name == "UTC"
    }

    /// The day that an instant falls on in this zone.
    pub fn day_of(&self, at: Micros) -> Day {
        Day::of_micros(at + self.offset_micros(at))
    }

    /// How far local time is ahead of UTC at an instant, in microseconds.
    pub fn offset_micros(&self, at: Micros) -> Micros {
        if self.is_utc() {
            return 0;
        }
        let Ok(instant) = jiff::Timestamp::from_microsecond(at) else { return 0 };
        let offset: Offset = self.zone.to_offset(instant);
        i64::from(offset.seconds()) * 1_000_000
    }

    /// The first instant of a day in this zone.
    pub fn start_of(&self, day: Day) -> Micros {
        self.from_local(day.start_micros())
    }

    /// Reads a wall-clock time (microseconds since the epoch as if it were UTC) as an instant of this zone.
    /// In a gap it is read with the offset before it, in a fold with the first one.
    pub fn from_local(&self, local: Micros) -> Micros {
        if self.is_utc() {
            return local;
        }
        let Ok(ts) = jiff::Timestamp::from_microsecond(local) else { return local };
        let civil: DateTime = TimeZone::UTC.to_datetime(ts);
        match self.zone.to_ambiguous_zoned_datetime(civil).compatible() {
            Ok(z) => z.timestamp().as_microsecond(),
            Err(_) => local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read_in_their_zone() {
        let berlin = Zone::named("Europe/Berlin").expect("a known zone");
        let noon = Day::parse("2024-07-01").expect("a day").start_micros() + 12 * 3_600_000_000;
        assert_eq!(berlin.from_local(noon), noon - 2 * 3_600_000_000);
        assert_eq!(berlin.day_of(noon - 14 * 3_600_000_000 + 1), Day::parse("2024-07-01").expect("a day"));
        assert!(Zone::named("Mars/Olympus").is_err());
    }
}
