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

/// The days of many instants: an offset is looked up once for all instants between two changes of it.
#[derive(Clone, Debug)]
pub struct Days {
    zone: Zone,
    /// From the first of these instants to before the second the offset is the third.
    known: (Micros, Micros, Micros),
}

impl Days {
    /// Nothing looked up yet.
    pub fn new(zone: Zone) -> Self {
        let known = if zone.is_utc() { (Micros::MIN, Micros::MAX, 0) } else { (0, 0, 0) };
        Self { zone, known }
    }

    /// [`Zone::day_of`], remembered.
    pub fn of(&mut self, at: Micros) -> Day {
        let (from, to, offset) = self.known;
        if from <= at && at < to {
            return Day::of_micros(at + offset);
        }
        let offset = self.zone.offset_micros(at);
        // Changes come on whole seconds: what precedes the next microsecond is not after this one.
        if let Ok(next) = jiff::Timestamp::from_microsecond(at.saturating_add(1)) {
            let before = self.zone.zone.preceding(next).next();
            let after = self.zone.zone.following(next).next();
            let micros = |t: jiff::tz::TimeZoneTransition<'_>| t.timestamp().as_microsecond();
            self.known = (before.map_or(Micros::MIN, micros), after.map_or(Micros::MAX, micros), offset);
        }
        Day::of_micros(at + offset)
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

    #[test]
    fn remembered_days_are_the_days() {
        // One that moves its clock at midnight, one an hour after midnight back over it, one that never does.
        for name in ["America/St_Johns", "Europe/Berlin", "Asia/Kolkata", "America/Havana", "UTC"] {
            let zone = Zone::named(name).expect("a known zone");
            let mut days = Days::new(zone.clone());
            let begin = Day::parse("2009-10-30").expect("a day").start_micros();
            // 19 minutes and a microsecond, over a year and a half; then back and forth.
            let step = 1_140_000_001;
            for i in (0..40_000).chain((0..4_000).map(|i| i * 7_919 % 40_000)) {
                let at = begin + i * step;
                assert_eq!(days.of(at), zone.day_of(at), "{name} {at}");
            }
            let changes: Vec<_> = zone.zone.following(jiff::Timestamp::UNIX_EPOCH).take(80).collect();
            for at in changes.iter().map(|t| t.timestamp().as_microsecond()) {
                for at in [at - 1, at, at + 1, at] {
                    assert_eq!(days.of(at), zone.day_of(at), "{name} {at}");
                }
            }
        }
    }
}
