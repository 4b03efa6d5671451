//! Working hours and what follows from them: until when a question is to be answered. Pure; days are counted in
//! the zone of the hours, minutes are real ones, so that a day of 23 hours has one less.

use base::{Day, Error, Micros, Result, Zone};

/// One minute in the log's unit.
pub const MINUTE: Micros = 60_000_000;
/// One day of 24 hours in the log's unit.
const DAY: Micros = 24 * 60 * MINUTE;
/// Days that are gone through at most; hours that leave so little time have no end.
const FAR: i32 = 3_660;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// When somebody is there to answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Hours {
    zone: Zone,
    /// For Monday to Sunday, spans of minutes of the day, ascending and apart; `None` for always.
    week: Option<[Vec<(u16, u16)>; 7]>,
    /// Days on which nobody is there.
    holidays: Vec<Holiday>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holiday {
    Once(Day),
    /// Month and day of every year.
    Yearly(i8, i8),
}

impl Hours {
    /// Around the clock.
    pub fn always(zone: Zone) -> Self {
        Self { zone, week: None, holidays: Vec::new() }
    }

    /// Reads what people wrote. Hours: `Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00`; empty means around the
    /// clock. Holidays: days such as `2026-12-24`, or `12-25` for every year, separated by commas or lines.
    ///
    /// # Errors
    /// `Invalid`, naming what cannot be read and how to write it.
    pub fn parse(zone: Zone, hours: &str, holidays: &str) -> Result<Self> {
        let week = if hours.trim().is_empty() || hours.trim().eq_ignore_ascii_case("always") {
            None
        } else {
            Some(read_week(hours).map_err(|e| e.at("hours"))?)
        };
        let days = holidays.split([',', '\n', ';', ' ']).map(str::trim).filter(|d| !d.is_empty());
        let holidays = days.map(read_holiday).collect::<Result<_>>().map_err(|e| e.at("holidays"))?;
        Ok(Self { zone, week, holidays })
    }

    fn is_holiday(&self, day: Day) -> bool {
        let date = day.date();
        self.holidays.iter().any(|h| match h {
            Holiday::Once(d) => *d == day,
            Holiday::Yearly(month, of) => (*month, *of) == (date.month(), date.day()),
        })
    }

    /// The spans of a day, as instants.
    fn spans(&self, day: Day) -> Vec<(Micros, Micros)> {
        if self.is_holiday(day) {
            return Vec::new();
        }
        let start = day.start_micros();
        let at = |minutes: u16| match minutes {
            1440 => self.zone.start_of(day.plus(1)),
            m => self.zone.from_local(start + i64::from(m) * MINUTE),
        };
        match &self.week {
            None => vec![(self.zone.start_of(day), self.zone.start_of(day.plus(1)))],
            Some(week) => {
                let of_day = &week[(day.0 - day.monday().0).clamp(0, 6) as usize];
                // A span within an hour that the clock leaves out is none.
                of_day.iter().map(|s| (at(s.0), at(s.1))).filter(|s| s.0 < s.1).collect()
            }
        }
    }

    /// How much time somebody was there between two instants, pauses left out.
    pub fn between(&self, from: Micros, to: Micros, pauses: &[(Micros, Micros)]) -> Micros {
        let (mut sum, mut day) = (0, self.zone.day_of(from));
        let last = self.zone.day_of(to);
        while day <= last && day.0 - self.zone.day_of(from).0 < FAR {
            for (a, b) in self.spans(day) {
                let (a, b) = (a.max(from), b.min(to));
                sum += free(a, b, pauses).iter().map(|s| s.1 - s.0).sum::<Micros>();
            }
            day = day.plus(1);
        }
        sum
    }

    /// When this much time of somebody being there is over, counted from an instant with pauses left out; `None`
    /// when that never comes.
    pub fn due(&self, from: Micros, time: Micros, pauses: &[(Micros, Micros)]) -> Option<Micros> {
        let first = self.zone.day_of(from);
        let mut left = time;
        for n in 0..FAR {
            for (a, b) in self.spans(first.plus(n)) {
                for (a, b) in free(a.max(from), b, pauses) {
                    if b - a >= left {
                        return Some(a + left);
                    }
                    left -= b - a;
                }
            }
        }
        None
    }
}

/// What of a span is in no pause.
fn free(from: Micros, to: Micros, pauses: &[(Micros, Micros)]) -> Vec<(Micros, Micros)> {
    let mut parts = if from < to { vec![(from, to)] } else { Vec::new() };
    for (a, b) in pauses.iter().filter(|p| p.0 < p.1) {
        parts = parts
            .into_iter()
            .flat_map(|(x, y)| [(x, y.min(*a)), (x.max(*b), y)])
            .filter(|(x, y)| x < y)
            .collect();
    }
    parts
}

fn read_week(text: &str) -> Result<[Vec<(u16, u16)>; 7]> {
    let mut week: [Vec<(u16, u16)>; 7] = Default::default();
    for part in text.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
        let (days, spans) = part.split_once(' ').ok_or_else(|| unreadable(part))?;
        let spans = spans.split(',').map(|s| read_span(s.trim())).collect::<Result<Vec<_>>>()?;
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        let (first, last) = (read_day(first, part)?, read_day(last, part)?);
        let mut day = first;
        loop {
            week[day].extend(&spans);
            if day == last {
                break;
            }
            day = (day + 1) % 7;
        }
    }
    for spans in &mut week {
        spans.sort_unstable();
        if spans.windows(2).any(|w| w[0].1 > w[1].0) {
            return Err(Error::invalid(format!("two spans of one day overlap in \"{text}\"; join them")));
        }
    }
    if week.iter().all(Vec::is_empty) {
        return Err(Error::invalid("these hours hold no time; leave them empty for around the clock"));
    }
    Ok(week)
}

fn unreadable(part: &str) -> Error {
    Error::invalid(format!("\"{part}\" cannot be read; write it like Mon-Fri 9:00-17:00; Sat 10:00-12:00"))
}

fn read_day(text: &str, part: &str) -> Result<usize> {
    let word: String = text.trim().to_lowercase().chars().take(3).collect();
    DAYS.iter().position(|d| *d == word).ok_or_else(|| unreadable(part))
}

fn read_span(text: &str) -> Result<(u16, u16)> {
    let read = |t: &str| -> Option<u16> {
        let (h, m) = t.trim().split_once(':').unwrap_or((t.trim(), "0"));
        let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
        (m < 60 && h * 60 + m <= 1440).then_some(h * 60 + m)
    };
    let span = text.split_once('-').and_then(|(a, b)| Some((read(a)?, read(b)?)));
    span.filter(|s| s.0 < s.1).ok_or_else(|| unreadable(text))
}

fn read_holiday(text: &str) -> Result<Holiday> {
    if let Ok(day) = Day::parse(text) {
        return Ok(Holiday::Once(day));
    }
    let (month, day) = text
        .split_once('-')
        .and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)))
        .filter(|(m, d): &(i8, i8)| (1..=12).contains(m) && (1..=31).contains(d))
        .ok_or_else(|| {
            Error::invalid(format!(
                "\"{text}\" is no day; write 2026-12-24 for one day or 12-25 for every year"
            ))
        })?;
    Ok(Holiday::Yearly(month, day))
}

/// A target in words: `4 h`, `24 h`, `3 d`.
pub fn in_words(minutes: i64) -> String {
    match minutes {
        m if m % 1440 == 0 && m > 1440 => format!("{}\u{a0}d", m / 1440),
        m if m % 60 == 0 => format!("{}\u{a0}h", m / 60),
        m => ui::format::duration(m as f64 * 60.0),
    }
}

/// A late clock would be wrong where nothing new can come: the source's last activity is older than this before the
/// present.
pub const OLD: Micros = 3 * DAY;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").expect("a zone")
    }

    fn at(text: &str) -> Micros {
        let (day, time) = text.split_once(' ').expect("day and time");
        let (h, m) = time.split_once(':').expect("hours and minutes");
        let minutes = h.parse::<i64>().expect("hours") * 60 + m.parse::<i64>().expect("minutes");
        berlin().from_local(Day::parse(day).expect("a day").start_micros() + minutes * MINUTE)
    }

    fn check(hours: &str, holidays: &str, from: &str, minutes: i64, pauses: &[(&str, &str)], expect: &str) {
        let hours = Hours::parse(berlin(), hours, holidays).expect("hours");
        let pauses: Vec<_> = pauses.iter().map(|p| (at(p.0), at(p.1))).collect();
        let due = hours.due(at(from), minutes * MINUTE, &pauses).expect("an end");
        assert_eq!(ui::moment(due, &berlin()), ui::moment(at(expect), &berlin()), "{from} + {minutes}");
    }

    #[test]
    fn the_clock_runs_while_somebody_is_there() {
        let office = "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10-12";
        // Wednesday to Thursday, and over a weekend with a holiday behind it.
        check(office, "", "2024-03-06 17:00", 120, &[], "2024-03-07 10:00");
        check(office, "", "2024-03-06 12:00", 60, &[], "2024-03-06 14:00");
        check(office, "", "2024-03-08 17:30", 60, &[], "2024-03-09 10:30");
        check(office, "2024-03-11, 03-12", "2024-03-09 11:30", 60, &[], "2024-03-13 09:30");
        check(office, "", "2024-03-06 03:00", 30, &[], "2024-03-06 09:30");
        // It stands while the asker owes a reply.
        check(
            office,
            "",
            "2024-03-06 09:00",
            60,
            &[("2024-03-06 09:30", "2024-03-06 11:00")],
            "2024-03-06 11:30",
        );
        check("", "", "2024-03-06 09:00", 1440, &[], "2024-03-07 09:00");
        // The clock loses and gains an hour on the last Sundays of March and October.
        check("", "", "2024-03-30 12:00", 1440, &[], "2024-03-31 13:00");
        check("Sun 0-24", "", "2024-03-31 00:00", 23 * 60, &[], "2024-04-01 00:00");
        check("Sun 0-24", "", "2024-10-27 00:00", 25 * 60, &[], "2024-10-28 00:00");
        // A span that lies in the lost hour is none.
        check("Sun 2-3", "", "2024-03-31 00:00", 30, &[], "2024-04-07 02:30");
        check("Fri-Mon 9-10", "", "2024-03-07 09:00", 90, &[], "2024-03-09 09:30");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let message = |hours: &str, holidays: &str| {
            Hours::parse(berlin(), hours, holidays).expect_err("an error").message
        };
        assert!(message("Mon-Fri", "").contains("Mon-Fri 9:00-17:00"));
        assert!(message("Mon 9-8", "").contains("9-8"));
        assert!(message("Mon 9-12, 11-13", "").contains("overlap"));
        assert!(message("Xyz 9-12", "").contains("Xyz"));
        assert!(message("", "13-40").contains("2026-12-24"));
        assert!(Hours::parse(berlin(), "always", "").expect("hours").due(0, 1, &[]) == Some(1));
        let never = Hours::parse(berlin(), "Mon 9-10", "").expect("hours");
        assert_eq!(never.due(0, 1 << 60, &[]), None);
        assert_eq!(
            (in_words(240), in_words(1440), in_words(4320)),
            ("4\u{a0}h".into(), "24\u{a0}h".into(), "3\u{a0}d".into())
        );
    }

    fn hours() -> impl Strategy<Value = Hours> {
        let zone = prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]);
        let span = (0u16..1380, 10u16..240).prop_map(|(a, n)| (a, (a + n).min(1440)));
        let day = prop::collection::vec(span, 0..3).prop_map(|mut spans| {
            spans.sort_unstable();
            spans.dedup_by(|later, first| later.0 < first.1);
            spans
        });
        let week = prop::option::of(prop::collection::vec(day, 7));
        (zone, week, prop::collection::vec(19_800i32..19_900, 0..4)).prop_map(|(zone, week, holidays)| {
            let week = week.map(|w| <[_; 7]>::try_from(w).expect("seven days"));
            let holidays = holidays.into_iter().map(|d| Holiday::Once(Day(d))).collect();
            Hours { zone: Zone::named(zone).expect("a zone"), week, holidays }
        })
    }

    proptest! {
        #[test]
        fn the_time_until_due_is_the_target(
            hours in hours(), from in 0i64..60 * 1440, minutes in 1i64..6_000,
            pauses in prop::collection::vec((0i64..90 * 1440, 0i64..5_000), 0..4),
        ) {
            // Around the end of March 2024, when clocks change on both sides of the Atlantic.
            let start = 19_790i64 * DAY;
            let from = start + from * MINUTE;
            let pauses: Vec<_> = pauses.iter().map(|(a, n)| (start + a * MINUTE, start + (a + n) * MINUTE)).collect();
            if let Some(due) = hours.due(from, minutes * MINUTE, &pauses) {
                prop_assert_eq!(hours.between(from, due, &pauses), minutes * MINUTE);
                // A moment before, it is not over; later targets are due later; a pause never makes it earlier.
                prop_assert!(hours.between(from, due - 1, &pauses) < minutes * MINUTE);
                prop_assert!(hours.due(from, (minutes + 1) * MINUTE, &pauses).is_none_or(|later| later > due));
                prop_assert!(hours.due(from, minutes * MINUTE, &[]).is_some_and(|plain| plain <= due));
                prop_assert!(!pauses.iter().any(|p| p.0 < due - 1 && due - 1 < p.1 - 1));
            }
        }
    }
}
