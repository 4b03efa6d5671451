//! When a mail is due; no I/O.

use base::{Error, Micros, Result, Zone};
use jobs::When;

/// On which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Days {
    /// Every day.
    All,
    /// Monday to Friday.
    Working,
    /// Mondays.
    Mondays,
}

impl Days {
    pub(crate) const ALL: [Self; 3] = [Self::All, Self::Working, Self::Mondays];

    /// Its word in the store and in forms.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Working => "working",
            Self::Mondays => "mondays",
        }
    }

    /// As people read it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::All => "Every day",
            Self::Working => "On working days, Monday to Friday",
            Self::Mondays => "On Mondays",
        }
    }

    /// # Errors
    /// `Invalid` for another word.
    pub(crate) fn of(word: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|d| d.word() == word);
        found.ok_or_else(|| Error::invalid("choose every day, working days or Mondays"))
    }

    /// The first time after `now`.
    pub(crate) fn next(self, hour: u16, zone: &Zone, now: Micros) -> Micros {
        let minute = hour.min(23) * 60;
        match self {
            Self::All => When::Daily(minute).after(now, zone),
            Self::Mondays => When::Weekly(0, minute).after(now, zone),
            Self::Working => {
                let mut at = When::Daily(minute).after(now, zone);
                // At most a Saturday and a Sunday lie between.
                while is_weekend(at, zone) {
                    at = When::Daily(minute).after(at, zone);
                }
                at
            }
        }
    }
}

fn is_weekend(at: Micros, zone: &Zone) -> bool {
    let day = zone.day_of(at);
    day.0 - day.monday().0 >= 5
}

/// What a form says about when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hours {
    pub days: Days,
    pub hour: u16,
    /// The name of a zone; empty for the community's.
    pub zone: String,
}

impl Hours {
    /// # Errors
    /// `Invalid`, saying which field.
    pub(crate) fn read(days: &str, hour: &str, zone: &str) -> Result<Self> {
        let hour = hour.trim().parse().ok().filter(|h| *h < 24);
        let hour = hour.ok_or_else(|| Error::invalid("an hour is between 0 and 23"))?;
        let zone = match zone.trim() {
            "" => String::new(),
            name => Zone::named(name)?.name().to_owned(),
        };
        Ok(Self { days: Days::of(days)?, hour, zone })
    }

    /// The zone that holds.
    pub(crate) fn zone(&self, community: &Zone) -> Zone {
        let own = Some(&self.zone).filter(|z| !z.is_empty());
        own.and_then(|name| Zone::named(name).ok()).unwrap_or_else(|| community.clone())
    }

    /// The first time after `now`.
    pub(crate) fn next(&self, community: &Zone, now: Micros) -> Micros {
        self.days.next(self.hour, &self.zone(community), now)
    }

    /// In words ("every day at 08:00").
    pub(crate) fn words(&self) -> String {
        let mut days = self.days.title().to_owned();
        if let Some(first) = days.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let zone = if self.zone.is_empty() { String::new() } else { format!(" ({})", self.zone) };
        format!("{days}, at {:02}:00{zone}", self.hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Day;

    const HOUR: Micros = 3_600_000_000;

    #[test]
    fn hours_are_those_of_the_zone_and_weekends_are_left_out() {
        let berlin = Zone::named("Europe/Berlin").expect("a zone");
        let day = |text: &str| berlin.start_of(Day::parse(text).expect("a day"));
        // A Friday.
        let friday = day("2024-07-12");
        let check = |days: Days, now: Micros, expect: Micros| {
            assert_eq!(days.next(8, &berlin, now), expect, "{days:?}");
        };
        check(Days::All, friday + 7 * HOUR, friday + 8 * HOUR);
        check(Days::All, friday + 8 * HOUR, day("2024-07-13") + 8 * HOUR);
        check(Days::Working, friday + 8 * HOUR, day("2024-07-15") + 8 * HOUR);
        check(Days::Working, day("2024-07-14"), day("2024-07-15") + 8 * HOUR);
        check(Days::Mondays, friday, day("2024-07-15") + 8 * HOUR);
        check(Days::Mondays, day("2024-07-15") + 8 * HOUR, day("2024-07-22") + 8 * HOUR);
        // The clock is put back in the night to 27 October: eight o'clock stays eight o'clock.
        check(Days::All, day("2024-10-26") + 8 * HOUR, day("2024-10-26") + 33 * HOUR);
    }

    #[test]
    fn a_form_says_what_is_missing() {
        let hours = Hours::read("working", "7", " Europe/Berlin ").expect("sound");
        assert_eq!(hours.words(), "on working days, Monday to Friday, at 07:00 (Europe/Berlin)");
        assert_eq!(hours.zone(&Zone::utc()).name(), "Europe/Berlin");
        for (days, hour, zone) in
            [("never", "7", ""), ("all", "24", ""), ("all", "x", ""), ("all", "7", "Mars")]
        {
            assert!(Hours::read(days, hour, zone).is_err(), "{days} {hour} {zone}");
        }
    }
}
